#!/usr/bin/env python3
"""cross.py - the output depends on no option that is there for speed, and on no interruption.

SPDX-License-Identifier: Apache-2.0

usage: cross.py GARIM WORKLOADS [--seed TEXT] [--long]

A covering array: each pair of values of any two options stands together in one row at least.
Whether a row was interrupted as it asks depends on the machine; how many were is told, and none is
a failure.
"""
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import jobs
from jobs import compare

MEMORY = "/dev/shm"
WITHOUT = ("none", "direct", "registered", "fallocate", "dontcache",
           "direct,registered,fallocate,dontcache")
ENDS = {"left alone": None, "killed": signal.SIGKILL, "interrupted": signal.SIGINT,
        "terminated": signal.SIGTERM}
RATE = 6  # megabytes a second: slow enough to be caught on the way
ATTEMPTS_MAX = 6


def counts_of(reports):
    """The statistics of all slices together, as those of the whole."""
    total = reports[0]
    for report in reports[1:]:
        for pair in ("records", "bytes"):
            for side in ("in", "out"):
                total[pair][side] += report[pair][side]
        for mine, theirs in zip(total["fields"], report["fields"]):
            for name, count in theirs.items():
                if isinstance(count, int):
                    mine[name] += count
        total["rejects"] += report["rejects"]
    return total


class Row:
    """One way to make the output: a job, or a job a slice."""

    def __init__(self, workload, row, draw, landed):
        self.workload, self.row, self.draw, self.landed = workload, row, draw, landed
        self.kind, self.ending = row["way"]
        self.source, self.target = self.kind.split(" to ")
        self.number = ENDS[self.ending]
        self.options = self.make_options()
        self.report = workload.folder / f"{id(self)}.json"

    def make_options(self):
        words = []
        for option in ("io", "kernels", "threads", "window", "memory", "checkpoint", "without"):
            value = self.row.get(option, "default")
            if value not in ("default", "none"):
                words += [f"--{option}", str(value)]
        rate = RATE if self.number else self.row["rate"]
        return words + (["--rate", f"{rate}m"] if rate else [])

    def slices(self):
        """The options of each slice; cut at random records."""
        count = self.row["slices"]
        if count == 1 or self.source == "pipe":
            return [[]]
        whole = self.workload.statistics["records"]["in"]
        cuts = sorted(self.draw.randrange(whole + 1) for _ in range(count - 1))
        bounds = ["", *cuts, ""]
        return [["--records", f"{a}:{b}"] for a, b in zip(bounds, bounds[1:])]

    def check(self):
        parent = self.workload.folder if self.row["place of output"] == "disk" else MEMORY
        outputs, reports, problems = [], [], []
        with tempfile.TemporaryDirectory(dir=parent, prefix="garim-cross-") as name:
            folder = Path(name)
            for words in self.slices():
                problems += self.make(folder, words)
                if problems:
                    return problems
                outputs.append((folder / "out").read_bytes())
                reports.append(jobs.statistics_of(self.report))
                (folder / "out").unlink()
        return (compare("output", self.workload.expected, b"".join(outputs))
                + compare("statistics", self.workload.statistics, counts_of(reports)))

    def make(self, folder, words):
        """`out` and its report, with as many interruptions as the draw gives."""
        words = [*self.options, *words, "--report", self.report]
        problems, text, code = self.call(folder, words, self.number)
        for attempt in range(ATTEMPTS_MAX):
            if problems or code == jobs.DONE or not self.number:
                break
            self.landed[self.ending] += 1
            again = self.number if attempt + 1 < ATTEMPTS_MAX and self.draw.random() < 0.4 else None
            published = self.read_published(folder)
            if published is not None and not (folder / "out.state").exists():
                # Killed with nothing left to do but its report: made again, and whoever goes on
                # with that replaces the output too.
                words += ["--force"] if "--force" not in words else []
            resume = [*words, "--resume"]
            if not again:  # the rest at full speed
                resume = [word for i, word in enumerate(resume)
                          if "--rate" not in (word, resume[i - 1])]
            problems, text, code = self.call(folder, resume, again)
            if published is not None:
                problems += compare("output of a killed run", self.read_published(folder),
                                    published)
        problems += compare("exit", jobs.DONE, code) + compare("standard error", "", text)
        left = [path.name for path in folder.iterdir()]
        return problems + compare("files left", ["out"], left)

    @staticmethod
    def read_published(folder):
        path = folder / "out"
        return path.read_bytes() if path.exists() else None

    def call(self, folder, words, number):
        """Problems, standard error, exit code; a signal is sent at a random moment."""
        words = self.workload.run(*words)
        source = self.workload.places[self.row["place of input"]]
        words += ["-i", str(source)] if self.source == "file" else []
        words += ["-o", str(folder / "out")] if self.target == "file" else []
        process = subprocess.Popen(
            words, stderr=subprocess.PIPE, restore_signals=True,
            stdin=subprocess.PIPE if self.source == "pipe" else subprocess.DEVNULL,
            stdout=subprocess.PIPE if self.target == "pipe" else subprocess.DEVNULL)
        timer = threading.Timer(self.draw.uniform(0.03, 1.2 * self.seconds()), jobs.end,
                                (process, number))
        if number:
            timer.start()
        data = self.workload.data if self.source == "pipe" else None
        try:
            out, text = process.communicate(data, timeout=jobs.SECONDS_MAX)
        finally:
            timer.cancel()
            jobs.end(process)
        if self.target == "pipe":
            (folder / "out").write_bytes(out)
        code, text = process.returncode, text.decode(errors="replace")
        allowed = {jobs.DONE, jobs.TEMPORARY, -number} if number else {jobs.DONE}
        problems = [] if code in allowed else [f"exit {code}: {text}"]
        if code == jobs.TEMPORARY and self.target == "file" and (folder / "out").exists():
            problems.append("the output has its name, and the run did not end well")
        return problems, "" if code == jobs.TEMPORARY else text, code

    def seconds(self):
        return len(self.workload.data) / RATE / 1e6 / self.row["slices"]


