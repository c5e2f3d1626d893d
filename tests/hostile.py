#!/usr/bin/env python3
"""hostile.py - no YAML document of 64 KiB takes long, takes much memory, or ends the program.

SPDX-License-Identifier: Apache-2.0

usage: hostile.py GARIM [--cases N] [--seed N]

Each document is a policy for `garim check`.  It may be right or wrong; the program must
answer with exit 0 or 2 and at most one line on standard error, in time and memory.
Documents that are made to be slow come first, then random damage to a right policy.
"""
import argparse
import os
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import calm

BYTES = 64 << 10
SECONDS_MAX = 0.2  # of the processor: others may be at work
MEMORY_MAX = 32 << 20  # above that of `garim --version`

LAYOUT = ("layout: 1\nname: l\nrecord: {length: 8}\nfields:\n"
          "  - {name: a, at: 0, length: 8, type: char}\n")
POLICY = ("policy: 1\nlayout: l.yaml\nrelease: {recipient: r, purpose: p, basis: b, epoch: e, "
          "expires: 2999-12-31}\nsubjects: 1000\nrules:\n  a: {mask: {keep_last: 4}}\n")


def filled(piece, head=b"", tail=b""):
    """A document of BYTES bytes: `piece` as often as it fits."""
    count = (BYTES - len(head) - len(tail)) // len(piece)
    return head + piece * count + tail


def numbered(form, head=b"", tail=b""):
    """A document of BYTES bytes of pieces that differ by a number."""
    out, index = bytearray(head), 0
    while len(out) < BYTES - len(tail) - 80:
        out += form % index
        index += 1
    return bytes(out) + tail


def hostile():
    """Name, document."""
    for opening in (b"[", b"{", b"- ", b"? ", b"[{", b"{a: ", b"[a, ", b"- - ", b"? [", b"a: [",
                    b"[? "):
        yield f"deep {opening.decode()}", filled(opening)
    for piece in (b"a: b\n", b"a: {a: b}\n", b"<<: {}\n", b"- a\n", b"&a a: *a\n", b"!t a: b\n",
                  b"? a\n", b": a\n", b"---\n", b"...\n", b"# c\n", b"\n", b" ", b"\t", b"\r",
                  b"a:\n", b"'", b'"', b"'' ", b"|\n ", b">\n\n ", b"%YAML 1.1\n", b"a", b"a ",
                  b"a\n", b"a\n ", b"\\", b",", b":", b"-", b"?", b"[]", b"{}", b"]", b"}",
                  b"\xef\xbb\xbf",
                  b"\xc2\x85", b"\xe2\x80\xa8", b"\xff", b"\xc3", b"\0", b"\x01",
                  b"\xf0\x9f\x92\xa9", b"a: 'b\n\n\n'\n", b"@", b"`", b"&", b"*", b"!", b"!<",
                  b"!%41", b"&aaaaaaaa "):
        yield f"only {piece!r}", filled(piece)
        yield f"a list of {piece!r}", filled(piece + b", ", b"a: [", b"]")
        yield f"behind a policy, {piece!r}", filled(piece, POLICY.encode())
    yield "items", filled(b"a,", b"a: [", b"]")
    yield "lists of items", filled(b"[" + b"a," * 2000 + b"],", b"a: [", b"]")
    yield "empty items", filled(b"[],", b"a: [", b"]")
    yield "many keys", numbered(b"k%d: v\n")
    yield "many short keys in flow", numbered(b"%x: ,", b"{", b"}")
    yield "the same key", filled(b"k: v\n")
    yield "keys that differ at the end", numbered(b"k" * 60 + b"%05d: v\n")
    yield "keys without a value", numbered(b"%x,", b"{", b"}")
    yield "many anchors", numbered(b"- &a%d v\n")
    yield "anchors in flow", numbered(b"&a%d v,", b"[", b"]")
    yield "a laugh", b"a: &a [x,x]\n" + numbered(b"b%d: [*a,*a]\n")
    yield "a long word", filled(b"x", b"a: ")
    yield "a long key", filled(b"x", b"", b": a")
    yield "a long quoted key", filled(b"x", b'"', b'": a')
    yield "a long key told", filled(b"x", b"? ", b"\n: a")
    yield "a long text", filled(b"x", b'a: "', b'"')
    yield "a text of escapes", filled(b"\\u1234", b'a: "', b'"')
    yield "a text of lines", filled(b"x\n\n", b'a: "', b'"')
    yield "a block", filled(b" x\n", b"a: |\n")
    yield "a folded block", filled(b"  x\n\n", b"a: >\n")
    yield "a block of blanks", filled(b" \n", b"a: |\n", b" x")
    yield "spaces that grow", b"".join(b" " * i + b"a:\n" for i in range(355))
    yield "lists that go in and out", filled(b"- - - - a\n")
    yield "UTF-16", ("\ufeff" + POLICY).encode("utf-16-le")
    yield "UTF-16 without a mark", POLICY.encode("utf-16-be")
    yield "UTF-32", POLICY.encode("utf-32")


