#!/usr/bin/env python3
"""commands.py - --input-command and --output-command: commands that fail at every moment, that
hang, that leave early; what is published then (nothing), and which process is left (none).

SPDX-License-Identifier: Apache-2.0

usage: commands.py GARIM WORKLOADS [--seed TEXT] [--long]
"""
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import jobs
from jobs import DONE, INPUT, OUTPUT, TEMPORARY, USAGE

IN_THE_WAY = 7
# The first ten divide the block of zstd; a stream that is cut there looks whole.
LENGTHS = (16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 48, 100, 130, 1000)
BODY = 2 << 20  # more than the widest pipe holds
HUGE = 256 << 20
LAYOUT = """layout: 1
name: plain
record: {{length: {0}, encoding: utf-8, framing: fixed}}
fields:
  - {{name: mark, at: 0, length: 4, type: char, expect: {{is: MARK}}}}
  - {{name: rest, at: 4, length: {1}, type: char}}
"""
POLICY = """policy: 1
layout: l{0}.yaml
release: {{recipient: a, purpose: b, basis: c, epoch: '1', expires: 2099-12-31}}
subjects: 1000
rules: {{mark: keep, rest: keep}}
"""

# What the command is, what comes of it, what the message says.  IN stands for the whole input.
INPUT_FAILURES = (
    ("exit 7", "(exit status 7)"),
    ("head -c 0 IN; exit 9", "(exit status 9)"),
    ("head -c 6400 IN; exit 1", "(exit status 1)"),
    ("head -c 6401 IN; exit 3", "(exit status 3)"),
    ("cat IN; exit 255", "(exit status 255)"),
    ("cat IN; kill -9 $$", "was ended by signal 9"),
    ("cat IN; kill -TERM $$", "was ended by signal 15"),
    ("head -c 6400 IN; exec >&-; sleep 0.3; exit 4", "(exit status 4)"),
    ("no-such-command", "(exit status 127: there is no such command)"),
    ("/dev/null", "(exit status 126: it cannot be executed)"),
    ("head -c 300000 /dev/urandom >&2; cat IN; exit 5", "(exit status 5)"),
)
OUTPUT_FAILURES = (
    ("exit 7", "(exit status 7)"),
    ("exit 0", "did not read all"),
    ("head -c 10", "did not read all"),
    ("head -c 500000 | cat; exit 2", "(exit status 2)"),
    ("cat; exit 1", "(exit status 1)"),
    ("cat; kill -9 $$", "was ended by signal 9"),
    ("kill -TERM $$", "was ended by signal 15"),
    ("exec 0<&-; trap '' TERM; sleep 60; sleep 60", "it closed its standard input"),
    ("no-such-command", "(exit status 127: there is no such command)"),
    ("head -c 300000 /dev/urandom >&2; cat; exit 5", "(exit status 5)"),
)
HANGS = (
    ("--input-command", "sleep 60"),
    ("--input-command", "trap '' TERM; cat IN; exec >&-; sleep 60; sleep 60"),
    ("--input-command", "sh -c 'sleep 60 & sleep 60' & cat IN; wait"),
    ("--input-command", "while :; do cat IN; sleep 0.01; done"),
    ("--output-command", "sleep 60"),
    ("--output-command", "trap '' TERM; cat; sleep 60; sleep 60"),
)


