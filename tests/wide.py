#!/usr/bin/env python3
"""wide.py - whole runs of a worker that widens a field, and leaves out each tenth record.

SPDX-License-Identifier: Apache-2.0

usage: wide.py GARIM WORKLOADS WIDE_JOB [--seed TEXT] [--kills N] [--speed]

wide_job.c is the program with another worker.  What is right comes from the output of the program
itself: each record is cut behind the field, and gets its pads there.  --speed tests nothing; it
times whole runs of both, in turns.
"""
import itertools
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jobs
import kills
from jobs import compare

PADS = b" " * 8
VERIFY = 6
CUT = 80  # the card number of card-transactions ends there
WAYS = tuple(itertools.product(("file", "pipe"), ("file", "pipe")))
WINDOWS = ("4k", "64k", "1m")
THREADS = (1, 2, 5)
SPEED_RECORDS = (256 << 20) // 128
SPEED_ROUNDS = 15


def widen(plain, drop, stride=128, head=0, tail=0):
    """What the worker makes of records of which the program has made `plain`."""
    end = len(plain) - tail
    rows = [plain[at:min(at + stride, end)] for at in range(head, end, stride)]
    return plain[:head] + b"".join(
        row[:CUT] + PADS + row[CUT:] for i, row in enumerate(rows)
        if not (drop and i % 10 == 9)) + plain[end:]


