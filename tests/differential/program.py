# program.py - the program against the reference, over files and pipes
#
# SPDX-License-Identifier: Apache-2.0
"""program.py PROGRAM [--cases N] [--seed TEXT] [--scratch FOLDER]

Each case is one `garim run` with its own back end, threads, window and kind of
input and output; bytes, exit codes, reports and what is left in the folder are
compared.
"""

import argparse
import json
import os
import subprocess
import sys

import checks
import generate
from generate import garim

OURS = {"in", "case.yaml", "case.layout.yaml", "case.key", "report.json"}
USAGE, IN_THE_WAY = 2, 7


class Job:
    """One call of the program, drawn at random."""

    def __init__(self, rng, case, ios):
        self.io = rng.choice(ios)
        self.threads = rng.choice((1, 2, 5))
        self.window = rng.choice((4096, 4096, 4096, 8192, 65536))
        self.in_pipe, self.out_pipe = chance(rng, 0.3), chance(rng, 0.3)
        self.dash = chance(rng, 0.5)  # `-` or nothing
        self.found = rng.choice(("nothing",) * 6 + (
            "output", "output --force", "part", "part --restart",
            "output and part --force --restart"))
        if self.out_pipe:
            self.found = "nothing"
        plan = case.compile()
        rejected = len(garim.run(plan, case.data, 10**9).rejects)
        self.limit = generate.max_rejects(case, rejected)

    def words(self, program, folder):
        def path(name):
            return os.path.join(folder, name)
        words = [program, "run", path("case.yaml"), "--key", path("case.key"),
                 "--report", path("report.json"), "--allow-empty", "--io", self.io,
                 "--threads", str(self.threads), "--window", str(self.window)]
        for option, pipe, name in (("-i", self.in_pipe, "in"),
                                   ("-o", self.out_pipe, "out")):
            if not pipe:
                words += [option, path(name)]
            elif self.dash:
                words += [option, "-"]
        if self.limit:
            words += ["--max-rejects", str(self.limit)]
        return words + [word for word in self.found.split() if "--" in word]

    def is_refused(self):
        return self.found in ("output", "part")

    def describe(self):
        return (f"{self.io}, {self.threads} threads, window {self.window}, "
                f"{'pipe' if self.in_pipe else 'file'} to "
                f"{'pipe' if self.out_pipe else 'file'}, "
                f"found {self.found}, max rejects {self.limit}")


def chance(rng, probability):
    return rng.random() < probability


def put(path, data):
    with open(path, "wb") as file:
        file.write(data)


def take(path):
    with open(path, "rb") as file:
        return file.read()


def check_case(program, case, job, rng, folder):
    case.write(folder, rng)
    for name in os.listdir(folder):
        if name not in ("case.yaml", "case.layout.yaml", "case.key"):
            os.unlink(os.path.join(folder, name))
    put(os.path.join(folder, "in"), case.data)
    before = {}
    if "output" in job.found:
        before["out"] = b"yesterday's"
    if "part" in job.found:
        before["out.part"] = b"half of it"
    for name, data in before.items():
        put(os.path.join(folder, name), data)
    done = subprocess.run(job.words(program, folder), check=False,
                          input=case.data if job.in_pipe else None,
                          stdin=None if job.in_pipe else subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=60)
    problems = judge(case, job, done, folder, before)
    if problems:
        problems.insert(0, job.describe() + "\n  stderr: "
                        + done.stderr.decode(errors="replace"))
    return problems


def judge(case, job, done, folder, before):
    plan = case.compile()
    expected = garim.run(plan, case.data, job.limit)
    problems = checks.leaks(plan, case.data, expected,
                            done.stderr.decode(errors="replace"))
    if job.is_refused():
        allowed = [IN_THE_WAY]
        if not job.in_pipe and expected.status == garim.INPUT:
            allowed.append(garim.INPUT)  # either may be looked at first
    else:
        allowed = [expected.status]
        if expected.status == garim.INPUT and checks.may_be_data(
                plan, case.data, job.limit):
            allowed.append(garim.DATA)
    if done.returncode not in allowed:
        return problems + [f"exit {allowed} expected, {done.returncode} found"]
    if done.returncode:
        problems += check_nothing_published(folder, job, before)
        return problems + check_stream(plan, case, job, expected,
                                       done.stdout)
    output = done.stdout
    if not job.out_pipe:
        path = os.path.join(folder, "out")
        output = take(path)
        if "output" not in job.found:
            problems += checks.compare("mode", 0o600,
                                       os.stat(path).st_mode & 0o777)
    problems += checks.compare_bytes("output", expected.output, output, plan)
    problems += checks.compare("files left",
                               set() if job.out_pipe else {"out"},
                               set(os.listdir(folder)) - OURS)
    return problems + check_report(plan, case, expected, folder)


