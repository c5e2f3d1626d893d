#!/usr/bin/env python3
"""kills - kill runs at random moments, resume them, and see that nothing is lost.

SPDX-License-Identifier: Apache-2.0

A story is one output: a run that is killed, then the same command with --resume, killed again or
not, until it is done.  Back end, threads, window, interval of checkpoints and moment of the kill
are drawn.  After each kill the final name must bear the old bytes or all of the new ones, and none
of the new ones without a report that tells what they are; at the end the bytes and the statistics
must be those of a run that nobody disturbed, with nothing left beside them.  What the kills leave
is counted by the rows of the table of publication; the rows that a kill reaches often enough must
all have been seen.
"""
import argparse
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import calm

RECORD_BYTES = 128
BROKEN = 40
BROKEN_AT = 66  # in the card number, whose mask refuses what is not UTF-8
OLD = b"what stood there before\n"
DONE, IN_THE_WAY, TEMPORARY = 0, 7, 75

# What a plain run says of what a kill left.
ROWS = {
    "give --resume to go on": "part of the same job",
    "give --resume to publish": "complete, not yet renamed",
    "the output exists": "renamed, state not yet removed",
}
SURE = ("nothing", "part of the same job", "output alone")


class Wrong(Exception):
    pass


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("binary", help="the program")
    parser.add_argument("workloads", type=Path, help="the folder of bench/workloads")
    parser.add_argument("--kills", type=int, default=10000, help="default 10000")
    parser.add_argument("--seed", type=int, default=None, help="default: a new one, which is said")
    parser.add_argument("--only", type=int, metavar="N",
                        help="story N of the seed, as many times as --kills says: its kills come "
                             "at the same moments, as far as a clock can say")
    parser.add_argument("--folder", default=calm.FOLDER,
                        help=f"where to work; default {calm.FOLDER}")
    parser.add_argument("--kibibytes", type=int, default=1500, help="size of the input")
    return parser.parse_args()


