# jobs.py - what the tests of whole runs share: inputs, their right outputs, option tables
#
# SPDX-License-Identifier: Apache-2.0

import argparse
import itertools
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import calm

DONE, DATA, USAGE, INPUT, OUTPUT, TEMPORARY = 0, 1, 2, 3, 4, 75
SECONDS_MAX = 60
PARALLEL = 3  # most runs sleep most of their time

calm.reset_signals()


def parse(description, programs=(), **numbers):
    """GARIM, WORKLOADS, `programs`, --seed, --long and one option for each of `numbers`; one that
    is False is a switch."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("garim", type=lambda text: str(Path(text).resolve()))
    parser.add_argument("workloads", type=lambda text: Path(text).resolve())
    for name in programs:
        parser.add_argument(name, type=lambda text: str(Path(text).resolve()))
    parser.add_argument("--seed", default=None, help="default: a new one, which is said")
    parser.add_argument("--folder", default=calm.FOLDER,
                        help=f"where to work; default {calm.FOLDER}")
    parser.add_argument("--long", action="store_true", default="GARIM_LONG" in os.environ,
                        help="many more cases (also by GARIM_LONG in the environment)")
    for name, default in numbers.items():
        kind = {"action": "store_true"} if default is False else {
            "type": int, "default": default, "help": f"default {default}"}
        parser.add_argument(f"--{name}", **kind)
    options = parser.parse_args()
    if options.seed is None:
        options.seed = str(random.SystemRandom().randrange(1 << 32))
    print(f"seed {options.seed}", flush=True)
    return options


class Tally:
    """Counts cases, from several threads; says what failed."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.lock = threading.Lock()

    def add(self, what, problems):
        with self.lock:
            self.passed += not problems
            self.failed += bool(problems)
            if problems:
                print(f"FAILED {what}\n" + "\n".join(f"    {line}" for line in problems),
                      flush=True)

    def skip(self, count, why):
        if count:
            print(f"{count} skipped: {why}", flush=True)
        self.skipped += count

    def run(self, cases, parallel=PARALLEL):
        """Each case is (name, function that returns its problems)."""
        with ThreadPoolExecutor(parallel) as pool:
            list(pool.map(lambda case: self.add(case[0], guard(case[1])), cases))

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed"
              + (f", {self.skipped} skipped" if self.skipped else ""))
        return 1 if self.failed or not self.passed else 0


def guard(function):
    try:
        return function()
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return [f"{type(error).__name__}: {error}"]


# ---- the program -------------------------------------------------------------

def help_text(garim):
    return subprocess.run([garim, "run", "--help"], check=True, capture_output=True,
                          text=True).stdout


def words_of(garim, option):
    """The words that `option` takes, as its help lists them; [] where it is unknown."""
    found = re.search(rf"^ *--{option} .*\n(?: {{20}}.*\n)*? +\((\w+(?: \| \w+)+)\)$",
                      help_text(garim), re.M)
    return found.group(1).split(" | ") if found else []


def usable(garim, workload, option):
    """The words of `option`, but `auto`, that this machine can do."""
    words = []
    for word in words_of(garim, option):
        done = subprocess.run([garim, "run", *workload.words(), f"--{option}", word, "--quiet",
                               "-o", "/dev/null"], stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, text=True)
        if done.returncode == DONE and word != "auto":
            words.append(word)
        elif done.returncode != DONE:
            print(f"not here: {done.stderr.strip()}")
    return words


def one_line(text, *parts):
    """Problems: standard error is one line of garim's that holds each of `parts`."""
    problems = []
    if not (text.startswith("garim: ") and text.count("\n") == 1 and text.endswith("\n")):
        problems.append(f"not one line: {text!r}")
    return problems + [f"the message lacks {part!r}: {text!r}" for part in parts
                       if part not in text]


def compare(what, expected, actual):
    if expected == actual:
        return []
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
        return [problem for key, value in expected.items()
                for problem in compare(f"{what}: {key}", value, actual[key])]
    if isinstance(expected, bytes) and isinstance(actual, bytes):
        at = next((i for i, (a, b) in enumerate(zip(expected, actual)) if a != b),
                  min(len(expected), len(actual)))
        return [f"{what}: {len(expected)} bytes expected, {len(actual)} found, which differ from"
                f" byte {at} on"]
    return [f"{what}: {expected!r} expected, {actual!r} found"]


def statistics_of(path):
    report = json.loads(Path(path).read_text(encoding="utf-8"))
    return {name: report[name] for name in
            ("status", "policy", "key_id", "records", "bytes", "fields", "rejects")}


def call(arguments, **options):
    """A whole run; SIGPIPE and SIGXFSZ are as a shell gives them, not as Python does."""
    return subprocess.run([str(word) for word in arguments], check=False, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_MAX,
                          restore_signals=True, **options)


# ---- inputs ------------------------------------------------------------------

