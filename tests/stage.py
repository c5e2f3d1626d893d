#!/usr/bin/env python3
"""stage.py - run one test of meson's: its folder, its settings, nothing of it left behind.

SPDX-License-Identifier: Apache-2.0

usage: stage.py COMMAND [ARGUMENT ...]

An argument that holds @NAME@ gets the setting NAME in its place, one with @NAME/10@ a tenth of
it; where nobody has set NAME and there is no default, the argument goes away.
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import calm

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = {
    "GARIM_CASES": "10000",  # of the differential test
    "GARIM_MOMENTS": "20",  # at which each tier is looked into for secrets; the long form is 200
    "GARIM_DATA": str(ROOT.parent / "shared/data"),
}
PLACE = re.compile(r"@(\w+?)(?:/(\d+))?@")


def expand(word):
    """The word with settings in their places, or None."""
    found = PLACE.search(word)
    if not found:
        return word
    value = os.environ.get(found[1], SETTINGS.get(found[1]))
    if value is None:
        return None
    return PLACE.sub(str(int(value) // int(found[2])) if found[2] else value, word)


def main():
    calm.reset_signals()
    calm.adopt_orphans()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    words = [word for word in map(expand, sys.argv[1:]) if word is not None]
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="garim-") as folder:
        environment = dict(os.environ, GARIM_TEST_FOLDER=folder)
        try:
            # Not by posix_spawn, whose children ignore the signals of the thread library.
            child = subprocess.Popen(words, env=environment)
            code = child.returncode = calm.wait_for(child.pid)
        finally:
            calm.end_children()
    if code < 0:
        print(f"ended by signal {-code}")
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main() if len(sys.argv) > 1 else __doc__)