def check_nothing_published(folder, job, before):
    """What stood there still stands, unless --restart was to discard it."""
    left = {name: take(os.path.join(folder, name))
            for name in set(os.listdir(folder)) - OURS}
    if "--restart" in job.found:
        before = {name: data for name, data in before.items()
                  if name == "out"}
        left = {name: data for name, data in left.items() if name == "out"}
    return checks.compare("files after a failure", before, left)


def check_stream(plan, case, job, expected, output):
    """A stream that failed holds the beginning of the right output."""
    if not job.out_pipe:
        return checks.compare("standard output", b"", output)
    data = case.data
    whole = max(0, len(checks.body_of(plan, data)) // plan.stride)
    end = plan.header + whole * plan.stride + plan.trailer
    right = garim.run(plan, data[:end], 10**9)
    if right.output is None:
        return []  # bad framing within the records
    if plan.trailer_action in ("keep", "blank"):
        right.output = right.output[:len(right.output) - plan.trailer]
    problems = []
    if not right.output.startswith(output):
        problems = checks.compare_bytes("stream", right.output, output, plan)
    elif job.in_pipe and expected.status == garim.INPUT and not (
            len(right.rejects) > job.limit):
        problems = checks.compare_bytes("whole records before the end",
                                        right.output, output, plan)
    return problems


def check_report(plan, case, expected, folder):
    report = json.loads(take(os.path.join(folder, "report.json")))
    problems = checks.compare("records", {"in": expected.records,
                                          "out": expected.records},
                              {key: report["records"][key]
                               for key in ("in", "out")})
    problems += checks.compare("bytes", {"in": len(case.data),
                                         "out": len(expected.output)},
                               {key: report["bytes"][key]
                                for key in ("in", "out")})
    counts = {field["name"]: (field["rule"], field["nulls"],
                              field.get("empties", 0)) for field in report["fields"]}
    wanted = {field.name: (rule.name, expected.nulls[field.name],
                           expected.empties[field.name])
              for field, rule in zip(plan.fields, plan.rules)}
    problems += checks.compare("fields", wanted, counts)
    rejects = [(reject["record"], reject["offset"], reject["field"])
               for reject in report["rejects"]]
    return problems + checks.compare_rejects(plan, expected, rejects)


def usable_ios(program, folder):
    """posix, and uring where the kernel and its sandbox allow it."""
    case = generate.make_case(generate.case_rng("probe", 0))
    rng = generate.case_rng("probe", 1)
    case.write(folder, rng)
    job = Job(rng, case, ["uring"])
    job.in_pipe = job.out_pipe = False
    job.found = "nothing"
    put(os.path.join(folder, "in"), b"")
    done = subprocess.run(job.words(program, folder), check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    text = done.stderr.decode(errors="replace")
    if done.returncode == USAGE and "uring" in text:
        print(f"posix only: {text.strip()}")
        return ["posix"]
    return ["uring", "posix"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--only", type=int, help="one case of a seed")
    parser.add_argument("--scratch", help="where the files stand")
    generate.parse_seed(parser, cases=400)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    folder = checks.scratch_folder(options.scratch)
    failures = checks.Failures(options.seed, folder)
    ios = usable_ios(options.program, folder)
    numbers = (range(options.cases) if options.only is None
               else [options.only])
    for number in numbers:
        rng = generate.case_rng(options.seed, number)
        case = generate.make_case(rng, scale=8)
        job = Job(rng, case, ios)
        try:
            problems = check_case(options.program, case, job, rng, folder)
        except subprocess.TimeoutExpired:
            problems = [f"still running after 60 s: {job.describe()}"]
        failures.add(number, case, problems)
    return failures.finish()


if __name__ == "__main__":
    sys.exit(main())