class Workload:
    """An input, its policy and key, and what a run from file to file makes of it.

    `framing` is "fixed", "lf" or "crlf"; an edge is (bytes, action) of header or trailer."""

    def __init__(self, options, folder, name, kibibytes, framing="fixed", header=(0, ""),
                 trailer=(0, ""), broken=7):
        self.garim, self.name = options.garim, f"{name}-{framing}-{header[0]}-{trailer[0]}"
        self.folder = Path(folder) / self.name
        self.folder.mkdir()
        self.header, self.trailer = header, trailer
        self.terminator = {"fixed": b"", "lf": b"\n", "crlf": b"\r\n"}[framing]
        self.write_policy(options.workloads, name, framing)
        self.policy, self.key = self.folder / "policy.yaml", self.folder / "key"
        self.input = self.folder / "in"
        call([self.garim, "keygen", self.key]).check_returncode()
        self.data = self.make_data(options, name, kibibytes, broken)
        self.input.write_bytes(self.data)
        self.expected, self.statistics = self.reference()
        assert len(self.statistics["rejects"]) == broken, self.statistics["rejects"]
        assert any(field["nulls"] for field in self.statistics["fields"])

    def write_policy(self, workloads, name, framing):
        layout = (workloads / f"{name}.layout.yaml").read_text(encoding="utf-8")
        self.length = int(re.search(r"length: (\d+),", layout).group(1))
        self.broken_at = int(re.search(r"name: (?:card_number|name), +at: (\d+)", layout).group(1))
        edges = [(word, *edge) for word, edge in
                 (("header", self.header), ("trailer", self.trailer)) if edge[0]]
        record = "framing: " + (f"lines, terminator: {framing}" if self.terminator else "fixed")
        record += "".join(f", {word}: {size}" for word, size, _ in edges)
        (self.folder / f"{name}.layout.yaml").write_text(
            layout.replace("framing: fixed", record), encoding="utf-8")
        policy = (workloads / f"{name}.policy.yaml").read_text(encoding="utf-8")
        (self.folder / "policy.yaml").write_text(
            policy + "".join(f"{word}: {action}\n" for word, _, action in edges),
            encoding="utf-8")

    def make_data(self, options, name, kibibytes, broken):
        count = (kibibytes << 10) // self.length + 37
        plain = self.folder / "plain"
        call([self.garim, "synth", options.workloads / f"{name}.layout.yaml", "-n", count, "-o",
              plain, "--quiet"]).check_returncode()
        body = plain.read_bytes()
        plain.unlink()
        records = [bytearray(body[i:i + self.length]) for i in range(0, len(body), self.length)]
        for i in range(broken):
            records[i * (count // broken) + 5][self.broken_at + 2] = 0xff
        edge = b"edge of a file \xea\xb0\x80 " * 4096
        return (edge[:self.header[0]] + b"".join(bytes(r) + self.terminator for r in records)
                + edge[:self.trailer[0]])

    @property
    def stride(self):
        return self.length + len(self.terminator)

    def words(self):
        return [str(word) for word in ("--key", self.key, "--max-rejects", 1000,
                                       "--allow-empty", self.policy)]

    def run(self, *words):
        return [self.garim, "run", *self.words(), "--quiet", *map(str, words)]

    def reference(self, data=None):
        """Output and statistics of a plain run from file to file."""
        source, target, report = (self.folder / name for name in ("r.in", "r.out", "r.json"))
        source.write_bytes(self.data if data is None else data)
        done = call(self.run("-i", source, "-o", target, "--report", report))
        if done.returncode != DONE:
            raise ValueError(f"reference run: exit {done.returncode}: {done.stderr}")
        answer = target.read_bytes(), statistics_of(report)
        for path in (source, target, report):
            path.unlink()
        return answer


# ---- tables of options -------------------------------------------------------

def pairwise(table, draw):
    """Rows, each a dictionary of one value a column, in which each pair of values of any two
    columns stands together at least once."""
    names = list(table)
    places = {name: range(len(table[name])) for name in names}
    left = {(a, i, b, j) for a, b in itertools.combinations(names, 2)
            for i in places[a] for j in places[b]}

    def gain(row, name, i):
        return sum(((a, x, name, i) in left) + ((name, i, a, x) in left) for a, x in row.items())

    rows = []
    while left:
        a, i, b, j = draw.choice(sorted(left))
        row = {a: i, b: j}
        for name in draw.sample(names, len(names)):
            if name not in row:
                row[name] = max(places[name], key=lambda x: (gain(row, name, x), draw.random()))
        left -= {(a, row[a], b, row[b]) for a, b in itertools.combinations(names, 2)}
        rows.append({name: table[name][row[name]] for name in names})
    return rows


def tell(row):
    return ", ".join(f"{name} {value}" for name, value in row.items())


def end(process, number=signal.SIGKILL):
    if process.poll() is None:
        process.send_signal(number)


if __name__ == "__main__":
    sys.exit("jobs.py is no test by itself; see pipes.py, cross.py, full_disk.py")
