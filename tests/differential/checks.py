# checks.py - what both differential tests ask of an answer
#
# SPDX-License-Identifier: Apache-2.0

import os
import pprint
import shutil
import sys
import tempfile

from generate import garim

SHOWN_FAILURES = 10


def scratch_folder(parent=None):
    """In `parent`; else on memory, where the machine has such a folder."""
    if parent is None and os.access("/dev/shm", os.W_OK):
        parent = "/dev/shm"
    return tempfile.mkdtemp(prefix="garim-differential-", dir=parent)


def compare_bytes(what, expected, actual, plan=None):
    """[] or one text that shows where the two differ."""
    if expected == actual:
        return []
    if len(expected) != len(actual):
        what += f": {len(expected)} bytes expected, {len(actual)} found"
    at = next((index for index, (left, right)
               in enumerate(zip(expected, actual)) if left != right),
              min(len(expected), len(actual)))
    start = max(0, at - 8)
    where = f"byte {at}"
    if plan and at >= plan.header:
        record, column = divmod(at - plan.header, plan.stride)
        where += f" (record {record}, byte {column}, if the header is kept)"
    return [f"{what}: differs at {where}, from byte {start}\n"
            f"  expected {expected[start:at + 32].hex(' ')}\n"
            f"  found    {actual[start:at + 32].hex(' ')}"]


def compare(what, expected, actual):
    if expected == actual:
        return []
    return [f"{what}: {expected!r} expected, {actual!r} found"]


def compare_rejects(plan, result, rejects):
    """`rejects` are (record, offset, field); any of its broken fields is
    right."""
    problems = compare("rejected records",
                       [record for record, _names in result.rejects],
                       [record for record, _offset, _field in rejects])
    if problems:
        return problems
    places = {field.name: field.at for field in plan.fields}
    for (record, names), (_record, offset, name) in zip(result.rejects,
                                                       rejects):
        if name not in names:
            problems.append(f"record {record} broke in {names}, not {name}")
        else:
            place = plan.header + record * plan.stride + places[name]
            problems += compare(f"offset of {name} in record {record}",
                                place, offset)
    return problems


def body_of(plan, data):
    return data[plan.header:len(data) - plan.trailer]


def may_be_data(plan, data, max_rejects):
    """A file with bad framing: do enough records before that break?"""
    whole = (len(data) - plan.header - plan.trailer) // plan.stride
    rejected = 0
    for index in range(max(0, whole)):
        start = plan.header + index * plan.stride
        result = garim.transform(plan, data[start:start + plan.stride])
        rejected += result.status == garim.DATA
    return rejected > max_rejects


def secrets(plan, data, result):
    """Broken values of at least four printable bytes.

    A value of nothing but digits, blanks, commas and dots is left out: counts
    and record numbers look like that by chance.
    """
    for record, names in result.rejects:
        start = plan.header + record * plan.stride
        for field in plan.fields:
            if field.name in names:
                value = data[start + field.at:start + field.end].strip(b" \0")
                if len(value) >= 4 and value.isascii() and (
                        value.decode().isprintable() and
                        value.strip(b"0123456789 ,.")):
                    yield value.decode()


def leaks(plan, data, result, text):
    return [f"a message holds a value of the input: {text!r}"
            for value in secrets(plan, data, result) if value in text]


class Failures:
    """Counts, shows and keeps what went wrong."""

    def __init__(self, seed, folder):
        self.seed, self.folder = seed, folder
        self.passed = self.failed = 0

    def add(self, number, case, problems):
        if not problems:
            self.passed += 1
            return
        self.failed += 1
        if self.failed > SHOWN_FAILURES:
            return
        kept = os.path.join(tempfile.gettempdir(),
                            f"garim-differential-{self.seed}-{number}")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.folder, kept)
        print(f"\n---- case {number} of seed {self.seed}, kept in {kept}")
        pprint.pprint(case.layout, sort_dicts=False)
        pprint.pprint(case.policy, sort_dicts=False)
        for problem in problems:
            print("*", problem)
        sys.stdout.flush()

    def finish(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0
