#!/usr/bin/env python3
# check.py - the CardDemo files, in EBCDIC and in ASCII, through garim
#
# SPDX-License-Identifier: Apache-2.0
"""usage: check.py GARIM FOLDER

Runs the program GARIM over the eight files of FOLDER (custdata, carddata,
cardxref and dalytran, each as .ebcdic and as .txt) under the policies beside
this script and checks what comes out.  The layouts are those of the EBCDIC
files; the layouts of the ASCII twins are made from them.
"""

import os
import re
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ("custdata", "carddata", "cardxref", "dalytran")
KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
JOINS = {"card": ("card_num",), "customer": ("cust_id",),
         "account": ("acct_id",), "ssn": ("ssn",),
         "phone": ("phone_1", "phone_2")}
SECRETS = ("ssn", "card_num", "phone_1", "phone_2", "last_name")


class File:
    """One file: where its fields are, its records before and after."""

    def __init__(self, name, kind):
        self.name, self.kind = name, kind
        self.layout = read(f"{name}.layout.yaml")
        self.policy = read(f"{name}.policy.yaml")
        if kind == "txt":
            self.become_ascii()
        self.length = int(re.search(r"record: {length: (\d+)",
                                    self.layout)[1])
        self.fields = {
            found[1]: slice(int(found[2]), int(found[2]) + int(found[3]))
            for found in re.finditer(r"name: (\w+), +at: (\d+), +"
                                     r"length: (\d+),", self.layout)}
        self.rules = dict(re.findall(r"^  (\w+): +(.+)$", self.policy, re.M))
        self.before = self.after = ()
        self.output = b""

    def become_ascii(self):
        self.layout = self.layout.replace(
            "encoding: cp037, framing: fixed",
            "encoding: ascii, framing: lines, terminator: lf")
        if self.name == "cardxref":  # its lines end before the filler
            self.layout = self.layout.replace("length: 50,", "length: 36,")
            self.layout = re.sub(r".*name: filler.*\n", "", self.layout)
            self.policy = re.sub(r" *filler:.*\n", "", self.policy)

    def records(self, path):
        with open(path, "rb") as file:
            data = file.read()
        if self.kind == "txt":
            return data.decode("ascii").removesuffix("\n").split("\n")
        text = data.decode("cp037")
        return [text[at:at + self.length]
                for at in range(0, len(text), self.length)]

    def run(self, program, folder, work):
        for part in ("layout", "policy"):
            with open(f"{work}/{self.name}.{part}.yaml", "w",
                      encoding="utf-8") as file:
                file.write(getattr(self, part))
        source = f"{folder}/{self.name}.{self.kind}"
        target = f"{work}/{self.name}.{self.kind}.out"
        done = subprocess.run(
            [program, "run", f"{work}/{self.name}.policy.yaml", "--key",
             f"{work}/key", "-i", source, "-o", target],
            capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(done.stderr.rstrip())
            return False
        self.before, self.after = self.records(source), self.records(target)
        with open(target, "rb") as file:
            self.output = file.read()
        return len(self.output) == os.path.getsize(source)

    def column(self, field, when):
        return [record[self.fields[field]] for record in getattr(self, when)]


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def twins_agree(ebcdic, ascii_twin):
    width = ascii_twin.length
    return ([record[:width] for record in ebcdic.after] == ascii_twin.after
            and len(ebcdic.before) == len(ascii_twin.before) > 0)


def joins_hold(files, fields):
    """Over all files equal values became equal tokens, and no others did."""
    pairs = {(old.strip(), new.strip())
             for file in files for field in fields if field in file.fields
             for old, new in zip(file.column(field, "before"),
                                 file.column(field, "after"))}
    return (len(pairs) == len({old for old, _ in pairs})
            == len({new for _, new in pairs}) > 0
            and not any(old == new for old, new in pairs))


def secrets_gone(files, field):
    """No value of the field stands in any output, in either code page."""
    values = {value.strip() for file in files if field in file.fields
              for value in file.column(field, "before")} - {""}
    found = any(value.encode(page) in file.output for value in values
                for page in ("ascii", "cp037") for file in files)
    return bool(values) and not found


def kept_untouched(file):
    kept = [field for field, rule in file.rules.items() if rule == "keep"]
    return all(file.column(field, "before") == file.column(field, "after")
               for field in kept)


def checks(program, folder, work):
    """Yield the name of each check and whether it passed."""
    files = [File(name, kind) for name in NAMES for kind in ("ebcdic", "txt")]
    for file in files:
        yield f"{file.name}.{file.kind} runs", file.run(program, folder, work)
    for ebcdic, twin in zip(files[::2], files[1::2]):
        yield f"{ebcdic.name}: twins agree", twins_agree(ebcdic, twin)
    for key, fields in JOINS.items():
        yield f"joins by {key} hold", joins_hold(files, fields)
    for field in SECRETS:
        yield f"no {field} in any output", secrets_gone(files, field)
    for file in files:
        yield f"{file.name}.{file.kind}: kept fields", kept_untouched(file)


def main():
    program, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not os.path.isdir(folder):
        print(f"skipped: there is no folder {folder}")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    counts = {True: 0, False: 0}
    with tempfile.TemporaryDirectory() as work:
        with open(f"{work}/key", "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(KEY)
        for name, passed in checks(program, folder, work):
            counts[passed] += 1
            if not passed:
                print(f"FAILED: {name}")
    print(f"{counts[True]} passed, {counts[False]} failed")
    return 1 if counts[False] else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main())
