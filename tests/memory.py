#!/usr/bin/env python3
"""memory.py - peak memory does not grow with the file.

SPDX-License-Identifier: Apache-2.0

usage: memory.py GARIM [GIBIBYTES]
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import calm

SMALL_BYTES = 64 << 20
LAYOUT = """layout: 1
name: zeros
record: {length: 128, encoding: utf-8}
fields:
  - {name: id, at: 0, length: 16, type: char, null: []}
  - {name: rest, at: 16, length: 112, type: char, null: []}
"""
POLICY = """policy: 1
layout: layout.yaml
release: {recipient: r, purpose: p, basis: b, epoch: e, expires: 9999-12-31}
subjects: 40450000
rules: {id: {token: {domain: d, bits: 80, as: base32, null: apply}}, rest: {mask: {keep_first: 3}}}
"""
GROWTH_ALLOWED = 4 << 20  # page tables, thread stacks: not a matter of size


def peak_bytes(garim, policy, folder, size):
    """Run over `size` bytes of NULs (a sparse file) and return the peak it reports."""
    source, target, report = folder / "in", folder / "out", folder / "report.json"
    key = folder / "key"
    if not key.exists():
        subprocess.run([garim, "keygen", key], check=True, capture_output=True)
    with open(source, "wb") as file:
        file.truncate(size)
    subprocess.run([garim, "run", policy, "--key", key, "-i", source, "-o", target, "--force",
                    "--report", report, "--threads", "2", "--quiet"], check=True)
    answer = json.loads(report.read_text(encoding="utf-8"))
    assert answer["bytes"]["out"] == size == target.stat().st_size
    target.unlink()
    return answer["peak_memory_bytes"]


def main():
    garim = sys.argv[1]
    large_bytes = int(sys.argv[2] if len(sys.argv) > 2 else 4) << 30
    with tempfile.TemporaryDirectory(dir=calm.FOLDER) as name:
        policy = Path(name) / "policy.yaml"
        policy.write_text(POLICY)
        (Path(name) / "layout.yaml").write_text(LAYOUT)
        small = peak_bytes(garim, policy, Path(name), SMALL_BYTES)
        large = peak_bytes(garim, policy, Path(name), large_bytes)
    good = large - small <= GROWTH_ALLOWED
    print(f"peak memory: {small / (1 << 20):.1f} MiB for {SMALL_BYTES >> 20} MiB of input, "
          f"{large / (1 << 20):.1f} MiB for {large_bytes >> 20} MiB")
    print(f"{int(good)} passed, {int(not good)} failed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