class Place:
    """A folder with a layout, a policy and an input; runs leave nothing but what they may."""

    def __init__(self, options, folder):
        self.garim, self.folder = options.garim, Path(folder)
        self.mark = f"GARIM_TEST_MARK={uuid.uuid4()}"
        for length in LENGTHS:
            (self.folder / f"l{length}.yaml").write_text(LAYOUT.format(length, length - 4))
            (self.folder / f"p{length}.yaml").write_text(POLICY.format(length))
        self.data = self.records(64, BODY)
        (self.folder / "in").write_bytes(self.data)
        self.before = self.files()

    @staticmethod
    def records(length, size):
        """About `size` bytes that do not compress well."""
        rest = os.urandom(size).hex().encode()
        width = length - 4
        return b"".join(b"MARK" + rest[i * width:(i + 1) * width] for i in range(size // length))

    def files(self):
        return {path.name for path in self.folder.iterdir()}

    def start(self, words, length=64, **options):
        name, value = self.mark.split("=")
        words = [str(word).replace("IN", str(self.folder / "in")) for word in words]
        return subprocess.Popen([self.garim, "run", f"p{length}.yaml", *words], cwd=self.folder,
                                env=dict(os.environ, **{name: value}), stderr=subprocess.PIPE,
                                **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                                   **options})

    def left_processes(self):
        """Processes of this test that live; a zombie of garim would keep it from ending."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and self.mark.encode() in (
                        entry / "environ").read_bytes().split(b"\0"):
                    found.append((entry / "cmdline").read_bytes())
            except OSError:
                pass
        return found

    def judge(self, process, code, parts=(), leaves=(), wait=20):
        """What is wrong with how a run ended; takes away what it left."""
        problems = []
        try:
            out, err = process.communicate(timeout=wait)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            problems.append(f"not done after {wait} s")
        text = err.decode(errors="replace")
        if process.returncode != code:
            problems.append(f"exit {process.returncode}, not {code}: {text[-300:]!r}")
        problems += [f"no {part!r} in {text[-300:]!r}" for part in parts if part not in text]
        end = time.monotonic() + 3
        while self.left_processes() and time.monotonic() < end:
            time.sleep(0.02)
        problems += [f"left running: {line!r}" for line in self.left_processes()]
        left = self.files() - self.before
        if left != set(leaves):
            problems.append(f"left {sorted(left)}, not {sorted(leaves)}")
        return problems, out

    def clear(self):
        for name in self.files() - self.before:
            (self.folder / name).unlink()


def cut_streams(place, tally):
    """A compressed file that lost its end: nothing is published, whatever the record length."""
    tools = [("gzip", lambda data: gzip.compress(data, 1))]
    if shutil.which("zstd"):
        tools.append(("zstd", lambda data: subprocess.run(
            ["zstd", "-qc", "-1"], input=data, stdout=subprocess.PIPE, check=True).stdout))
    for tool, compress in tools:
        for length in LENGTHS:
            whole = compress(place.records(length, BODY))
            for share in (0.3, 0.6, 0.999):
                (place.folder / "in").write_bytes(whole[:int(len(whole) * share)])
                process = place.start(["--input-command", f"{tool} -dc < IN", "-o", "out",
                                       "--quiet"], length)
                problems, _ = place.judge(process, INPUT, ["garim: the input command failed"])
                tally.add(f"{tool} cut at {share}, records of {length}", problems)
                place.clear()
    (place.folder / "in").write_bytes(place.data)


def failures(place, tally, io):
    sides = [("--input-command", command, INPUT, "garim: the input command", part, [])
             for command, part in INPUT_FAILURES]
    sides += [("--output-command", command, OUTPUT, "garim: the output command", part,
               ["-i", "in"]) for command, part in OUTPUT_FAILURES]
    for option, command, code, role, part, words in sides:
        for target in (["-o", "out"], []):
            process = place.start([*words, option, command, "--io", io, "--quiet", *target])
            problems, _ = place.judge(process, code, [role, part])
            tally.add(f"{option} {command!r} {target} {io}", problems)
            place.clear()


def successes(place, tally, io):
    both = ["--input-command", "gzip -c IN | gzip -dc", "--output-command", "gzip -1"]
    for words in (["--input-command", "cat IN"], ["-i", "in", "--output-command", "cat"], both):
        for target in (["-o", "out", "--mode", "640"], []):
            process = place.start([*words, *target, "--io", io, "--report", "report",
                                   "--expect-records", len(place.data) // 64])
            file = "out" in target
            problems, out = place.judge(process, DONE, ["engine"],
                                        ["out", "report"] if file else ["report"])
            if file and not problems:
                out = (place.folder / "out").read_bytes()
                if (place.folder / "out").stat().st_mode & 0o777 != 0o640:
                    problems.append("the wrong mode")
            if not problems and (gzip.decompress(out) if words is both else out) != place.data:
                problems.append("the output is not what it should be")
            if not problems and '"status": "done"' not in (place.folder / "report").read_text():
                problems.append("the report does not say done")
            tally.add(f"{words} {target} {io}", problems)
            place.clear()


def hangs(place, tally, io):
    for option, command in HANGS:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            words = [option, command, "--io", io, "-o", "out", "--quiet"]
            process = place.start(words + ([] if "input" in option else ["-i", "in"]))
            time.sleep(0.4)
            process.send_signal(number)
            killed = number == signal.SIGKILL
            problems, _ = place.judge(process, -9 if killed else TEMPORARY,
                                      [] if killed else ["garim: interrupted"],
                                      ["out.part", "out.state"] if killed else [], 8)
            if killed and not problems:
                problems, _ = place.judge(place.start([
                    "--input-command", "cat IN", "-o", "out", "--quiet"]), IN_THE_WAY,
                    ["--restart"], ["out.part", "out.state"])
            if killed and not problems:
                problems, _ = place.judge(place.start([
                    "--input-command", "cat IN", "-o", "out", "--quiet", "--restart"]), DONE,
                    [], ["out"])
            tally.add(f"{option} {command!r}, signal {number} {io}", problems)
            place.clear()


def own_errors(place, tally, io):
    """What is wrong with the data ends the commands too."""
    huge = "while cat IN; do printf BAD%61s x; done"
    for target in (["--output-command", "cat", "-o", "out"], ["--output-command", "cat"]):
        process = place.start(["--input-command", huge, *target, "--io", io, "--quiet"])
        problems, _ = place.judge(process, 1, [f"record {len(place.data) // 64}"])
        tally.add(f"data {target} {io}", problems)
    (place.folder / "out").write_bytes(b"old")
    process = place.start(["--input-command", "cat IN", "--output-command", "cat", "-o", "out"])
    problems, _ = place.judge(process, IN_THE_WAY, ["give --force"], ["out"])
    process = place.start(["--input-command", "cat IN; exit 1", "-o", "out", "--force"])
    problems += place.judge(process, INPUT, [], ["out"])[0]
    if (place.folder / "out").read_bytes() != b"old":
        problems.append("what was there is gone")
    process = place.start(["--input-command", "cat IN", "--output-command", "cat", "-o", "out",
                           "--force", "--quiet"])
    problems += place.judge(process, DONE, [], ["out"])[0]
    if (place.folder / "out").read_bytes() != place.data:
        problems.append("--force did not replace it")
    tally.add(f"--force {io}", problems)
    place.clear()


def large(place, tally, io):
    times = HUGE // len(place.data)
    process = place.start(["--input-command", f"for i in $(seq {times}); do cat IN; done",
                           "--output-command", "cat", "-o", "out", "--io", io, "--quiet"])
    problems, _ = place.judge(process, DONE, [], ["out"], 60)
    size = (place.folder / "out").stat().st_size if not problems else 0
    if not problems and size != times * len(place.data):
        problems.append(f"{size} bytes came out")
    tally.add(f"{HUGE} bytes {io}", problems)
    place.clear()


def descriptors(place, tally):
    """The commands have 0 to 2, and the handlers that a process has from its birth."""
    look = "ls -l /proc/self/fd | grep -c ' -> ' >&2; grep -E '^Sig(Ign|Blk)' /proc/self/status >&2"
    with open(place.folder / "in", "rb") as key:
        os.set_inheritable(key.fileno(), True)
        for words in (["--input-command", f"{look}; cat IN"],
                      ["-i", "in", "--output-command", f"{look}; cat"]):
            process = place.start(
                [*words, "-o", "out", "--quiet"], pass_fds=[key.fileno()],
                preexec_fn=lambda: [signal.signal(number, signal.SIG_IGN) for number in (
                    signal.SIGCHLD, signal.SIGHUP, signal.SIGUSR1)])
            # ls itself has the folder open.
            problems, _ = place.judge(process, DONE, ["4\n", "SigBlk:\t0000000000000000",
                                                      "SigIgn:\t0000000000000000"], ["out"])
            tally.add(f"descriptors of {words[-2:]}", problems)
            place.clear()


def refusals(place, tally):
    for words, part in (
            (["--input-command", "touch ran", "-i", "in"], "both --input and --input-command"),
            (["--input-command", "touch ran", "--records", "1:2"], "--records takes a slice"),
            (["--input-command", "touch ran", "--resume"], "cannot be resumed"),
            (["-i", "in", "--output-command", "touch ran", "--resume"], "cannot be resumed"),
            (["--input-command", "touch ran", "--key-fd", "0"], "give --key-fd another"),
            (["--input-command", "touch ran", "--report", "p64.yaml"], "would overwrite"),
            (["--input-command", "touch ran", "-o", "in", "--force"], "would overwrite")):
        with open(place.folder / "in", "rb") as stdin:
            target = [] if "-o" in words else ["-o", "out"]
            problems, _ = place.judge(place.start([*words, *target], stdin=stdin), USAGE, [part])
        tally.add(f"refusal {words}", problems)
        place.clear()


def main():
    options = jobs.parse("commands at both ends of a run")
    tally = jobs.Tally()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the folder goes
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="garim-commands-") as folder:
        place = Place(options, folder)
        cut_streams(place, tally)
        refusals(place, tally)
        descriptors(place, tally)
        for io in ("uring", "posix"):
            probe = place.start(["-i", "in", "-o", "out", "--io", io, "--quiet"])
            usable = probe.wait() == DONE
            probe.communicate()
            place.clear()
            if not usable:
                tally.skip(1, f"no {io} here")
                continue
            for part in (failures, successes, hangs, own_errors, large):
                part(place, tally, io)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
