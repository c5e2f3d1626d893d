# library.py - the library against the reference, thousands of random cases
#
# SPDX-License-Identifier: Apache-2.0
"""library.py DRIVER [--cases N] [--seed TEXT]

DRIVER is tests/driver.c, built.  Every case is transformed twice as a buffer
(once in place) and once as a file; bytes, statuses, counts, rejected records
and the silence of the messages are compared.
"""

import argparse
import os
import subprocess
import sys
import time

import checks
import coverage
import generate
from generate import garim

NONE = 2**64 - 1
KERNELS = ("auto", "scalar", "avx2", "shani", "avx512")
CANNOT_RUN = "this machine cannot run the kernels"


class Died(Exception):
    """The driver ended in the middle of a command."""


class Answer:
    """status, record, offset, text, data; first(key) and every(key)."""

    def __init__(self, stream):
        line = stream.readline()
        if not line:
            raise Died
        (self.status, self.record, self.offset, self.line, text_bytes,
         data_bytes) = map(int, line.split())
        self.text = stream.read(text_bytes).decode(errors="replace")
        self.data = stream.read(data_bytes)
        self.pairs = [row.partition(" ")[::2] for row in
                      self.text.split("\n") if row]

    def every(self, key):
        return [value for name, value in self.pairs if name == key]

    def first(self, key):
        return (self.every(key) + [""])[0]

    def number(self, key):
        return int(self.first(key))

    def words(self):
        """What the library said, without the driver's own numbers."""
        return "\n".join(self.every("message") + self.every("reason"))


class Driver:

    def __init__(self, path):
        self.path = path
        self.start()

    def start(self):
        self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)

    def ask(self, *words, data=b""):
        try:
            self.process.stdin.write(
                " ".join(map(str, words)).encode() + b"\n" + data)
            self.process.stdin.flush()
            return Answer(self.process.stdout)
        except (Died, BrokenPipeError):
            status = self.process.wait()
            self.start()
            raise Died(f"the driver ended with {status} at: "
                       + " ".join(map(str, words))) from None

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def place(rng):
    return rng.choice(("end", 64, 64 + rng.randrange(64)))


def check_case(driver, case, rng, folder, reached):
    plan = case.compile()
    _layout, policy, key = case.write(folder, rng)
    kernels = rng.choice(KERNELS)
    opened = driver.ask("open", policy, key, kernels)
    if CANNOT_RUN in opened.first("message"):
        kernels = "auto"
        opened = driver.ask("open", policy, key, kernels)
    if opened.status:
        return [f"refused with {opened.status}: {opened.first('message')} "
                f"(line {opened.line}, column {opened.first('column')})"]
    problems = check_opened(case, plan, opened)
    problems += check_buffers(driver, case, plan, rng)
    problems += check_file(driver, case, plan, rng, folder, reached)
    return problems


def check_opened(case, plan, opened):
    digest = garim.policy_digest(case.policy_text.encode(),
                                 case.layout_text.encode())
    return (checks.compare("key id", garim.key_id(case.master_key),
                           opened.first("key_id"))
            + checks.compare("digest", digest, opened.first("digest"))
            + checks.compare("input bytes", plan.stride,
                             opened.number("input_bytes"))
            + checks.compare("output bytes", plan.stride,
                             opened.number("output_bytes")))