def damaged(rng):
    """A right policy after some changes."""
    text = bytearray(POLICY.encode())
    pieces = (b"[", b"]", b"{", b"}", b"&a ", b"*a ", b"!t ", b"'", b'"', b"\t", b"\n", b": ",
              b"- ", b"? ", b"|\n", b">-\n", b"---\n", b"...\n", b"# ", b"\xef\xbb\xbf", b"\xff",
              b"<<: ", b"\\")
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(text))
        end = at + rng.choice((0, 0, 1, 1, rng.randrange(20)))
        text[at:end] = rng.choice((rng.choice(pieces), rng.choice(pieces),
                                                                  bytes([rng.randrange(256)]),
                                   bytes(text[rng.randrange(len(text)):][:30])))
    return bytes(text)


def measure(command, folder):
    """Exit code (or minus a signal), lines of standard error, processor seconds, peak bytes."""
    with open(folder / "err", "w+b") as errors, subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=errors) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        lines = errors.read().decode("utf-8").splitlines()
    return process.returncode, lines, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10


def complaint_of(answer, least):
    code, lines, seconds, peak = answer
    if code not in (0, 2):
        return f"exit {code}: {lines[:3]}"
    if len(lines) != (1 if code else 0):
        return f"exit {code} with {len(lines)} lines: {lines[:3]}"
    if seconds > SECONDS_MAX:
        return f"{seconds:.2f} s"
    if peak - least > MEMORY_MAX:
        return f"{(peak - least) >> 20} MiB"
    return None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("garim", type=Path)
    options.add_argument("--cases", type=int, default=1000)
    options.add_argument("--seed", default=f"{random.randrange(1 << 32):x}")
    chosen = options.parse_args()
    garim, rng = chosen.garim.resolve(), random.Random(chosen.seed)
    print(f"seed {chosen.seed}")
    passed = failed = worst = most = 0
    with tempfile.TemporaryDirectory(dir=calm.FOLDER) as name:
        folder = Path(name)
        (folder / "l.yaml").write_text(LAYOUT)
        (folder / "p.yaml").write_text(POLICY)
        least = measure([garim, "--version"], folder)[3]
        if measure([garim, "check", "p.yaml"], folder)[0] != 0:
            sys.exit("hostile: the right policy is refused")
        cases = list(hostile())
        cases += ((f"damaged {i}", damaged(rng)) for i in range(chosen.cases))
        for title, document in cases:
            (folder / "p.yaml").write_bytes(document)
            answer = measure([garim, "check", "p.yaml"], folder)
            complaint = complaint_of(answer, least)
            worst, most = max(worst, answer[2]), max(most, answer[3] - least)
            passed, failed = passed + (complaint is None), failed + (complaint is not None)
            if complaint:
                print(f"FAILED {title}: {complaint}\n       {document[:120]!r}")
    print(f"slowest {worst * 1000:.0f} ms, most memory {most / (1 << 20):.1f} MiB")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
