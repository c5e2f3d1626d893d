#!/usr/bin/env python3
"""two_users.py - what another user of a folder may try against a run and its --resume.

SPDX-License-Identifier: Apache-2.0

usage: two_users.py GARIM

The victim runs garim; the attacker may write the folder, or may only create files in it (sticky).
Whatever the attacker does, the victim gets the right output or a refusal, and no file of the
attacker is written or removed.  Needs root, which plays both; else all is skipped.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

VICTIM, ATTACKER = 41001, 41002
IN_THE_WAY, VERIFY, OUTPUT, USAGE = 7, 6, 4, 2
LAYOUT = """layout: 1
name: shared
record: {length: 64, encoding: ascii}
fields:
  - {name: id, at: 0, length: 32, type: char}
  - {name: rest, at: 32, length: 32, type: char}
"""
POLICY = """policy: 1
layout: l.yaml
release: {recipient: r, purpose: p, basis: b, epoch: e, expires: 9999-12-31}
subjects: 1
rules: {id: RULE, rest: {mask: {keep_first: 1}}}
"""
TOKEN = "{token: {domain: d, bits: 80, as: base32}}"
RECORDS = 20000


class World:
    """A folder that both may write, and the victim's own things."""

    def __init__(self, garim, sticky=False, keyed=True):
        self.top = Path(tempfile.mkdtemp(prefix="garim-two-", dir="/var/tmp"))
        self.top.chmod(0o755)
        self.garim = self.top / "garim"
        shutil.copy(garim, self.garim)
        self.home = self.top / "home"
        self.home.mkdir(mode=0o700)
        (self.home / "l.yaml").write_text(LAYOUT)
        (self.home / "p.yaml").write_text(POLICY.replace("RULE", TOKEN if keyed else "keep"))
        records = (b"%032d%-32s" % (i, b"name of number %d" % i) for i in range(RECORDS))
        (self.home / "in").write_bytes(b"".join(records))
        self.give(self.home, *self.home.iterdir())
        self.words = ["run", self.home / "p.yaml", "-i", self.home / "in", "--quiet",
                      "--window", "4k", "--checkpoint", "4k"]
        if keyed:
            self.as_user(VICTIM, self.garim, "keygen", self.home / "key")
            self.words += ["--key", self.home / "key"]
        self.folder = self.top / "shared"
        self.folder.mkdir()
        self.folder.chmod(0o1777 if sticky else 0o777)
        self.out, self.part, self.state = (self.folder / name for name in
                                           ("out", "out.part", "out.state"))
        right = self.home / "right"
        assert self.run("-o", right).returncode == 0
        self.right = right.read_bytes()

    @staticmethod
    def give(*paths, to=VICTIM):
        for path in paths:
            os.chown(path, to, to)

    @staticmethod
    def as_user(user, *words):
        return subprocess.run([str(word) for word in words], user=user, group=user,
                              extra_groups=[], capture_output=True, text=True, timeout=60,
                              stdin=subprocess.DEVNULL, check=False)

    def run(self, *words):
        return self.as_user(VICTIM, self.garim, *self.words, *words)

    def attack(self, script):
        done = self.as_user(ATTACKER, "sh", "-ec", f"cd {self.folder}; {script}")
        assert done.returncode == 0, done.stderr

    def start(self, *words, rate="256k"):
        words = [self.garim, *self.words, "-o", self.out, "--rate", rate, *words]
        process = subprocess.Popen([str(word) for word in words], user=VICTIM, group=VICTIM,
                                   extra_groups=[], stderr=subprocess.PIPE, text=True,
                                   stdin=subprocess.DEVNULL)
        while not self.state.exists() or self.state.stat().st_size < 4096 or \
                not self.part.exists():
            time.sleep(0.01)
        time.sleep(0.7)
        return process

    def cut_off(self):
        """A run that was killed with some of its work done."""
        process = self.start()
        process.kill()
        process.wait()
        time.sleep(0.2)

    def close(self):
        shutil.rmtree(self.top)


def expect(world, code, *words, says=""):
    done = world.run("-o", world.out, *words)
    problems = []
    if done.returncode != code:
        problems.append(f"exit {done.returncode}, not {code}: {done.stderr.strip()}")
    if says not in done.stderr:
        problems.append(f"says {done.stderr.strip()}")
    if code == 0 and world.out.read_bytes() != world.right:
        problems.append("wrong output")
    if code != 0 and world.out.exists():
        problems.append("there is an output")
    return problems


# ---- what the attacker does before ------------------------------------------

def undisturbed(world):
    world.cut_off()
    return expect(world, 0, "--resume")


def empty_state(world):
    world.attack(": > out.state; chmod 666 out.state")
    problems = [line for words in ([], ["--resume"], ["--restart"])
                for line in expect(world, IN_THE_WAY, *words)]
    if world.state.stat().st_size != 0:
        problems.append("the attacker's file was written")
    return problems


