#!/usr/bin/env python3
"""full_disk.py - full disks, limits of files, an fsync that fails once and then lies.

garim ends with exit 4, publishes nothing, and the next run makes the right output.

SPDX-License-Identifier: Apache-2.0

usage: full_disk.py GARIM WORKLOADS [--seed TEXT] [--long]

File systems are mounted in a mount namespace of its own; where that is refused those cases are
skipped.
"""
import contextlib
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jobs
from jobs import compare, one_line

STEP = 4096
INSIDE = "--inside"  # said to ourselves, in the namespace
MEBIBYTE = 1 << 20
EXT4 = ["mkfs.ext4", "-q", "-F", "-m", "0", "-b", "4096"]
# Its own blocks are all there from the beginning: no journal that stops, data alone can fail.
READY = ["-O", "^has_journal,^metadata_csum,^uninit_bg", "-E", "lazy_itable_init=0,nodiscard"]
NO_EXTENTS = ["-O", "^extent,^64bit,^has_journal"]  # no fallocate: the disk is full on the way


def ways_of(options, workload):
    """Name, words of the options, what the sides are."""
    whole = [("fallocate", [])]
    if re.search(r"--without\b", jobs.help_text(options.garim)):
        whole += [("no fallocate", ["--without", "fallocate"]),
                  ("buffered", ["--without", "direct,fallocate"])]
    for io in jobs.usable(options.garim, workload, "io"):
        common = ["--io", io, "--threads", "2", "--window", "64k", "--checkpoint", "64k"]
        for name, more in whole:
            yield f"{io}, {name}", [*common, *more], "file to file"
        yield f"{io}", common, "pipe to file"
        yield f"{io}", common, "file to stdout"


class Attempt:
    """A run that is to fail for want of room, and the one after it."""

    def __init__(self, workload, words, kind, folder):
        self.workload, self.kind, self.folder = workload, kind, Path(folder)
        self.words, self.out = words, self.folder / "out"

    def run(self, *more, limit=None):
        words = self.workload.run(*self.words, *more)
        words += ["-o", str(self.out)] if self.kind != "file to stdout" else []
        words += ["-i", str(self.workload.input)] if self.kind != "pipe to file" else []
        source = Path("/dev/null") if self.kind != "pipe to file" else self.workload.input
        with open(source, "rb") as stdin, contextlib.ExitStack() as stack:
            feeder = None
            if self.kind == "pipe to file":
                feeder = stack.enter_context(subprocess.Popen(["cat"], stdin=stdin,
                                                              stdout=subprocess.PIPE))
                stdin = feeder.stdout
            stdout = stack.enter_context(open(self.out, "wb")) if self.kind == "file to stdout" \
                else subprocess.DEVNULL
            process = subprocess.Popen(words, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE,
                                       preexec_fn=limit, restore_signals=True)
            if feeder:
                feeder.stdout.close()
            try:
                text = process.communicate(timeout=jobs.SECONDS_MAX)[1]
            finally:
                jobs.end(process)
        return process.returncode, text.decode(errors="replace")

    def check_failure(self, code, text):
        problems = compare("exit", jobs.OUTPUT, code)
        problems += one_line(text, "the output (") if code == jobs.OUTPUT else [f"said: {text!r}"]
        if self.kind == "file to stdout":
            data = self.out.read_bytes()
            return problems + compare("beginning", self.workload.expected[:len(data)], data)
        if self.out.exists():
            problems.append("the output has its name")
        return problems

    def check_end(self, code, text):
        data = self.out.read_bytes() if self.out.exists() else b""
        left = sorted(path.name for path in self.folder.iterdir() if path.name.startswith("out"))
        return (compare("exit at the end", (jobs.DONE, ""), (code, text))
                + compare("output", self.workload.expected, data)
                + compare("files left", ["out"], left))

    def again(self):
        return self.check_end(*self.run(*(["--resume"] if self.kind == "file to file" else [])))

    def clean(self):
        for path in self.folder.glob("out*"):
            path.unlink()


# ---- RLIMIT_FSIZE ------------------------------------------------------------

def limit_from_start(workload, words, kind, limit):
    """Nothing may be longer than `limit` from the beginning on."""
    with tempfile.TemporaryDirectory(dir=workload.folder) as folder:
        attempt = Attempt(workload, words, kind, folder)

        def set_limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        code, text = attempt.run(limit=set_limit)
        if limit >= len(workload.expected) + 8 * STEP:
            return attempt.check_end(code, text)
        if limit >= len(workload.expected) and code == jobs.DONE:  # the state needs its bytes too
            return attempt.check_end(code, text)
        return attempt.check_failure(code, text) or attempt.again()