# ---- the table ---------------------------------------------------------------

def make_workloads(options, folder, memory):
    size = options.kibibytes
    workloads = [
        jobs.Workload(options, folder, "card-transactions", size),
        jobs.Workload(options, folder, "narrow", size, framing="lf"),
        jobs.Workload(options, folder, "wide", size, framing="crlf", header=(1000, "keep"),
                      broken=0),
        jobs.Workload(options, folder, "narrow", size, header=(77, "drop"),
                      trailer=(4097, "blank")),
    ]
    for workload in workloads:
        workload.places = {"disk": workload.input}
        if memory:
            workload.places["memory"] = Path(memory) / workload.name
            workload.places["memory"].write_bytes(workload.data)
    return workloads


def table_of(options, workloads):
    """Each option and its values, of those that this machine and this program have."""
    kinds = [("file to pipe", "left alone"), ("pipe to file", "left alone"),
             ("pipe to pipe", "left alone")] + [("file to file", ending) for ending in ENDS]
    places = list(workloads[0].places)
    table = {
        "workload": workloads,
        "way": kinds,
        "io": jobs.usable(options.garim, workloads[0], "io") + ["auto"],
        "kernels": jobs.usable(options.garim, workloads[0], "kernels"),
        "threads": [1, 2, 3, 5],
        "window": ["4k", "16k", "64k", "256k", "default", "4m"],
        "memory": ["default", "5m", "12m", "40m"],
        "rate": [0, 2 * RATE],
        "slices": [1, 1, 2, 3],
        "checkpoint": ["default", "1", "64k", "1m", "0"],
        "place of input": places,
        "place of output": places,
    }
    if re.search(r"--without\b", jobs.help_text(options.garim)):
        table["without"] = WITHOUT
    return table


def is_possible(row):
    """A block of 4 MiB needs more than the least memory."""
    return row["window"] != "4m" or row["memory"] != "5m"


def cases_of(options, workloads, landed):
    draw = random.Random(options.seed)
    table = table_of(options, workloads)
    for _ in range(10 if options.long else 1):
        for row in jobs.pairwise(table, draw):
            if not is_possible(row):
                row["memory"] = "12m"
            workload = row.pop("workload")
            work = Row(workload, row, random.Random(draw.random()), landed)
            yield f"{workload.name}, {jobs.tell(row)}", work.check


def main():
    options = jobs.parse("the output depends on no option for speed", kibibytes=3000)
    tally = jobs.Tally()
    landed = {ending: 0 for ending, number in ENDS.items() if number}
    began = time.monotonic()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="garim-cross-") as folder, \
            tempfile.TemporaryDirectory(dir=MEMORY if os.path.isdir(MEMORY) else folder,
                                        prefix="garim-cross-") as memory:
        is_memory = os.path.isdir(MEMORY)
        workloads = make_workloads(options, folder, memory if is_memory else None)
        tally.run(list(cases_of(options, workloads, landed)))
    print(f"{tally.passed + tally.failed} rows in {time.monotonic() - began:.0f} s; signals that "
          f"came in time: {jobs.tell(landed)}")
    for ending, count in landed.items():
        tally.add(f"signals in time: {ending}", [] if count else ["none"])
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
