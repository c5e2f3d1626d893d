#!/usr/bin/env python3
"""malloc.py - whichever allocation fails, garim says so, and leaves nothing half done.

SPDX-License-Identifier: Apache-2.0

usage: malloc.py GARIM SHIM [--all] [--on] [--only WORD] [--seed N]

Each command runs again and again, each time with another allocation that fails (SHIM is
nth_malloc.so): the first DENSE and the last TAIL of them, and one of STRIDE between, as
there are thousands that are alike in OpenSSL; --all leaves none out, --on lets all behind it
fail as well.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import calm

DENSE, STRIDE, TAIL = 120, 150, 40
TIMEOUT = 60
RECORDS = 3000

LAYOUT = """layout: 1
name: cards
record: {length: 48, encoding: cp037}
fields:
  - {name: account, at: 0, length: 16, type: char}
  - {name: phone, at: 16, length: 16, type: char}
  - {name: amount, at: 32, length: 12, type: digits}
  - {name: raw, at: 44, length: 4, type: bytes}
"""
POLICY = """policy: 1
layout: l.yaml
release: {recipient: r, purpose: p, basis: b, epoch: e, expires: 2999-12-31}
subjects: 1000
rules:
  account: {token: {domain: account, bits: 80, as: base32}}
  phone: {mask: {keep_last: 4}}
  amount: {token: {domain: amount, as: digits}}
  raw: blank
"""
RUN = "run p.yaml --key k --threads 2 --quiet"
# Name, arguments, the file that is made or None, standard input.
COMMANDS = [
    ("keygen", "keygen new.key", "new.key", None),
    ("check", "check p.yaml --key k", None, None),
    ("check JSON", "check p.yaml --json", None, None),
    ("show", "show l.yaml in.dat", None, None),
    ("synth", "synth l.yaml -n 100 -o made --quiet", "made", None),
    ("run", f"{RUN} -i in.dat -o out --report r.json", "out", None),
    ("pipe", f"{RUN}", None, "in.dat"),
    ("resume", f"{RUN} -i in.dat -o half --resume", "half", None),
]


class Failure(Exception):
    """What a run did that it must not."""


class Bench:
    """A folder with all that the commands need, and copies of it."""

    def __init__(self, garim, shim, folder, on):
        self.garim, self.shim, self.on = garim, shim, on
        self.mark, self.base, self.work = folder / "mark", folder / "base", folder / "work"
        self.base.mkdir()
        (self.base / "l.yaml").write_text(LAYOUT)
        (self.base / "p.yaml").write_text(POLICY)
        self.plain("keygen k")
        self.plain(f"synth l.yaml -n {RECORDS} --quiet --seed 1 -o in.dat")
        limit = f"ulimit -f 64; exec '{garim}' {RUN} -i in.dat -o half --window 4k --io posix"
        subprocess.run(["bash", "-c", limit], cwd=self.base, check=False, capture_output=True)

    def plain(self, arguments):
        subprocess.run([self.garim, *arguments.split()], cwd=self.base, check=True,
                       capture_output=True)

    def run(self, arguments, source, nth):
        """One run in the working copy; nth None: nothing fails."""
        environment = dict(os.environ)
        self.mark.unlink(missing_ok=True)
        if nth is not None:
            environment.update(LD_PRELOAD=str(self.shim), GARIM_NTH=str(nth),
                               GARIM_NTH_MARK=str(self.mark))
            if self.on:
                environment["GARIM_NTH_ON"] = "1"
        data = (self.work / source).read_bytes() if source else b""
        return subprocess.run([self.garim, *arguments.split()], cwd=self.work, env=environment,
                              input=data, capture_output=True, check=False, timeout=TIMEOUT)

    def afresh(self):
        shutil.rmtree(self.work, ignore_errors=True)
        shutil.copytree(self.base, self.work)


def content(path):
    return path.read_bytes() if path.exists() else None


def look(bench, command, nth, wanted):
    """Run with the nth allocation failing; False where there were not so many."""
    name, arguments, made, source = command
    bench.afresh()
    done = bench.run(arguments, source, nth)
    words = done.stderr.decode("utf-8", "replace")
    faults = [line for line in words.splitlines() if line.startswith("garim: ")]
    if done.returncode not in (0, 75):
        raise Failure(f"exit {done.returncode}: {words[:300]}")
    if done.returncode == 75 and (len(faults) != 1 or len(words.splitlines()) != 1):
        raise Failure(f"exit 75 with other than one line: {words[:300]!r}")
    if not bench.mark.exists():
        return False
    if done.returncode == 0:
        if made and name != "keygen" and content(bench.work / made) != wanted[0]:
            raise Failure("exit 0 and another file")
        if done.stdout != wanted[1] and name in ("show", "pipe"):
            raise Failure("exit 0 and other words on standard output")
        return True
    if made and content(bench.work / made) is not None:
        raise Failure(f"exit 75 and {made} is there")
    again = bench.run(arguments, source, None)
    advised = b"--resume" in again.stderr and b"--restart" in again.stderr
    if again.returncode != 0 and not advised:
        raise Failure(f"a second run ends with exit {again.returncode}: "
                      f"{again.stderr.decode('utf-8', 'replace')[:300]}")
    return True


def try_command(bench, command, every, rng):
    """Numbers of good and bad runs."""
    name, arguments, made, source = command
    bench.afresh()
    first = bench.run(arguments, source, None)
    if first.returncode != 0:
        sys.exit(f"malloc: {name} fails by itself: {first.stderr.decode()}")
    wanted = content(bench.work / made) if made else None, first.stdout
    good = bad = 0
    nth, dense = 1, False
    while True:
        try:
            if look(bench, command, nth, wanted):
                good += 1
            elif dense or every:
                break
            else:  # the end is garim's own again
                dense, nth = True, max(1, nth - 2 * STRIDE - TAIL)
                continue
        except (Failure, subprocess.TimeoutExpired) as failure:
            bad += 1
            print(f"FAILED {name}, allocation {nth}: {failure}", flush=True)
        nth += 1 if every or dense or nth < DENSE else rng.randrange(1, 2 * STRIDE)
    print(f"{name}: {nth - 1} allocations, of which {good + bad} failed in turn",
          flush=True)
    return good, bad


def main():
    options = argparse.ArgumentParser()
    options.add_argument("garim", type=Path)
    options.add_argument("shim", type=Path)
    options.add_argument("--all", action="store_true")
    options.add_argument("--on", action="store_true")
    options.add_argument("--only", default="")
    options.add_argument("--seed", default=f"{random.randrange(1 << 32):x}")
    chosen = options.parse_args()
    print(f"seed {chosen.seed}")
    rng = random.Random(chosen.seed)
    passed = failed = 0
    with tempfile.TemporaryDirectory(dir=calm.FOLDER) as name:
        bench = Bench(chosen.garim.resolve(), chosen.shim.resolve(), Path(name), chosen.on)
        for command in COMMANDS:
            if not command[0].startswith(chosen.only):
                continue
            good, bad = try_command(bench, command, chosen.all, rng)
            passed, failed = passed + good, failed + bad
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