def limit_on_the_way(workload, words, limit):
    """The limit comes when the part has its whole length: then writes fail, not the reserving."""
    with tempfile.TemporaryDirectory(dir=workload.folder) as folder:
        attempt = Attempt(workload, [*words, "--rate", "3m"], "file to file", folder)
        process = subprocess.Popen(
            workload.run(*attempt.words, "-i", workload.input, "-o", attempt.out),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        part = Path(folder) / "out.part"
        while process.poll() is None and not (part.exists() and part.stat().st_size):
            time.sleep(0.001)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        text = process.communicate(timeout=jobs.SECONDS_MAX)[1].decode()
        attempt.words = words
        return attempt.check_failure(process.returncode, text) or attempt.again()


def sample(options, draw, end, count):
    """Steps from 0 to a little over `end`; in the long form all of them."""
    steps = range(0, end + 2 * STEP, STEP)
    if options.long:
        return list(steps)
    ends = {0, STEP, 2 * STEP, end // STEP * STEP, (end // STEP - 1) * STEP}
    return sorted(ends | set(draw.sample(steps, count)))


def limit_cases(options, workload):
    draw = random.Random(options.seed)
    size = len(workload.expected)
    for name, words, kind in ways_of(options, workload):
        for limit in [*sample(options, draw, size, 4), size + 64 * STEP]:
            yield (f"limit {limit}: {kind}, {name}",
                   lambda w=words, k=kind, n=limit: limit_from_start(workload, w, k, n))
        if kind == "file to file":
            for limit in sample(options, draw, size // 2, 3):
                yield (f"limit {limit} on the way: {name}",
                       lambda w=words, n=limit: limit_on_the_way(workload, w, n))


# ---- full file systems -------------------------------------------------------

def shell(*words):
    subprocess.run([str(word) for word in words], check=True, capture_output=True)


@contextlib.contextmanager
def mounted(parent, *words):
    """A folder with `words` of mount on it."""
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        shell("mount", *words, folder)
        try:
            yield Path(folder)
        finally:
            shell("umount", folder)


def make_loop(path, size, more=()):
    with open(path, "wb") as file:
        file.truncate(size)
    shell(*EXT4, *more, path)


@contextlib.contextmanager
def file_system(parent, kind, size):
    if kind == "tmpfs":
        with mounted(parent, "-t", "tmpfs", "-o", f"size={size}", "none") as folder:
            yield folder
        return
    image = Path(parent) / "image"
    make_loop(image, size, NO_EXTENTS if "without" in kind else ())
    with mounted(parent, "-o", "loop", image) as folder:
        yield folder
    image.unlink()


def fill(folder, left):
    """Fill up all but `left` bytes, whatever the file system needs for itself."""
    with open(folder / "filler", "wb", buffering=0) as file:
        with contextlib.suppress(OSError):
            while True:
                file.write(bytes(STEP))
        os.fsync(file.fileno())
        size = file.tell() // STEP * STEP
        while os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize < left and size:
            size -= STEP
            os.ftruncate(file.fileno(), size)
        os.fsync(file.fileno())


def full(workload, words, kind, folder, left):
    """`left` bytes are free; then there is room again."""
    attempt = Attempt(workload, words, kind, folder)
    attempt.clean()
    fill(folder, left)
    code, text = attempt.run()
    os.unlink(folder / "filler")
    if code == jobs.DONE and left >= len(workload.expected):
        return attempt.check_end(code, text)
    if left >= len(workload.expected) + 16 * STEP:
        return [f"it failed with room enough: {code} {text}"]
    return attempt.check_failure(code, text) or attempt.again()


def full_cases(options, workload, kind, folder):
    draw = random.Random(f"{options.seed} {kind}")
    size = len(workload.expected)
    for name, words, way in ways_of(options, workload):
        for left in [*sample(options, draw, size, 2), size + 32 * STEP]:
            yield (f"{kind}, {left} bytes left: {way}, {name}",
                   lambda w=words, y=way, n=left: full(workload, w, y, folder, n))


def trap(workload, words, kind, parent):
    """A loop file on a full tmpfs: buffered writes do well, the first fsync fails, the second
    says that all is well.  Quite full: where a part of a write fits, Linux's loop device says
    that all of it did, and then no fsync tells of the loss."""
    with mounted(parent, "-t", "tmpfs", "-o", "size=16m", "none") as outer:
        make_loop(outer / "image", 32 * MEBIBYTE, READY)
        with mounted(parent, "-o", "loop", outer / "image") as folder:
            attempt = Attempt(workload, words, kind, folder)
            fill(outer, 0)
            code, text = attempt.run()
            os.unlink(outer / "filler")
            problems = attempt.check_failure(code, text)
            forget(folder)
            problems = problems or attempt.again()
            forget(folder)
            return problems or attempt.check_end(jobs.DONE, "")


def forget(folder):
    """What is read next comes from the disk."""
    for path in folder.glob("out*"):
        with open(path, "rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def trap_cases(options, workload, parent):
    for name, words, kind in ways_of(options, workload):
        if kind != "file to stdout":  # nothing is synced there
            yield (f"fsync that lies: {kind}, {name}",
                   lambda w=words, k=kind: trap(workload, w, k, parent))


def run_inside(options, tally, workload, parent):
    for kind in ("tmpfs", "ext4", "ext4 without extents"):
        with file_system(parent, kind, len(workload.expected) * 2 + 8 * MEBIBYTE) as folder:
            tally.run(list(full_cases(options, workload, kind, folder)), parallel=1)
    tally.run(list(trap_cases(options, workload, parent)), parallel=1)


# ---- the whole ---------------------------------------------------------------

def may_mount(parent):
    """Whether a loop file can be mounted in a namespace of our own."""
    with tempfile.TemporaryDirectory(dir=parent) as folder, \
            contextlib.suppress(OSError, subprocess.SubprocessError):
        image, place = Path(folder) / "image", Path(folder) / "place"
        make_loop(image, 8 * MEBIBYTE)
        place.mkdir()
        shell("unshare", "--mount", "mount", "-o", "loop", image, place)
        return True
    return False


def main():
    inside = INSIDE in sys.argv
    if inside:
        sys.argv.remove(INSIDE)
    elif not {"-h", "--help"} & set(sys.argv) and may_mount("/var/tmp"):
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv, INSIDE])
    options = jobs.parse("full disks, limits and a failing fsync", kibibytes=1024)
    tally = jobs.Tally()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="garim-full-") as folder:
        workload = jobs.Workload(options, folder, "card-transactions", options.kibibytes)
        tally.run(list(limit_cases(options, workload)))
        if inside:
            run_inside(options, tally, workload, folder)
        else:
            count = sum(len(list(full_cases(options, workload, kind, None))) for kind in range(3))
            tally.skip(count + len(list(trap_cases(options, workload, folder))),
                       "no file system may be mounted here")
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
