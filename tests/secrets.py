#!/usr/bin/env python3
"""secrets.py - nothing of a key outside the pages for secrets

SPDX-License-Identifier: Apache-2.0

usage: secrets.py BUILD WORKLOADS [--moments N] [--seed N] [--kernels LIST]

Stops the program (streams and files) and a program that uses the library at random moments after
the first record, for each tier of kernels, with memfd_secret(2) and without, and looks in all
memory but the pages for secrets, and in the registers of all threads, for any 8 bytes of the master
key, of its digits, of PRK, K, K xor ipad and K xor opad.  The library is looked into also when
garim_engine_open has returned, and, for midstates too, when garim_engine_close has, and so is a
core file of it.  A needle planted in the open shows that the probe sees (the policy's recipient).
"""
import argparse
import hashlib
import hmac
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import calm

TIERS = ("scalar", "avx2", "shani", "avx512")
DOMAINS = ("account", "phone", "email")
RELEASE = ("partner-a", "nsf-scoring", "2026-11")  # of the workload
PLANTED = b"card-transactions.layout"
WAIT_SECONDS = 60
UNUSABLE = "this machine cannot run"
MASK = 0xFFFFFFFF


class Wrong(Exception):
    pass


class Unusable(Exception):
    pass


# ---- what is looked for ----------------------------------------------------------------------


def primes(count):
    return [n for n in range(2, 400) if all(n % d for d in range(2, n))][:count]


def fraction(value, root):
    """The first 32 bits of the fractional part of a root."""
    low, high = 0, 1 << 40
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if middle**root <= value << 32 * root else (low, middle)
    return low & MASK


START = [fraction(n, 2) for n in primes(8)]
CONSTANTS = [fraction(n, 3) for n in primes(64)]


def rotate(word, by):
    return (word >> by | word << 32 - by) & MASK


def compress(block):
    """The state of SHA-256 after one block (FIPS 180-4)."""
    words = [int.from_bytes(block[i:i + 4], "big") for i in range(0, 64, 4)]
    for t in range(16, 64):
        x, y = words[t - 15], words[t - 2]
        words.append((words[t - 16] + words[t - 7] + (rotate(x, 7) ^ rotate(x, 18) ^ x >> 3)
                      + (rotate(y, 17) ^ rotate(y, 19) ^ y >> 10)) & MASK)
    state = START[:]
    for constant, word in zip(CONSTANTS, words):
        a, b, c, _, e, f, g, h = state
        t = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + (e & f ^ ~e & g) + constant + word
        u = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + (a & b ^ a & c ^ b & c)
        state = [(t + u) & MASK, *state[:3], (state[3] + t) & MASK, *state[4:7]]
    return [(old + new) & MASK for old, new in zip(START, state)]


def padded(key, byte):
    return bytes(k ^ byte for k in key)


def framed(*labels):
    return b"".join(len(label).to_bytes(2, "big") + label.encode() for label in labels)


def expand(prk, info):
    return hmac.digest(prk, info + b"\1", "sha256")


def swapped(data):
    return b"".join(data[i:i + 4][::-1] for i in range(0, len(data), 4))


def keys_of(master):
    """Pairs of name and bytes: the keys, and the midstates."""
    prk = hmac.digest(b"garim/v1", master, "sha256")
    recipient, purpose, epoch = RELEASE
    keys = [("master", master), ("digits", master.hex().encode()), ("PRK", prk)]
    states = []
    secrets = [("PRK", prk)]
    infos = [framed("token", recipient, purpose, domain, epoch) for domain in DOMAINS]
    for info in infos + [framed("state"), framed("input")]:
        key = expand(prk, info)
        keys.append(("K", key))
        secrets.append(("K", key))
        for byte in (0x36, 0x5C):
            state = compress(padded(key.ljust(64, b"\0"), byte))
            states.append(("midstate", b"".join(w.to_bytes(4, "little") for w in state)))
            states.append(("midstate", b"".join(w.to_bytes(4, "big") for w in state)))
            # As the instructions for SHA-256 want it.
            states += [("midstate", b"".join(state[i].to_bytes(4, "little") for i in order))
                       for order in ((5, 4, 1, 0), (7, 6, 3, 2))]
            states += [("broadcast", 2 * w.to_bytes(4, "little")) for w in state]
    for name, key in secrets:
        keys += [(name + "^ipad", padded(key, 0x36)), (name + "^opad", padded(key, 0x5C))]
    # SHA-256 reads its block as big-endian words.
    keys += [(name + "-words", swapped(data)) for name, data in keys if name != "digits"]
    return keys, states


