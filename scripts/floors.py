#!/usr/bin/env python3
"""floors.py - refuse an include that climbs, a circle, and a library behind the wrong door.

SPDX-License-Identifier: Apache-2.0
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# Floors from the ground up; rooms on one floor do not know each other.
FLOORS = [
    ["include/garim"],
    ["engine/base"],
    ["engine/text"],
    ["engine/io", "engine/kernels"],
    ["engine/crypto", "engine/config"],
    ["engine/record"],
    ["engine/flow", "engine/layout", "engine/synth"],
    ["engine/rules", "engine/publish", "engine/evidence"],
    ["engine/policy", "engine/job"],
    ["engine"],  # api*.c
    ["engine/cli"],
    ["bench"],
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
# Folders that belong to the room above them.
ANNEXES = {"engine/kernels/x86": "engine/kernels"}

# The outside world, and the one file that may speak with it; in the benchmark
# the outside world is a peer.
DOORS = {
    r"liburing": r"engine/io/io_uring\.c",
    r"openssl/": r"engine/crypto/openssl\.c|bench/peer_openssl\.c",
    r"^yaml\.h": r"engine/config/yaml\.c",
    r"utf8proc": r"engine/text/unicode\.c",
    r"jansson": r"engine/text/json\.c",
    r"iconv\.h": r"engine/record/codepage\.c|bench/peer_iconv\.c",
    r"ipsec": r"bench/peer_ipsec_mb\.c",
    r"(x86|imm|emm|cpu)?intrin\.h|cpuid\.h": r"engine/kernels/x86/.*",
}
TOP = {"engine", "include", "bench", "tests", "scripts", "bindings", "meson.build",
       "meson_options.txt", "LICENSE"}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)


def room_of(path):
    return ANNEXES.get(str(path.parent), str(path.parent))


def target_of(name):
    """The room of an included project file, or None for a system header."""
    for base in ("engine", "include"):
        path = ROOT / base / name
        if path.is_file():
            return room_of(path.relative_to(ROOT))
    return None


def complaints_of(path, text):
    room = room_of(path)
    if room not in FLOOR_OF:
        yield f"{path}: stands in no room of the house"
        return
    for match in INCLUDE.finditer(text):
        name = match.group(2)
        line = text.count("\n", 0, match.start(2)) + 1
        place = f"{path}:{line}"
        for door, owner in DOORS.items():
            if re.search(door, name) and not re.fullmatch(owner, str(path)):
                yield f"{place}: <{name}> belongs behind {owner}"
        target = target_of(name)
        if match.group(1) == "<" and target is None:
            continue
        if target is None:
            target = room if (ROOT / path.parent / name).is_file() else None
        if target is None:
            yield f"{place}: \"{name}\" is nowhere in the house"
        elif target != room and FLOOR_OF[target] >= FLOOR_OF[room]:
            yield f"{place}: {room} may not include {target}"
        elif room == "engine/cli" and target not in (room, "include/garim", "engine/text"):
            yield f"{place}: the program sees the public header and texts only"


# What a unit (a .c file) gives to others, and what it takes of theirs.
PROSE = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
GIVEN = re.compile(r"^(?!static)[a-z][\w \*\n]*?\b(garim_\w+)(?:\([^;{}]*\)\n\{|(?:\[\w*\])* = )",
                   re.M)
TAKEN = re.compile(r"(?<!struct )(?<!enum )\b(garim_\w+)")


def circles_of(texts):
    """The circles among units, of which each uses what the next one defines."""
    codes = {path: PROSE.sub("", text) for path, text in texts.items() if path.suffix == ".c"}
    owner = {name: path for path, code in codes.items() for name in GIVEN.findall(code)}
    uses = {path: {owner[name] for name in TAKEN.findall(code) if name in owner} - {path}
            for path, code in codes.items()}
    while True:
        used = set().union(*uses.values())
        apart = {path for path in uses if not uses[path] or path not in used}
        if not apart:
            break
        uses = {path: uses[path] - apart for path in uses if path not in apart}
    for path in sorted(uses):
        yield f"{path}: in a circle with {', '.join(map(str, sorted(uses[path])))}"


def main():
    complaints = []
    files = sorted(path for top in ("bench", "engine", "include")
                   for path in (ROOT / top).rglob("*.[ch]"))
    texts = {path.relative_to(ROOT): path.read_text(encoding="utf-8") for path in files}
    for path, text in texts.items():
        complaints += complaints_of(path, text)
    complaints += circles_of(texts)
    for path in ROOT.iterdir():
        if not (path.name.startswith(".") or path.name.startswith("build") or
                path.suffix == ".md" or path.name in TOP):
            complaints.append(f"{path.name}: does not belong at top level")
    print("\n".join(complaints) if complaints else f"floors: {len(files)} files keep to theirs")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
