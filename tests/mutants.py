#!/usr/bin/env python3
"""mutants.py - faults put into the engine on purpose, each of which a test must notice.

SPDX-License-Identifier: Apache-2.0

usage: mutants.py [--smoke] [NAME ...]     (a name may be a pattern; no name: all of them)

In a copy of the tree one text after the other is replaced (mutations.py), what changed is built,
and the tests named there must fail.  --smoke sees whether each text still stands exactly once in
its file, and tries two.
"""
import argparse
import fnmatch
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from mutations import MUTATIONS

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = {"unit": "tests/garim-unit", "kernels": "tests/garim-kernel-tests",
            "forge": "tests/garim-forge", "sim": "tests/garim-sim"}
ARGUMENTS = {"unit": ["-j2", "--filter"], "kernels": ["-j2", "--filter"], "forge": [],
             "sim": ["--seeds"]}
SMOKE = ("budget-half", "expiry-early")
BUILD_SECONDS, TEST_SECONDS = 500, 90
TESTED = re.compile(r"Tested: \D*(\d+)|(\d+) passed")


def pattern(text):
    """Of a text, however its lines are broken."""
    return re.compile(r"\s+".join(map(re.escape, text.split())))


def places(root, mutation):
    """The files of that name under engine/, each as often as the text stands in it."""
    for path in sorted((root / "engine").rglob(mutation.file)):
        yield from [path] * len(pattern(mutation.old).findall(path.read_text()))


def misplaced(mutation):
    """Why the mutation cannot be made, or None."""
    count = len(list(places(ROOT, mutation)))
    return None if count == 1 else f"its text stands {count} times in {mutation.file}"


def run(words, seconds, **options):
    """Exit code and output; of what takes too long the code is None, and all of it is ended."""
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, start_new_session=True, **options) as process:
        try:
            output, _ = process.communicate(timeout=seconds)
            return process.returncode, output.decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, ""


def unmount_below(top):
    """What tests that were ended have left mounted, so that their folder can go."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        place = line.split()[1]
        if place.startswith(f"{top}/"):
            subprocess.run(["umount", place], check=False)


class Copy:
    """A copy of the tree with a build of its own."""

    def __init__(self, top):
        self.root, self.build, self.scratch = top / "tree", top / "build", top / "scratch"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(".git", "build*"))
        self.scratch.mkdir()
        code, output = run(["meson", "setup", self.build, self.root], BUILD_SECONDS)
        if code != 0:
            sys.exit(output)

    def make(self, program):
        return run(["ninja", "-j2", "-C", self.build, PROGRAMS[program]], BUILD_SECONDS)

    def passes(self, program, tests):
        """Whether tests are run, and all pass."""
        words = [self.build / PROGRAMS[program], *ARGUMENTS[program], tests]
        environment = dict(os.environ, GARIM_TEST_FOLDER=str(self.scratch))
        code, output = run(words, TEST_SECONDS, env=environment, cwd=self.scratch)
        tested = TESTED.search(re.sub(r"\x1b\[[0-9;]*m", "", output))
        return code == 0 and tested is not None and int(tested[1] or tested[2]) > 0

    def verdict(self, mutation):
        """Make the mutation, look, and take it back."""
        path = next(places(self.root, mutation))
        right = path.read_text()
        path.write_text(pattern(mutation.old).sub(lambda _: mutation.new, right))
        try:
            code, output = self.make(mutation.program)
            if code != 0:
                return "does not build\n" + output[-2000:]
            return "SURVIVED" if self.passes(mutation.program, mutation.tests) else "killed"
        finally:
            path.write_text(right)


def blind_tests(copy, chosen):
    """The tests that pass nothing while nothing is wrong: what fails in them says nothing."""
    for program in sorted({mutation.program for mutation in chosen}):
        code, output = copy.make(program)
        if code != 0:
            sys.exit(output)
    return {tests for tests in sorted({(m.program, m.tests) for m in chosen})
            if not copy.passes(*tests)}


def try_all(chosen):
    """Print what becomes of each; returns how many were killed, and how many were not."""
    killed = 0
    with tempfile.TemporaryDirectory(prefix="garim-mutants-", dir="/var/tmp") as top:
        copy = Copy(Path(top))
        blind = blind_tests(copy, chosen)
        for mutation in chosen:
            verdict = copy.verdict(mutation)
            if (mutation.program, mutation.tests) in blind:
                verdict = f"{mutation.tests}: fails, or tests nothing, without it too"
            print(f"{mutation.name:28} {verdict}", flush=True)
            killed += verdict == "killed"
            unmount_below(top)
    return killed, len(chosen) - killed


def main():
    parser = argparse.ArgumentParser(description="Faults that the tests must notice.")
    parser.add_argument("--smoke", action="store_true", help="look at all texts, try two")
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_args()
    names = SMOKE if options.smoke else options.names or ["*"]
    wrong = {m.name: misplaced(m) for m in MUTATIONS if misplaced(m)}
    for name, why in wrong.items():
        print(f"{name:28} {why}")
    chosen = [m for m in MUTATIONS if m.name not in wrong and
              any(fnmatch.fnmatch(m.name, name) for name in names)]
    passed, failed = try_all(chosen)
    if options.smoke:
        passed += len(MUTATIONS) - len(wrong)
    print(f"{passed} passed, {failed + len(wrong)} failed")
    return 1 if failed or wrong or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
