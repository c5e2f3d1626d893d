#!/usr/bin/env python3
"""fuse.py - runs on a FUSE file system: the right bytes by every way, and resume.

SPDX-License-Identifier: Apache-2.0

usage: fuse.py GARIM WORKLOADS

bindfs shows a folder through FUSE, in a mount namespace of its own.  Where there is no bindfs, no
/dev/fuse or no right to mount all is skipped.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import calm

CASES = ("uring", "posix", "resume", "report")
INSIDE = "GARIM_FUSE_INSIDE"


def skip(why):
    print(f"{len(CASES)} skipped: {why}\n0 passed, 0 failed, {len(CASES)} skipped")
    return 0


class Place:
    def __init__(self, garim, workloads, top):
        self.garim, self.top = garim, top
        self.real, self.seen = top / "real", top / "seen"
        self.real.mkdir()
        self.seen.mkdir()
        self.policy = workloads / "card-transactions.policy.yaml"
        self.call("keygen", top / "key")
        self.call("synth", workloads / "card-transactions.layout.yaml", "-n", "100003", "-o",
                  self.real / "in")
        self.call(*self.run(self.real / "right", source=self.real / "in"))
        self.right = (self.real / "right").read_bytes()

    def call(self, *words):
        return subprocess.run([self.garim, *map(str, words)], check=True, capture_output=True,
                              text=True, timeout=60, stdin=subprocess.DEVNULL)

    def run(self, output, *words, source=None):
        return ["run", self.policy, "--key", self.top / "key", "-i", source or self.seen / "in",
                "-o", output, *words]

    def check(self, output, text):
        problems = []
        if (self.real / output.name).read_bytes() != self.right:
            problems.append("wrong bytes")
        left = [path.name for path in self.real.iterdir() if path.name.startswith(output.name)]
        if left != [output.name]:
            problems.append(f"left: {left}")
        if "O_DIRECT," in text:
            problems.append(f"O_DIRECT through FUSE: {text}")
        output.unlink()
        return problems

    def try_case(self, case):
        output = self.seen / "out"
        words = ["--io", case] if case in ("uring", "posix") else []
        if case == "report":
            words += ["--report", self.seen / "r.json"]
        if case == "resume":
            process = subprocess.Popen([self.garim, *map(str, self.run(
                output, "--rate", "8m", "--checkpoint", "1m", "--quiet"))])
            time.sleep(0.8)
            process.send_signal(signal.SIGKILL)
            process.wait()
            time.sleep(0.2)
            words += ["--resume"]
        text = self.call(*self.run(output, *words)).stderr
        problems = self.check(output, text)
        if case == "resume" and "resumed" not in text:
            problems.append("it began anew")
        return problems


def inside(garim, workloads):
    passed = failed = 0
    with tempfile.TemporaryDirectory(dir=calm.FOLDER, prefix="garim-fuse-") as top:
        place = Place(garim, workloads, Path(top))
        if subprocess.run(["bindfs", place.real, place.seen], check=False,
                          capture_output=True).returncode != 0:
            return skip("bindfs cannot mount here")
        try:
            for case in CASES:
                problems = place.try_case(case)
                passed += not problems
                failed += bool(problems)
                if problems:
                    print(f"FAILED {case}\n    " + "\n    ".join(problems))
        finally:
            subprocess.run(["umount", "-l", place.seen], check=False)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def main():
    if INSIDE in os.environ:
        return inside(sys.argv[1], Path(sys.argv[2]).resolve())
    if shutil.which("bindfs") is None or not os.path.exists("/dev/fuse") or os.geteuid() != 0:
        return skip("no bindfs, no /dev/fuse or not root")
    os.environ[INSIDE] = "1"
    done = subprocess.run(["unshare", "-m", sys.executable, *sys.argv], check=False, timeout=300)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