class Job:
    """One input, its key and what an undisturbed run makes of it."""

    def __init__(self, binary, workloads, folder, kibibytes):
        workload = workloads.resolve() / "card-transactions"
        self.binary = str(Path(binary).resolve())
        self.folder = folder
        self.policy = folder / "policy.yaml"
        text = workload.with_suffix(".policy.yaml").read_text()
        self.policy.write_text(text.replace("card-transactions.layout.yaml",
                                            str(workload.with_suffix(".layout.yaml"))))
        self.key = folder / "key"
        self.input = folder / "in"
        self.call("keygen", self.key)
        records = (kibibytes << 10) // RECORD_BYTES + 37
        self.call("synth", workload.with_suffix(".layout.yaml"), "-n", str(records), "-o",
                  self.input, "--quiet")
        self.break_records(records)
        reference = folder / "reference"
        self.call(*self.command(reference), "--report", folder / "r.json")
        self.expected = reference.read_bytes()
        self.statistics = statistics_of(folder / "r.json")
        if len(self.statistics["rejects"]) != BROKEN:
            raise Wrong(f"{len(self.statistics['rejects'])} records were rejected, not {BROKEN}")

    def break_records(self, records):
        with open(self.input, "r+b") as file:
            for i in range(BROKEN):
                file.seek((i * (records // BROKEN) + 5) * RECORD_BYTES + BROKEN_AT)
                file.write(b"\xff")

    def call(self, *words):
        done = subprocess.run([self.binary, *map(str, words)], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Wrong(f"{' '.join(map(str, words))}: exit {done.returncode}: {done.stderr}")

    def command(self, output, *options, rejects=1000):
        return ["run", self.policy, "--key", self.key, "-i", self.input, "-o", output,
                "--max-rejects", str(rejects), "--quiet", *options]


def statistics_of(path):
    report = json.loads(path.read_text())
    return {name: report[name] for name in
            ("status", "policy", "key_id", "records", "bytes", "fields", "rejects")}


class Story:
    def __init__(self, job, draw, durations, rows, reports):
        self.job = job
        self.rows = rows
        self.reports = reports
        self.draw = draw
        self.durations = durations
        window = draw.choice((4, 16, 64, 256))
        checkpoint = draw.choice((None, "0", "1", "64k", "256k"))
        if checkpoint == "1" and window < 64:
            checkpoint = None  # a sync for each of many windows takes long
        self.options = ("--io", draw.choice(("uring", "posix")),
                        "--threads", str(draw.choice((1, 2, 3, 5))), "--window", f"{window}k")
        if checkpoint is not None:
            self.options += ("--checkpoint", checkpoint)
        self.folder = Path(tempfile.mkdtemp(dir=job.folder, prefix="story-"))
        self.output = self.folder / "out"
        self.report = job.folder / f"{self.folder.name}.json"
        self.force = draw.random() < 0.2
        if self.force:
            self.output.write_bytes(OLD)
            self.options += ("--force",)
        self.kills = 0
        self.log = []

    def delay(self):
        """Everywhere alike, with more at the beginning and around the end."""
        usual = self.durations.get(self.options, 0.1)
        kind = self.draw.random()
        if kind < 0.15:
            return self.draw.uniform(0, 0.012)
        if kind < 0.4:
            return usual * self.draw.uniform(0.85, 1.1)
        return usual * self.draw.uniform(0, 1)

    def start(self, *more, rejects=1000):
        words = self.job.command(self.output, *self.options, "--report", self.report, *more,
                                 rejects=rejects)
        self.log.append(" ".join(map(str, more)) or "plain")
        return subprocess.Popen([self.job.binary, *map(str, words)], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                errors="replace")

    def finish(self, process):
        _, text = process.communicate(timeout=120)
        self.log.append(f"-> {process.returncode} {text.strip()}")
        return process.returncode, text

    def run(self, *more, rejects=1000):
        return self.finish(self.start(*more, rejects=rejects))

    def disturb(self, *more):
        """Run, and end the run at a random moment; returns its exit code."""
        kind = signal.SIGKILL if self.draw.random() < 0.85 else \
            self.draw.choice((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
        began = time.monotonic()
        process = self.start(*more)
        try:
            process.wait(timeout=self.delay())
        except subprocess.TimeoutExpired:
            process.send_signal(kind)
            self.kills += kind == signal.SIGKILL
        else:
            if not more:
                self.durations[self.options] = time.monotonic() - began
        code, _ = self.finish(process)
        if code not in (DONE, TEMPORARY, -signal.SIGKILL, -kind):
            raise Wrong(f"exit {code}")
        self.look()
        if code == -signal.SIGKILL:
            self.classify()
        return code

    def look(self):
        """The final name: nothing, the old bytes, or all of the new ones."""
        if not self.output.exists():
            if self.force:
                raise Wrong("the old output has gone")
            return False
        data = self.output.read_bytes()
        if self.force and data == OLD:
            return False
        if data != self.job.expected:
            raise Wrong("the final name bears wrong bytes")
        if not self.report.exists():
            raise Wrong("an output without its report")
        found = statistics_of(self.report)
        self.reports[found["status"]] = self.reports.get(found["status"], 0) + 1
        if found | {"status": "done"} != self.job.statistics or \
                found["status"] not in ("done", "complete"):
            raise Wrong(f"the report of the output says {found}")
        return True

    def left(self):
        return sorted(path.name for path in self.folder.iterdir() if path != self.output)

    def stamps(self):
        """But for the second name of a part, which any run may put away."""
        return {name: (self.folder / name).stat().st_mtime_ns for name in self.left()
                if name != "out.par~"}

    def settle(self):
        """The stamps once the writes of a killed process have ended."""
        stamps = None
        while stamps != self.stamps():
            stamps = self.stamps()
            time.sleep(0.05)
        return stamps

    def refuse(self, *more, rejects=1000):
        """A run that must do nothing; what it says."""
        before = self.settle()
        code, text = self.run(*more, rejects=rejects)
        if code != IN_THE_WAY:
            raise Wrong(f"exit {code}, not a refusal")
        if before != self.stamps():
            raise Wrong(f"what was refused was touched: {before}, then {self.stamps()}")
        return text

    def count(self, row):
        self.rows[row] = self.rows.get(row, 0) + 1

    def classify(self):
        """Count the row of the table that a kill has led to, and see that a plain run and
        another job are refused there."""
        published = self.output.exists() and not (self.force and self.output.read_bytes() == OLD)
        left = self.left()
        if published and not left:
            self.count("output alone")
        elif "out.part" not in left and not published:
            self.count("nothing" if not left else "state alone")
        elif not (published and self.force):
            text = self.refuse()
            self.count(next((row for words, row in ROWS.items() if words in text), text.strip()))
            if "out.part" in left and self.draw.random() < 0.2:
                if "another --max-rejects" not in self.refuse("--resume", rejects=999):
                    raise Wrong("another job was not told apart")
                self.count("part of another job")

    def tell(self):
        code = self.disturb(*(["--resume"] if self.draw.random() < 0.3 else []))
        while code != DONE:
            again = "--restart" if self.draw.random() < 0.05 and not self.look() else "--resume"
            if again == "--resume" and self.look() and "out.state" not in self.left():
                break  # killed after the last thing it had to do
            if self.draw.random() < 0.6:
                code = self.disturb(again)
                continue
            code, _ = self.run(again)
            if code != DONE:
                raise Wrong(f"{again}: exit {code}")
            if statistics_of(self.report) != self.job.statistics:
                raise Wrong("the statistics differ")
        if not self.look():
            raise Wrong("done, and there is no output")
        if self.left():
            raise Wrong(f"left over: {self.left()}")
        self.output.unlink()
        self.report.unlink()
        self.folder.rmdir()


def main():
    calm.reset_signals()
    options = arguments()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}", flush=True)
    numbers = itertools.count() if options.only is None else itertools.repeat(
        options.only, options.kills)
    passed = failed = kills = 0
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="garim-kill-") as name:
        job = Job(options.binary, options.workloads, Path(name), options.kibibytes)
        durations, rows, reports = {}, {}, {}
        for number in numbers:
            if kills >= options.kills or failed == 10:
                break
            story = Story(job, random.Random(f"{seed}/{number}"), durations, rows, reports)
            try:
                story.tell()
                passed += 1
            except (Wrong, subprocess.TimeoutExpired) as error:
                failed += 1
                print(f"FAILED story {number}: {' '.join(story.options)}: {error}; "
                      f"left: {story.left()}")
                print("\n".join(f"    {line}" for line in story.log), flush=True)
            kills += story.kills
    print(f"{kills} kills left:", ", ".join(f"{row} {rows[row]}" for row in sorted(rows)))
    print("reports of outputs:", ", ".join(f"{word} {reports[word]}" for word in sorted(reports)))
    for row in SURE if options.only is None else ():
        if row not in rows:
            failed += 1
            print(f"FAILED: no kill left: {row}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
