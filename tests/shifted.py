#!/usr/bin/env python3
"""shifted.py - files that lost, gained or joined bytes stop near the damage, under every workload.

SPDX-License-Identifier: Apache-2.0

usage: shifted.py GARIM WORKLOADS [--seed TEXT] [--files N] [--long]

Each file is damaged once at a random byte of its first 1,000 records, so that its records no
longer stand where they should, and cut to whole records, so that its size tells nothing.  At least
99.9 % must stop within 1,000 records from there; none may stop before.
"""
import random
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jobs

WORKLOADS = ("card-transactions", "narrow", "wide")
POLICIES = ("policy", "identity")
RECORDS, WITHIN = 2100, 1000
STOP = re.compile(r"\(record (\d+), byte")
MEMORY = "/dev/shm"


class Workload:
    """A sample file, another one to join to it, and the policies."""

    def __init__(self, garim, workloads, name, folder):
        self.name, self.garim, self.folder = name, garim, folder
        self.policies = [workloads / f"{name}.{policy}.yaml" for policy in POLICIES]
        layout = workloads / f"{name}.layout.yaml"
        self.length = int(re.search(r"length: (\d+)", layout.read_text())[1])
        self.files = []
        for seed in ("1", "2"):
            path = folder / f"{name}.{seed}"
            subprocess.run([garim, "synth", layout, "-n", str(RECORDS), "--seed", seed, "-o", path,
                            "--quiet"], check=True, timeout=jobs.SECONDS_MAX)
            self.files.append(path.read_bytes())

    def run(self, policy, key, data, number):
        """Exit code and the record it names, or None."""
        path = self.folder / f"{number}.in"
        path.write_bytes(data)
        done = subprocess.run([self.garim, "run", policy, "--key", key, "-i", path, "-o",
                               self.folder / f"{number}.out", "--threads", "1", "--quiet"],
                              stderr=subprocess.PIPE, timeout=jobs.SECONDS_MAX, check=False)
        for left in self.folder.glob(f"{number}.*"):
            left.unlink()
        stop = STOP.search(done.stderr.decode())
        return done.returncode, int(stop[1]) if stop else None


def shift_of(rng, length):
    """Bytes to insert or lose: no whole records, which are no damage that anyone could see."""
    most = rng.choice((1, 4, 16, length, 3 * length))
    while (shift := rng.randint(1, most)) % length == 0:
        most += 1
    return shift


def stray(rng, data, count):
    """Bytes that stray into a file: of any kind, of one, or of the file itself."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.randbytes(count)
    if kind == 1:
        return bytes([rng.choice(b"\0 0\n\xff")]) * count
    if kind == 2:
        return bytes(rng.choices(b"0123456789 ABCKRW", k=count))
    start = rng.randrange(len(data) - count)
    return data[start:start + count]


def damage(rng, workload):
    """What was done, where, and the file."""
    data, other = workload.files
    length = workload.length
    at = rng.randrange(WITHIN * length)
    shift = shift_of(rng, length)
    kind = rng.choice(("inserted", "lost", "joined"))
    if kind == "inserted":
        result = data[:at] + stray(rng, data, shift) + data[at:]
    elif kind == "lost":
        result = data[:at] + data[at + shift:]
    else:
        at += at % length == 0
        result = data[:at] + other
    return f"{kind} at byte {at}", at, result[:len(result) // length * length]


def judge(rng, workload, key, number):
    """What went wrong with one file, and how many records it took."""
    what, at, data = damage(rng, workload)
    policy = rng.choice(workload.policies)
    code, record = workload.run(policy, key, data, number)
    first = at // workload.length
    name = f"file {number}, {policy.name}, {what}"
    if code != jobs.DATA or record is None:
        return f"{name}: exit {code}, record {record}", None
    if not first <= record < first + WITHIN:
        return f"{name}: stops at record {record}, the damage is in {first}", None
    return None, record - first


def main():
    options = jobs.parse(__doc__, files=200)
    count = 1000 if options.long else options.files
    with tempfile.TemporaryDirectory(dir=MEMORY if Path(MEMORY).is_dir() else None) as name:
        folder = Path(name)
        key = folder / "key"
        subprocess.run([options.garim, "keygen", key], check=True, stdout=subprocess.DEVNULL)
        workloads = [Workload(options.garim, options.workloads, name, folder) for name in WORKLOADS]
        problems = [f"{policy.name}: stops without damage" for workload in workloads
                    for policy in workload.policies
                    if workload.run(policy, key, workload.files[0], "right") != (jobs.DONE, None)]
        with ThreadPoolExecutor(jobs.PARALLEL) as pool:
            found = list(pool.map(
                lambda number: judge(random.Random(f"{options.seed} {number}"),
                                     workloads[number % len(workloads)], key, number),
                range(count)))
    missed = [problem for problem, _ in found if problem]
    behind = sorted(records for problem, records in found if not problem)
    print("\n".join(problems + missed))
    print(f"{len(behind)} of {count} stopped, half of them within {behind[len(behind) // 2]} "
          f"records, the last within {behind[-1]}")
    if len(missed) * 1000 <= count:
        missed = []
    bad = len(problems) + len(missed)
    print(f"{len(behind)} passed, {bad} failed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