def state_of_nuls(world):
    world.attack("head -c 20000 /dev/zero > out.state; chmod 666 out.state")
    return expect(world, IN_THE_WAY, "--resume")


def copied_state(world):
    """The right bytes under the right key, in a file of somebody else."""
    world.cut_off()
    os.rename(world.state, world.folder / "copy")
    shutil.copy(world.folder / "copy", world.state)
    world.give(world.state, to=ATTACKER)
    world.state.chmod(0o644)
    return expect(world, IN_THE_WAY, "--resume", says="owner")


def written_state(world):
    world.cut_off()
    world.state.chmod(0o666)
    return expect(world, IN_THE_WAY, "--resume", says="owner")


def linked_state(world):
    world.cut_off()
    os.link(world.state, world.folder / "link")
    return expect(world, IN_THE_WAY, "--resume", says="links")


def symlinked_state(world):
    world.cut_off()
    world.state.rename(world.folder / "other")
    world.attack("ln -s other out.state")
    return expect(world, IN_THE_WAY, "--resume")


def fifo_state(world):
    world.attack("mkfifo out.state")
    return expect(world, IN_THE_WAY, "--resume")


def replaced_part(world):
    world.cut_off()
    world.attack("mv out.part away; head -c 1280000 /dev/zero > out.part")
    return expect(world, IN_THE_WAY, "--resume")


def symlinked_part(world):
    world.cut_off()
    world.attack(f"mv out.part away; ln -s {world.home}/in out.part")
    return expect(world, IN_THE_WAY, "--resume")


def linked_part(world):
    world.cut_off()
    os.link(world.part, world.folder / "link")
    return expect(world, IN_THE_WAY, "--resume", says="links")


def exchanged_parts(world):
    """Another output's part, the victim's own, under this name."""
    world.cut_off()
    shutil.copy(world.home / "in", world.folder / "other")
    world.give(world.folder / "other")
    world.attack("mv out.part away; mv other out.part")
    world.part.chmod(0o600)
    return expect(world, IN_THE_WAY, "--resume", says="another file")


def changed_part(world):
    world.cut_off()
    with open(world.part, "r+b") as file:
        file.seek(5000)
        file.write(b"\0\0")
    return (expect(world, VERIFY, "--resume", says="--restart")
            + expect(world, 0, "--restart"))


def last_window_changed(world):
    """Beyond 64 windows it may take all of them to see one that is wrong."""
    world.cut_off()
    with open(world.part, "r+b") as file:
        file.seek(4096)
        file.write(b"\0")
    return expect(world, VERIFY, "--resume", "--verify-part", says="--restart")


def unsealed_in_shared_folder(world):
    world.cut_off()
    return (expect(world, IN_THE_WAY, "--resume", says="without a key")
            + expect(world, 0, "--restart"))


# ---- what the attacker does meanwhile ---------------------------------------

def finish(world, process, code, says):
    _, text = process.communicate(timeout=60)
    problems = []
    if process.returncode != code or says not in text:
        problems.append(f"exit {process.returncode}: {text.strip()}")
    if world.out.exists():
        problems.append("there is an output")
    return problems


def replaced_meanwhile(world):
    process = world.start()
    world.attack("mv out.part away; head -c 1280000 /dev/zero > out.part; chmod 666 out.part")
    began = time.monotonic()
    problems = finish(world, process, OUTPUT, "another file")
    if time.monotonic() - began > 3:
        problems.append("it was noticed late")
    return problems


def removed_meanwhile(world):
    process = world.start()
    world.attack("rm out.part")
    return finish(world, process, OUTPUT, "was removed")


def two_outputs(world):
    """One output's name is another one's part."""
    done = world.run("-o", world.folder / "x.part")
    return [] if done.returncode == USAGE else [f"exit {done.returncode}"]


SCENARIOS = [
    (undisturbed, {}), (undisturbed, {"sticky": True}), (empty_state, {"sticky": True}),
    (state_of_nuls, {"sticky": True}), (copied_state, {}), (written_state, {}), (linked_state, {}),
    (symlinked_state, {}), (fifo_state, {"sticky": True}), (replaced_part, {}),
    (symlinked_part, {}), (linked_part, {}), (exchanged_parts, {}), (changed_part, {}),
    (last_window_changed, {}), (unsealed_in_shared_folder, {"keyed": False}),
    (unsealed_in_shared_folder, {"keyed": False, "sticky": True}), (replaced_meanwhile, {}),
    (removed_meanwhile, {}), (two_outputs, {}),
]


def main():
    if os.geteuid() != 0:
        print(f"{len(SCENARIOS)} skipped: they need root\n0 passed, 0 failed, {len(SCENARIOS)} "
              "skipped")
        return 0
    passed = failed = 0
    for scenario, options in SCENARIOS:
        world = World(sys.argv[1], **options)
        try:
            problems = scenario(world)
        finally:
            world.close()
        passed += not problems
        failed += bool(problems)
        if problems:
            print(f"FAILED {scenario.__name__} {options}\n    " + "\n    ".join(problems))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
