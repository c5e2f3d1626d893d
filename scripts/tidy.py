#!/usr/bin/env python3
"""tidy.py - widths, lengths, opening lines and clang-format of the project's files.

SPDX-License-Identifier: Apache-2.0
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

WIDTH_MAX = 100
WIDTH_USUAL = 80
FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70
FUNCTION_LINES_USUAL = 40

# The ratchet: how many may be over the usual measure.  Only ever lower these.
WIDE_LINES_ALLOWED = 0
LONG_FUNCTIONS_ALLOWED = 0


def functions_of(lines):
    """Name line and length of each function: Linux braces stand in column 1."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start is not None:
            yield start - 1, number - start - 1
            start = None


def complaints_of_c(path, lines, tally):
    if not re.match(rf"/\* {re.escape(path.name)} - \S", lines[0]):
        yield f"{path}:1: must open with '/* {path.name} - purpose'"
    if not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:4]):
        yield f"{path}:1: lacks its licence line"
    for number, length in functions_of(lines):
        if length > FUNCTION_LINES_MAX:
            yield f"{path}:{number}: a function of {length} lines (at most {FUNCTION_LINES_MAX})"
        if length > FUNCTION_LINES_USUAL:
            tally["long"].append(f"{path}:{number}: {length} lines")


def complaints_of(path, text, tally):
    lines = text.split("\n")
    code = path.suffix in (".c", ".h", ".py", ".sh") or path.name == "meson.build"
    if not text.endswith("\n") or text.endswith("\n\n"):
        yield f"{path}: must end with exactly one line feed"
    for number, line in enumerate(lines, 1):
        if "\t" in line and path.suffix != ".scd":
            yield f"{path}:{number}: a tab"
        if line != line.rstrip():
            yield f"{path}:{number}: blanks at the end of the line"
        if code and len(line) > WIDTH_MAX:
            yield f"{path}:{number}: {len(line)} columns (at most {WIDTH_MAX})"
        if path.suffix in (".c", ".h") and len(line) > WIDTH_USUAL:
            tally["wide"].append(f"{path}:{number}: {len(line)} columns")
    if code and len(lines) - 1 > FILE_LINES_MAX:
        yield f"{path}: {len(lines) - 1} lines (at most {FILE_LINES_MAX})"
    if path.suffix in (".c", ".h"):
        yield from complaints_of_c(path, lines, tally)


def ratchet(name, found, allowed):
    if len(found) > allowed:
        return [f"{len(found)} {name}, {allowed} allowed:"] + [f"  {place}" for place in found]
    if len(found) < allowed:
        return [f"{len(found)} {name}, {allowed} allowed: lower the ratchet in scripts/tidy.py"]
    return []


def format_complaints(files):
    tool = shutil.which("clang-format") or shutil.which("clang-format-14")
    if tool is None:
        return ["clang-format is missing: run scripts/setup"]
    wrong = subprocess.run([tool, "--dry-run", "-Werror", *files], cwd=ROOT,
                           capture_output=True, text=True, check=False)
    names = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", wrong.stderr, re.M)))
    return [f"{name}: run clang-format -i on it" for name in names]


def main():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT,
                            capture_output=True, text=True, check=True).stdout.split("\n")
    tally = {"wide": [], "long": []}
    complaints = []
    count = 0
    for name in filter(None, listed):
        path = ROOT / name
        exact = ".exact" in path.name or path.name == "LICENSE"
        if not path.is_file() or exact:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        count += 1
        complaints += complaints_of(Path(name), text, tally)
    complaints += ratchet("lines over 80 columns", tally["wide"], WIDE_LINES_ALLOWED)
    complaints += ratchet("functions over 40 lines", tally["long"], LONG_FUNCTIONS_ALLOWED)
    complaints += format_complaints([name for name in listed if name.endswith((".c", ".h"))])
    print("\n".join(complaints) if complaints else f"tidy: {count} files checked")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
