#!/usr/bin/env python3
# run.py - runs the tests of the program: scripts with their exact output, and
# tables of wrong input with their exact messages
#
# SPDX-License-Identifier: Apache-2.0
"""Usage: run.py BINARY SOURCE [--update] [WORD ...]

BINARY is the program, SOURCE the top of the source tree.  With WORDs only tests
whose name holds one of them run.  --update writes what the program says now
into the expectations: read the diff.

NAME.sh runs under sh in a folder of its own that holds copies of base/ and the
files of DATA, with the program as `garim`; NAME.stdout.exact,
NAME.stderr.exact and NAME.exit say what must come of it (absent: nothing, and
0).  Exit 77 skips.

bad_input/*.toml: one [[case]] each, with name, args (default "check p.yaml"),
edit ([file, old, new] or a list of them), setup (sh), exit and stderr.  Beside
the words a case must keep three promises: the message is one line, no word that
contains "Zq7" (the contents of fields in these tests) shows up, and no file
appears but those that `leaves` names.  Today's date reads TODAY.
"""

import datetime
import os
import pathlib
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import calm

TIMEOUT_SECONDS = 120
WORKERS = 4  # most cases sleep most of their time
SKIPPED = 77
FIELD_CONTENT = "Zq7"

# The records of the layouts in base/: in.dat of l.yaml and so on.
DATA = {
    "in.dat": b"ACC0000000000017010-1234-5678   000000001200abcd"
              b"Zq7ACC                          000000000000\0\0\0\1"
              b"                Zq7 phone 99                wxyz",
    "lines.dat": b"ACC0000000000017OPEN\n"
                 b"Zq7ACC          shut\n"
                 b"                    \n",
    "edge.dat": b"HEADER0001AB120042Zq770001TOTAL2",
}


def run(command, folder, environment, terminal=False):
    """Exit code, stdout, stderr of a command in a folder."""
    output = subprocess.PIPE
    if terminal:
        leader, output = pty.openpty()
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output,
                               stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                               start_new_session=True)
    late = ""
    try:
        out, err = process.communicate(timeout=TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        out, err = process.communicate()
        late = f"not done after {TIMEOUT_SECONDS} s\n"
    if terminal:
        os.close(output)
        os.close(leader)
    return (None if late else process.returncode, (out or b"").decode(errors="replace"),
            err.decode(errors="replace") + late)


class Sandbox:
    """A folder with copies of base/, and the environment of a test."""

    def __init__(self, binary, here):
        self.binary = binary
        self.here = here

    def __enter__(self):
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="garim-cli-", dir=calm.FOLDER))
        self.folder = self.top / "work"
        shutil.copytree(self.here / "base", self.folder)
        for name, data in DATA.items():
            (self.folder / name).write_bytes(data)
        for path in self.folder.iterdir():
            path.chmod(0o600)
        (self.top / "bin").mkdir()
        (self.top / "bin" / "garim").symlink_to(self.binary)
        self.environment = {
            "PATH": f"{self.top / 'bin'}:{os.environ.get('PATH', '')}",
            "LC_ALL": "C",
            "TZ": "UTC",
            "GARIM_BUILD": str(self.binary.parent),
        }
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.top, ignore_errors=True)

    def shell(self, text):
        return run(["sh", "-c", "umask 022\n" + text], self.folder,
                   self.environment)

    def files(self):
        return {str(path.relative_to(self.folder))
                for path in self.folder.rglob("*")}


# ---- scripts ----------------------------------------------------------------


def read_expected(script, suffix, otherwise):
    path = script.with_suffix(suffix)
    return path.read_text() if path.exists() else otherwise


def write_expected(script, suffix, text, otherwise):
    path = script.with_suffix(suffix)
    if text == otherwise:
        path.unlink(missing_ok=True)
    else:
        path.write_text(text)


def run_script(script, context):
    with Sandbox(context.binary, context.here) as sandbox:
        code, out, err = sandbox.shell(script.read_text())
    if code == SKIPPED:
        return None
    found = {".exit": f"{code}\n", ".stdout.exact": out, ".stderr.exact": err}
    defaults = {".exit": "0\n", ".stdout.exact": "", ".stderr.exact": ""}
    problems = []
    for suffix, text in found.items():
        expected = read_expected(script, suffix, defaults[suffix])
        if text == expected:
            continue
        problems.append(f"{suffix[1:]}:\n--- expected\n{expected}"
                        f"--- found\n{text}")
        if context.update:
            write_expected(script, suffix, text, defaults[suffix])
    return problems


# ---- tables of wrong input --------------------------------------------------


