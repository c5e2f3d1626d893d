#!/usr/bin/env python3
"""memory.py - peak memory does not grow with the file.

SPDX-License-Identifier: Apache-2.0

usage: memory.py GARIM WORKLOADS [GIBIBYTES]
"""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

SMALL_BYTES = 64 << 20
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
    garim, workloads = sys.argv[1], Path(sys.argv[2])
    large_bytes = int(sys.argv[3] if len(sys.argv) > 3 else 4) << 30
    policy = workloads / "card-transactions.policy.yaml"
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        small = peak_bytes(garim, policy, Path(name), SMALL_BYTES)
        large = peak_bytes(garim, policy, Path(name), large_bytes)
    good = large - small <= GROWTH_ALLOWED
    print(f"peak memory: {small / (1 << 20):.1f} MiB for {SMALL_BYTES >> 20} MiB of input, "
          f"{large / (1 << 20):.1f} MiB for {large_bytes >> 20} MiB")
    print(f"{int(good)} passed, {int(not good)} failed")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