def check_constants():
    """Both halves of the expectation against hashlib."""
    assert START[0] == 0x6A09E667 and CONSTANTS[63] == 0xC67178F2
    block = b"abc\x80" + bytes(59) + b"\x18"
    digest = b"".join(word.to_bytes(4, "big") for word in compress(block))
    assert digest == hashlib.sha256(b"abc").digest()


# ---- looking -----------------------------------------------------------------------------------


class Looker:
    def __init__(self, build, folder, workloads, draw):
        self.build, self.folder, self.draw = build, folder, draw
        self.probe = build / "tests/garim-secrets-probe"
        self.garim = build / "engine/cli/garim"
        self.user = build / "tests/garim-secrets-user"
        self.policy = workloads / "card-transactions.policy.yaml"
        self.layout = workloads / "card-transactions.layout.yaml"
        # Records are full of decimal digits: no eight digits of the key are such by chance.
        master = bytes.fromhex("".join(draw.choice("abcdef" if i % 3 == 0 else "0123456789abcdef")
                                       for i in range(64)))
        self.key = folder / "key"
        self.key.write_text(master.hex() + "\n")
        self.key.chmod(0o600)
        self.keys, self.states = keys_of(master)
        self.input = folder / "in"
        self.looks = self.pieces = self.hidden = 0
        self.findings = {}

    def look(self, what, target, needles, place):
        """Count the pieces that are found."""
        lines = "".join(f"{name} {data.hex()}\n" for name, data in needles)
        planted = f"planted {PLANTED.hex()}\n"
        done = subprocess.run([self.probe, what, str(target)], input=lines + planted, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise Wrong(f"{place}: {done.stderr}")
        numbers = re.search(r"^pieces (\d+) threads (\d+) bytes (\d+) hidden (\d+)$",
                            done.stdout, re.M)
        if "planted: " not in done.stdout:
            raise Wrong(f"{place}: the probe does not see what stands in the open")
        for line in done.stdout.splitlines():
            if found := re.match(r"([^:]+): (\d+) in (.*)", line):
                if found[1] != "planted":
                    count = int(found[2])
                    self.pieces += count
                    at = f"{place}: {found[1]} in {found[3]}"
                    self.findings[at] = self.findings.get(at, 0) + count
        self.looks += 1
        self.hidden += int(numbers[4])

    def start(self, command, deny, **options):
        prefix = [self.probe, "deny"] if deny else []
        return subprocess.Popen([*map(str, prefix), *map(str, command)], cwd=self.folder,
                                text=True, **options)

    # ---- the program

    def run_program(self, kernels, deny, stream, moments, place):
        """Up to `moments` looks into one run; how many there were."""
        source, options = None, ["-i", self.input, "-o", self.folder / "out", "--force",
                                 "--restart", "--checkpoint", "1"]
        if stream:
            source = subprocess.Popen([self.garim, "synth", self.layout, "-n", "1000000000",
                                       "--quiet"], stdout=subprocess.PIPE)
            options = ["--io", self.draw.choice(("uring", "posix"))]
        run = self.start([self.garim, "run", self.policy, "--key", self.key, "--kernels", kernels,
                          "--progress", "json", "--quiet", *options], deny,
                         stdin=source.stdout if stream else subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        done = 0
        try:
            self.await_record(run)
            while done < moments:
                time.sleep(self.draw.uniform(0, 0.05))
                try:
                    self.look("process", run.pid, self.keys, place)
                except Wrong:
                    if not stream and run.wait(WAIT_SECONDS) == 0:
                        break  # it ended first
                    raise
                done += 1
        finally:
            for process in (run, source):
                if process is not None:
                    process.kill()
                    process.wait()
        return done

    @staticmethod
    def await_record(run):
        for line in run.stderr:
            if UNUSABLE in line:
                raise Unusable
            if not line.startswith("{"):
                raise Wrong(line)
            if json.loads(line)["records"] > 0:
                return
        raise Wrong("the run ended before its first record")

    # ---- the library

    def run_user(self, kernels, deny, moments, place):
        user = self.start([self.user, self.policy, self.key, kernels], deny, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.await_word(user, "opened")
            self.look("process", user.pid, self.keys + self.states, place + ", opened")
            self.tell(user, "go")
            self.await_word(user, "working")
            for _ in range(moments):
                time.sleep(self.draw.uniform(0, 0.02))
                self.look("process", user.pid, self.keys, place)
            self.tell(user, "go")
            self.await_word(user, "closed")
            self.look("process", user.pid, self.keys + self.states, place + ", closed")
        finally:
            user.kill()
            user.wait()

    def crash_user(self, kernels, deny, working, place):
        """A look at a real core file; False where the system writes none here.  Only who works may
        have midstates outside the pages for secrets."""
        for old in self.folder.glob("core*"):
            old.unlink()
        user = self.start([self.user, self.policy, self.key, kernels], deny, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          preexec_fn=lambda: resource.setrlimit(
                              resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2))
        self.await_word(user, "opened")
        if working:
            self.tell(user, "go")
            self.await_word(user, "working")
            time.sleep(self.draw.uniform(0, 0.02))
        self.tell(user, "crash")
        if user.wait(WAIT_SECONDS) != -signal.SIGABRT:
            raise Wrong(f"{place}: the program did not crash")
        cores = list(self.folder.glob("core*"))
        for core in cores:
            needles = self.keys if working else self.keys + self.states
            self.look("file", core, needles, place + ", core")
        return bool(cores)

    @staticmethod
    def tell(user, word):
        user.stdin.write(word + "\n")
        user.stdin.flush()

    @staticmethod
    def await_word(user, word):
        line = user.stdout.readline()
        if line == word + "\n":
            return
        error = user.stderr.read()
        raise Unusable if UNUSABLE in error else Wrong(f"{word}: {line}{error}")


def look_at_all(looker, kernels, deny, moments):
    way = "without memfd_secret" if deny else "memfd_secret"
    place = f"{kernels}, {way}"
    each = max(1, moments // 3)
    looker.run_user(kernels, deny, each, f"library, {place}")
    cores = looker.crash_user(kernels, deny, False, f"library, {place}, opened")
    cores = looker.crash_user(kernels, deny, True, f"library, {place}") and cores
    for stream in (True, False):
        left = each
        while left > 0:
            left -= looker.run_program(kernels, deny, stream, min(left, 10),
                                       f"program, {'stream' if stream else 'file'}, {place}")
    return cores


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", type=Path, help="the folder of the build")
    parser.add_argument("workloads", type=Path, help="the folder of bench/workloads")
    parser.add_argument("--moments", type=int, default=200,
                        help="for each tier and way of keeping secrets; default 200")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--kernels", default=",".join(TIERS), help="default all")
    return parser.parse_args()


def main():
    calm.reset_signals()
    options = arguments()
    check_constants()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    passed = failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="garim-secrets-", dir=calm.FOLDER) as folder:
        looker = Looker(options.build.resolve(), Path(folder), options.workloads.resolve(),
                        random.Random(seed))
        subprocess.run([looker.garim, "synth", looker.layout, "-n", "3000000", "-o", looker.input,
                        "--quiet"], check=True)
        for kernels in options.kernels.split(","):
            for deny in (False, True):
                before = looker.pieces
                try:
                    cores = look_at_all(looker, kernels, deny, options.moments)
                except Unusable:
                    print(f"{kernels}: skipped, this machine can not run it")
                    skipped += 1
                    continue
                if not cores:
                    print(f"{kernels}: the look at a core file skipped, none was written")
                good = looker.pieces == before
                print(f"{kernels}, {'without ' if deny else ''}memfd_secret:"
                      f" {looker.looks} looks so far", flush=True)
                passed, failed = passed + good, failed + (not good)
    for place, count in sorted(looker.findings.items()):
        print(f"{count:8} {place}")
    if looker.hidden == 0 and passed > 0:
        print("no page for secrets was ever seen: the test looks at nothing")
        failed += 1
    print(f"{looker.looks} looks, {looker.pieces} pieces found")
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed else 0


if __name__ == "__main__":
    if os.geteuid() != 0:
        print("secrets: skipped, looking into a program that forbids it takes root")
        sys.exit(0)
    sys.exit(main())