def apply_edits(case, folder):
    edits = case.get("edit", [])
    for name, old, new in [edits] if edits and isinstance(edits[0], str) \
            else edits:
        path = folder / name
        text = path.read_text()
        if text.count(old) != 1:
            raise ValueError(f"{name} holds {old!r} {text.count(old)} times")
        path.write_text(text.replace(old, new))


def check_promises(case, before, sandbox, out, err):
    problems = []
    left = sorted(sandbox.files() - before)
    if left != case.get("leaves", []):
        problems.append(f"left behind: {left}")
    if not re.fullmatch(r"garim: [^\n]+\n", err):
        problems.append(f"not one line of error: {err!r}")
    if FIELD_CONTENT in out + err:
        problems.append("the contents of a field show")
    return problems


def run_case(case, context):
    root = os.geteuid() == 0
    if root != {"root": True, "user": False}.get(case.get("only"), root):
        return None
    with Sandbox(context.binary, context.here) as sandbox:
        apply_edits(case, sandbox.folder)
        if "setup" in case:
            code, out, err = sandbox.shell("set -e\n" + case["setup"])
            if code == SKIPPED:
                return None
            if code != 0:
                return [f"setup: exit {code}: {out}{err}"]
        before = sandbox.files()
        command = ["garim"] + shlex.split(case.get("args", "check p.yaml"))
        if "shell" in case:
            command = ["sh", "-c", case["shell"]]
        code, out, err = run(command, sandbox.folder, sandbox.environment,
                             case.get("terminal", False))
        problems = check_promises(case, before, sandbox, out, err)
    today = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")
    err = err.replace(today, "TODAY")
    if code != case["exit"]:
        problems.append(f"exit {code}, expected {case['exit']}")
    if err != case.get("stderr", "") + "\n":
        problems.append(f"expected {case.get('stderr', '')}\n"
                        f"found    {err.rstrip()}")
        if context.update:
            context.updates[case["name"]] = err.rstrip("\n")
    return problems


def update_table(path, updates):
    """Put new messages into the table, one stderr line a case."""
    parts = re.split(r"(?m)^(?=\[\[case\]\]$)", path.read_text())
    for i, part in enumerate(parts):
        name = re.search(r'(?m)^name = "(.*)"$', part)
        if name is None or name[1] not in updates:
            continue
        line = f"stderr = '''{updates[name[1]]}'''"
        part = re.sub(r"(?m)^stderr = .*\n", "", part)
        parts[i] = re.sub(r"(?m)^(exit = \d+)$",
                          lambda found: f"{found[1]}\n{line}", part)
    path.write_text("".join(parts))


# ---- all of them ------------------------------------------------------------


def guard(function, *arguments):
    """A case that can not be run has failed, and the others go on."""
    try:
        return function(*arguments)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return [f"{type(error).__name__}: {error}"]


class Context:
    def __init__(self, arguments):
        self.update = "--update" in arguments
        words = [word for word in arguments if word != "--update"]
        self.binary = pathlib.Path(words[0]).resolve()
        self.here = pathlib.Path(words[1]).resolve() / "tests" / "cli"
        self.words = words[2:]
        self.passed = self.failed = self.skipped = 0
        self.updates = {}

    def wants(self, name):
        return not self.words or any(word in name for word in self.words)

    def count(self, name, problems):
        if problems is None:
            self.skipped += 1
            print(f"skipped {name}")
        elif problems:
            self.failed += 1
            print(f"FAILED {name}")
            print("\n".join(problems))
        else:
            self.passed += 1

    def run(self, cases):
        """Each is (name, function, what it is given)."""
        wanted = [case for case in cases if self.wants(case[0])]
        with ThreadPoolExecutor(WORKERS) as pool:
            answers = pool.map(lambda case: guard(case[1], case[2], self), wanted)
            for (name, _, _), problems in zip(wanted, answers):
                self.count(name, problems)

    def run_scripts(self):
        self.run([(script.stem, run_script, script) for script in sorted(self.here.glob("*.sh"))])

    def run_tables(self):
        for table in sorted((self.here / "bad_input").glob("*.toml")):
            self.updates = {}
            self.run([(f"{table.stem}: {case['name']}", run_case, case)
                      for case in tomllib.loads(table.read_text())["case"]])
            if self.updates:
                update_table(table, self.updates)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    calm.reset_signals()
    context = Context(sys.argv[1:])
    context.run_scripts()
    context.run_tables()
    skipped = f", {context.skipped} skipped" if context.skipped else ""
    print(f"{context.passed} passed, {context.failed} failed{skipped}")
    sys.exit(1 if context.failed or not context.passed else 0)


if __name__ == "__main__":
    main()
