#!/usr/bin/env python3
"""vectors.py - HMAC-SHA-256 and HKDF against Wycheproof and NIST, where the vectors are.

SPDX-License-Identifier: Apache-2.0

usage: vectors.py GARIM-VECTORS FOLDER
"""
import json
import re
import subprocess
import sys
from pathlib import Path

HKDF_BYTES_MAX = 255 * 32  # RFC 5869


def wycheproof(path):
    for group in json.loads(path.read_text(encoding="utf-8"))["testGroups"]:
        for case in group["tests"]:
            yield group, case


def questions(folder):
    """Pairs of a question and (the answer's beginning, whether it must be right)."""
    for group, case in wycheproof(folder / "hmac_sha256_test.json"):
        yield (f"hmac {case['key'] or '-'} {case['msg'] or '-'}",
               case["tag"][:group["tagSize"] // 4], case["result"] == "valid")
    for _, case in wycheproof(folder / "hkdf_sha256_test.json"):
        if case["size"] <= HKDF_BYTES_MAX and case["result"] == "valid":
            yield (f"hkdf {case['ikm'] or '-'} {case['salt'] or '-'} {case['info'] or '-'} "
                   f"{case['size']}", case["okm"], True)
    text = (folder / "HMAC_SHA256.txt").read_text(encoding="utf-8")
    yield from nist(text)


def nist(text):
    """The example values: 'Text is', 'Key is', 'mac is' blocks of hex words.

    The page was cut so that the first byte of one key stands on the line before it."""
    blocks = re.findall(r"(?im)(?:^([0-9A-F]{2})\n)?\b(key|text|mac) is"
                        r"((?:\s+[0-9A-F]{2,8}\b)+)", text)
    values = {}
    for first, name, words in blocks:
        values[name.lower()] = re.sub(r"\s", "", first + words).lower()
        if name.lower() == "mac" and {"key", "text"} <= values.keys():
            yield f"hmac {values['key']} {values['text']}", values["mac"], True
            values = {}


def main():
    program, folder = sys.argv[1], Path(sys.argv[2])
    if not folder.is_dir():
        print("skipped: no vectors folder\n0 passed, 0 failed, 1 skipped")
        return 0
    cases = list(questions(folder))
    asked = "".join(question + "\n" for question, _, _ in cases)
    done = subprocess.run([program], input=asked, capture_output=True, text=True, check=True)
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(cases)
    wrong = 0
    for (question, wanted, valid), answer in zip(cases, answers):
        if answer.startswith(wanted) != valid:
            print(f"wrong: {question}")
            wrong += 1
    print(f"{len(cases) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