def check_buffers(driver, case, plan, rng):
    body = checks.body_of(plan, case.data)
    body = body[:len(body) // plan.stride * plan.stride]
    expected = garim.transform(plan, body)
    output = expected.output
    if expected.status == garim.INPUT:
        output = bytes(len(body))
    problems = []
    for out in rng.sample((place(rng), "same"), 2):
        answer = driver.ask("transform", len(body) // plan.stride, place(rng),
                            out, len(body), data=body)
        what = "in place" if out == "same" else "buffer to buffer"
        problems += checks.compare(what, expected.status, answer.status)
        problems += checks.compare_bytes(what, output, answer.data)
        problems += answer.every("fault")
        problems += check_error(what, expected, answer)
        problems += leaks_of(plan, body, expected, answer)
    return problems


def leaks_of(plan, body, expected, answer):
    """`body` has no header: put one before it."""
    return checks.leaks(plan, bytes(plan.header) + body, expected,
                        answer.words())


def check_error(what, expected, answer):
    """The first record that broke is named, and one of its fields."""
    if not answer.status:
        return []
    problems = checks.compare(f"{what}: status in the error", answer.status,
                              answer.number("error_status"))
    if not answer.first("message"):
        problems.append(f"{what}: no message")
    if answer.status == garim.DATA and expected.rejects:
        record, names = expected.rejects[0]
        problems += checks.compare(f"{what}: record of the error", record,
                                   answer.record)
        if answer.record == record and answer.first("field") not in names:
            problems.append(f"{what}: field {answer.first('field')!r} of the "
                            f"error is none of {names}")
    return problems


def check_file(driver, case, plan, rng, folder, reached):
    source, target = (os.path.join(folder, name) for name in ("in", "out"))
    with open(source, "wb") as file:
        file.write(case.data)
    rejected = len(garim.run(plan, case.data, 10**9).rejects)
    limit = generate.max_rejects(case, rejected)
    expected = garim.run(plan, case.data, limit)
    reached.add(case, plan, expected)
    answer = driver.ask("run", source, target, "posix", 1, 4096, limit, 0, 0)
    problems = check_status(case, plan, limit, expected, answer)
    problems += checks.leaks(plan, case.data, expected, answer.words())
    if not answer.status and not expected.status:
        with open(target, "rb") as file:
            problems += checks.compare_bytes("file", expected.output,
                                             file.read(), plan)
        problems += check_report(case, plan, expected, answer)
    left = sorted(set(os.listdir(folder)) -
                  {"in", "case.yaml", "case.layout.yaml", "case.key"})
    problems += checks.compare("files left", [] if answer.status else ["out"],
                               left)
    for name in left:
        os.unlink(os.path.join(folder, name))
    return problems


def check_status(case, plan, limit, expected, answer):
    if (expected.status == garim.INPUT and answer.status == garim.DATA and
            checks.may_be_data(plan, case.data, limit)):
        return []  # both are wrong with this file
    problems = checks.compare("file", expected.status, answer.status)
    if problems and answer.status:
        problems.append(f"the message was: {answer.first('message')}")
    if limit == 0:
        problems += check_error("file", expected, answer)
    return problems


def check_report(case, plan, expected, answer):
    problems = []
    for key, value in (("records_in", expected.records),
                       ("records_out", expected.records),
                       ("bytes_in", len(case.data)),
                       ("bytes_out", len(expected.output)),
                       ("published", 1)):
        problems += checks.compare(key, value, answer.number(key))
    counts = {}
    for row in answer.every("counts"):
        nulls, empties, name = row.split(" ", 2)
        counts[name] = int(nulls), int(empties)
    problems += checks.compare(
        "nulls and empties", {name: (expected.nulls[name],
                                     expected.empties[name])
                              for name in expected.nulls}, counts)
    rejects = []
    for row in answer.every("reject"):
        record, offset, name = row.split(" ", 2)
        rejects.append((int(record), int(offset), name))
    return problems + checks.compare_rejects(plan, expected, rejects)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("driver")
    parser.add_argument("--only", type=int, help="one case of a seed")
    generate.parse_seed(parser)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = checks.scratch_folder()
    failures = checks.Failures(options.seed, folder)
    reached = coverage.Coverage()
    driver = Driver(options.driver)
    start = time.monotonic()
    numbers = (range(options.cases) if options.only is None
               else [options.only])
    for number in numbers:
        rng = generate.case_rng(options.seed, number)
        case = generate.make_case(rng)
        try:
            problems = check_case(driver, case, rng, folder, reached)
        except Died as death:
            problems = [str(death)]
        failures.add(number, case, problems)
    if driver.close() != 0:
        failures.add(-1, case, ["the driver ended badly"])
    print(f"{time.monotonic() - start:.1f} s")
    if options.only is None and options.cases >= 10000:
        for cell in reached.missing():
            failures.failed += 1
            print(f"never reached: {cell}")
    return failures.finish()


if __name__ == "__main__":
    sys.exit(main())