def adapt(plain, size, drop):
    """The statistics of an output of `size` bytes, with or without each tenth record."""
    records = plain["records"]["in"]
    return plain | {"policy": {"digest": plain["policy"]["digest"]},
                    "records": {"in": records, "out": records - (records // 10 if drop else 0)},
                    "bytes": {"in": plain["bytes"]["in"], "out": size}}


class Input:
    """Some bytes in a file, and what the program makes of them."""

    def __init__(self, workload, name, data):
        self.workload, self.data = workload, data
        self.path = workload.folder / name
        self.path.write_bytes(data)

    def widen(self, plain, drop, whole=True):
        """Of a whole output, or of one that ends before the trailer."""
        head, tail = (edge[0] if edge[1] == "keep" else 0
                      for edge in (self.workload.header, self.workload.trailer))
        return widen(plain, drop, self.workload.stride, head, tail if whole else 0)

    def words(self, row, rejects):
        """Of the program and of wide_job, but for what each alone knows."""
        words = [word if word != "1000" else str(rejects) for word in self.workload.words()]
        return words + ["--quiet", "--io", row["io"], "--threads", str(row["threads"]),
                        "--window", row["window"]]

    def run(self, program, row, folder, *words, rejects=1000):
        """Exit code, standard error, and the output or None."""
        source, target = row["way"]
        words = [*program, *self.words(row, rejects), *map(str, words)]
        path = Path(folder) / "out"
        words += ["-i", str(self.path)] if source == "file" else []
        words += ["-o", str(path)] if target == "file" else []
        data = {"input": self.data} if source == "pipe" else {"stdin": subprocess.DEVNULL}
        done = subprocess.run(words, capture_output=True, check=False, restore_signals=True,
                              timeout=jobs.SECONDS_MAX, **data)
        output = done.stdout
        if target == "file":
            output = path.read_bytes() if path.exists() else None
        return done.returncode, done.stderr.decode(errors="replace"), output


class Whole(Input):
    """One that the program takes to its end."""

    def __init__(self, workload, name, data):
        super().__init__(workload, name, data)
        self.plain, self.statistics = workload.reference(data)

    def check(self, wide_job, row):
        """Bytes and statistics."""
        with tempfile.TemporaryDirectory(dir=self.workload.folder) as folder:
            report = Path(folder) / "report.json"
            code, text, output = self.run(
                [wide_job, *(["--drop"] if row["drop"] else [])], row, folder,
                "--report", report)
            problems = compare("exit", jobs.DONE, code) + compare("standard error", "", text)
            if problems:
                return problems
            expected = self.widen(self.plain, row["drop"])
            found = jobs.statistics_of(report)
            return compare("output", expected, output) + \
                compare("statistics", adapt(self.statistics, len(expected), row["drop"]), found) + \
                compare("files left", [], [name for name in os.listdir(folder) if "out." in name])


class Broken(Input):
    """One that stops the program; `rejects` records may be wrong before that."""

    def __init__(self, workload, name, data, rejects):
        super().__init__(workload, name, data)
        self.rejects = rejects

    def check(self, garim, wide_job, row):
        """The same words at the same record, and all that is before it in a stream."""
        with tempfile.TemporaryDirectory(dir=self.workload.folder) as folder:
            code, text, plain = self.run([garim, "run"], row, folder, rejects=self.rejects)
            found = self.run([wide_job, *(["--drop"] if row["drop"] else [])], row, folder,
                             rejects=self.rejects)
        expected = None if plain is None else self.widen(plain, row["drop"], False)
        record = re.search(r"\(record (\d+), ", text)
        problems = [] if record and code in (jobs.DATA, jobs.INPUT) else [f"{code}: {text}"]
        if record and plain is not None:
            edge = self.workload.header
            before = int(record[1]) * self.workload.stride + (edge[0] if edge[1] == "keep" else 0)
            problems += compare("plain output", before, len(plain))
        return problems + compare("exit", code, found[0]) + compare("words", text, found[1]) + \
            compare("output", expected, found[2])


# ---- kills -------------------------------------------------------------------

class Job(kills.Job):
    """The job of kills.py, by the other worker."""

    def __init__(self, options, folder, drop):
        super().__init__(options.garim, options.workloads, folder, options.kibibytes)
        self.binary, self.drop = options.wide_job, drop
        self.expected = widen(self.expected, drop)
        self.statistics = adapt(self.statistics, len(self.expected), drop)

    def command(self, output, *options, rejects=1000):
        words = super().command(output, *options, rejects=rejects)
        if not hasattr(self, "drop"):
            return words
        return words[1:] + (["--drop"] if self.drop else [])


class Story(kills.Story):
    def classify(self):
        """What one worker has begun, the other does not go on with."""
        super().classify()
        left = self.left()
        if "out.part" not in left or "out.state" not in left or self.draw.random() > 0.2:
            return
        self.job.drop = not self.job.drop
        text = self.refuse("--resume")
        self.job.drop = not self.job.drop
        if "another --drop" not in text:
            raise kills.Wrong(f"another worker's part was not told apart: {text}")
        self.count("part of another worker")


def kill(options, folder, drop, tally):
    """Runs that are killed and resumed until they end, `options.kills` SIGKILLs in all; then one
    whose part is changed meanwhile."""
    draw = random.Random(f"{options.seed} kills {drop}")
    what = "each tenth left out" if drop else "all records kept"
    job_folder = Path(folder) / f"kills-{drop}"
    job_folder.mkdir()
    job = Job(options, job_folder, drop)
    durations, rows, reports = {}, {}, {}
    sent = failed = 0
    began = time.monotonic()
    while sent < options.kills and failed < 5:
        story = Story(job, draw, durations, rows, reports)
        problems = []
        try:
            story.tell()
        except (kills.Wrong, subprocess.TimeoutExpired) as error:
            problems = [str(error), f"left: {story.left()}", *story.log]
        sent += story.kills
        failed += bool(problems)
        tally.add(f"kills, {what}: {' '.join(story.options)}", problems)
    print(f"{sent} kills, {what}, {time.monotonic() - began:.0f} s, left: {jobs.tell(rows)}",
          flush=True)
    problems = tamper(job, draw)
    if problems is None:
        tally.skip(1, "no run could be interrupted before its end")
    else:
        tally.add(f"a changed part, {what}", problems)


def interrupt(words, output):
    """Run until a checkpoint is there, and not to the end.  False: it could not be caught."""
    delay = 0.1
    for _ in range(10):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   text=True)
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.terminate()
        text = process.communicate(timeout=jobs.SECONDS_MAX)[1]
        if process.returncode == jobs.TEMPORARY and "goes on after" in text:
            return True
        delay *= 0.7 if output.exists() else 1.4
        for path in output.parent.iterdir():
            path.unlink()
    return False


def tamper(job, draw):
    """A part in which somebody has changed a byte is not gone on with, wherever it is; None: there
    was none."""
    with tempfile.TemporaryDirectory(dir=job.folder) as folder:
        output, part = Path(folder) / "out", Path(folder) / "out.part"
        words = [job.binary, *map(str, job.command(
            output, "--window", "4k", "--checkpoint", "1", "--threads", "1"))]
        if not interrupt(words, output):
            return None
        with open(part, "r+b") as file:
            at = draw.randrange(3000)
            byte = os.pread(file.fileno(), 1, at)
            os.pwrite(file.fileno(), bytes([byte[0] ^ 1]), at)
        done = jobs.call([*words, "--resume", "--verify-part"])
        return compare("exit", VERIFY, done.returncode) + \
            ([] if "changed since" in done.stderr else [done.stderr])


# ---- the tables --------------------------------------------------------------

def make_inputs(options, folder):
    """Whole ones of each shape, empty ones, those without their last terminator, broken ones."""
    def make(*words, **edges):
        return jobs.Workload(options, folder, "card-transactions", *words, **edges)
    size = options.kibibytes
    fixed, lines = make(size), make(size // 2, framing="lf")
    edged = make(size // 2, header=(100, "keep"), trailer=(77, "keep"))
    dropped = make(size // 3, framing="crlf", header=(300, "drop"), trailer=(129, "keep"))
    main = [Whole(fixed, "whole", fixed.data)]
    more = [Whole(one, "whole", one.data) for one in (lines, edged, dropped)]
    more += [Whole(fixed, "empty", b""), Whole(lines, "empty", b"")]
    for rows in (9, 10, 4001, 4010):  # the last one is kept, or left out
        more.append(Whole(lines, f"open-{rows}", lines.data[:rows * lines.stride - 1]))
        more.append(Whole(fixed, f"of-{rows}", fixed.data[:rows * fixed.stride]))
    broken = [Broken(one, f"rejects-{rejects}", one.data, rejects)
              for one in (fixed, lines, edged) for rejects in (0, 1, 6)]
    last = len(lines.data) // lines.stride - 1
    for record in (0, last // 3, last // 2, last):
        data = bytearray(lines.data)
        data[record * lines.stride + 20] = ord("\n")
        broken.append(Broken(lines, f"feed-{record}", bytes(data), 1000))
    return main, more, broken


def rows_of(options, name, ios):
    table = {"way": WAYS, "window": WINDOWS, "threads": THREADS, "io": ios,
             "drop": (False, True)}
    if options.long or name == "all":
        return [dict(zip(table, values)) for values in itertools.product(*table.values())]
    return jobs.pairwise(table, random.Random(f"{options.seed} {name}"))


def cases_of(options, inputs, ios):
    main, more, broken = inputs
    for one in main + more:
        for row in rows_of(options, "all" if one in main else str(one.path), ios):
            yield (f"{one.workload.name}, {one.path.name}: {jobs.tell(row)}",
                   lambda one=one, row=row: one.check(options.wide_job, row))
    for one in broken:
        for row in rows_of(options, str(one.path.name), ios):
            yield (f"{one.workload.name}, {one.path.name}: {jobs.tell(row)}",
                   lambda one=one, row=row: one.check(options.garim, options.wide_job, row))


# ---- speed -------------------------------------------------------------------

def time_run(words, target):
    """Bytes of output a second, from the start of the process to its end, and a second of CPU."""
    target.unlink(missing_ok=True)
    began = time.monotonic()
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise ValueError(f"exit {process.returncode}: {words}")
    size = target.stat().st_size
    return size / seconds, size / (usage.ru_utime + usage.ru_stime)


def tell_ratio(pairs, base, kind):
    low, middle, high = statistics.quantiles([a[kind] / b[kind] for a, b in zip(pairs, base)], n=4)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def measure(options, folder):
    folder = Path(folder)
    key, source, target = folder / "key", folder / "in", folder / "out"
    layout = options.workloads / "card-transactions.layout.yaml"
    for words in (["keygen", key], ["synth", layout, "-n", SPEED_RECORDS, "-o", source, "--quiet"]):
        jobs.call([options.garim, *words]).check_returncode()
    commands = {}
    for name in ("identity", "policy"):
        stem = f"card-transactions.{name}"
        words = [str(options.workloads / f"{stem}.yaml"), "--key", str(key), "--quiet",
                 "-i", str(source), "-o", str(target)]
        commands[name] = [options.garim, "run", *words]
        commands[f"{name}, widened"] = [options.wide_job, *words]
        commands[f"{name}, widened, each tenth left out"] = [options.wide_job, "--drop", *words]
    rates = {name: [] for name in commands}
    draw = random.Random(options.seed)
    for _ in range(SPEED_ROUNDS):
        for name in draw.sample(list(commands), len(commands)):
            rates[name].append(time_run(commands[name], target))
    print(f"file to file, {SPEED_RECORDS * 128 >> 20} MiB of card-transactions on "
          f"{options.folder}; output bytes a second of the whole process, start to end, medians of "
          f"{SPEED_ROUNDS} rounds; ratios are of runs of one round, with their quartiles")
    for kind, what in enumerate(("wall clock", "CPU, user and system")):
        print(f"{what}:")
        for name, pairs in rates.items():
            print(f"  {name:42} {statistics.median(p[kind] for p in pairs) / 1e6:6.0f} MB/s"
                  + "".join(f", x {base} {tell_ratio(pairs, rates[base], kind)}"
                            for base in sorted({"identity", name.split(",")[0]} - {name})))


def main():
    options = jobs.parse("a worker that widens a field and leaves records out", ("wide_job",),
                         kills=60, kibibytes=1500, speed=False)
    tally = jobs.Tally()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="garim-wide-") as folder:
        if options.speed:
            return measure(options, folder)
        inputs = make_inputs(options, folder)
        ios = jobs.usable(options.garim, inputs[0][0].workload, "io")
        tally.run(cases_of(options, inputs, ios))
        for drop in (False, True):
            kill(options, folder, drop, tally)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
