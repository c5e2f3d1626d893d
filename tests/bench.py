#!/usr/bin/env python3
"""bench.py - the benchmark runs, says what it should, and finds its results right.

SPDX-License-Identifier: Apache-2.0

usage: bench.py GARIM-BENCH WORKLOADS
"""
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import time

import calm

KERNELS = {"hmac", "token", "scan", "guard", "fill", "find_last", "translate", "digits", "encode",
           "mask"}
WORKLOADS = ["card-transactions", "narrow", "wide"]
FIGURE = {"median", "least", "most", "spread"}
CONTENDER = {"name", "peer", "threads", "nanoseconds", "cycles", "rate", "gigabytes",
             "gigabytes_core"}
JOB = {"core_seconds", "peak_bytes", "read_request_bytes", "write_request_bytes"}
WAYS = ["identity", "policy", "identity, posix", "policy, posix", "identity, no checkpoints"]
LINES = WAYS[:4] + ["cat | cat | cat", "cat | cat"]
PEERS = {"fio 1 MiB x 32", "fio best", "dd direct 1 MiB", "cp + sync"}
USAGE, OUTPUT, TEMPORARY = 2, 4, 75

passed = failed = 0


def check(good, what):
    global passed, failed
    if good:
        passed += 1
    else:
        failed += 1
        print(f"wrong: {what}")


def is_positive(number):
    return isinstance(number, (int, float)) and math.isfinite(number) and number > 0


def is_figure(figure):
    return (set(figure) == FIGURE and figure["spread"] >= 0 and
            0 < figure["least"] <= figure["median"] <= figure["most"])


def is_contender(contender, jobs):
    return (set(contender) == (CONTENDER | JOB if jobs else CONTENDER) and
            is_figure(contender["nanoseconds"]) and is_figure(contender["rate"]) and
            all(is_positive(contender[name])
                for name in ("cycles", "gigabytes", "gigabytes_core")) and
            (not jobs or is_job(contender)))


def is_job(contender):
    """CPU time and memory are always known, the requests only where a disk counts them."""
    return (is_positive(contender["core_seconds"]) and
            500_000 < contender["peak_bytes"] < 1 << 30 and
            all(contender[name] is None or 512 <= contender[name] <= 64 << 20
                for name in ("read_request_bytes", "write_request_bytes")))


def check_goal(goal):
    check(set(goal) == {"what", "figure", "unit", "bound", "goal", "reached"}, "keys of a goal")
    figure, wanted = goal["figure"], goal["goal"]
    if figure is None:
        reached = False
    elif goal["bound"] == "at most":
        reached = figure <= wanted
    else:
        reached = figure >= wanted
    check(goal["reached"] == reached, f"reached of {goal}")


def check_bench(bench, command):
    check(bench["benchmark"] == command and bench["smoke"] is True and bench["rounds"] == 3,
          f"{command}: what was run")
    check(bench["verified"] is True, f"{command}: results verified")
    check(len(bench["result"]) == 64 and int(bench["result"], 16) != 0, f"{command}: digest")
    check(is_positive(bench["machine"]["gigahertz"]), f"{command}: clock rate")
    check(all(bench["machine"][name] for name in ("cpu", "compiler", "library", "openssl")),
          f"{command}: machine")
    for case in bench["cases"]:
        jobs = command in ("disk", "pipe")
        wrong = [contender for contender in case["contenders"]
                 if not is_contender(contender, jobs)]
        check(case["contenders"] and not wrong, f"{case['kernel']}, {case['case']}: {wrong}")
    for goal in bench["goals"]:
        check_goal(goal)


def run(program, workloads, *arguments):
    return subprocess.run([program, *arguments, "--workloads", workloads], check=False,
                          capture_output=True, text=True)


def measure(program, workloads, command, *arguments):
    """The JSON object that a smoke run prints."""
    done = run(program, workloads, command, "--smoke", "--json", *arguments)
    check(done.returncode == 0 and done.stderr == "",
          f"{command} {' '.join(arguments)}: exit {done.returncode}: {done.stderr}")
    bench = json.loads(done.stdout or "null")
    check(bench is not None, f"{command}: prints an object")
    if bench is None:
        sys.exit(finish())
    check_bench(bench, command)
    return bench


def check_kernels(program, workloads):
    bench = measure(program, workloads, "kernels")
    check({case["kernel"] for case in bench["cases"]} == KERNELS, "every kernel")
    names = {contender["name"] for case in bench["cases"] for contender in case["contenders"]}
    check({"scalar", "openssl HMAC_CTX", "openssl EVP_MAC", "openssl midstates",
           "iconv to UTF-8"} <= names, f"tiers and peers: {names}")
    again = measure(program, workloads, "kernels", "--kernels", "scalar")
    check(again["result"] == bench["result"], "the digest does not depend on the tiers")
    one = measure(program, workloads, "kernels", "--kernels", "scalar", "--kernel", "scan")
    check({contender["name"] for case in one["cases"] for contender in case["contenders"]}
          == {"scalar"}, "one kernel of one tier")
    check(one["machine"]["kernels"] == "scalar", "the tier that was measured is named")


def check_transform(program, workloads):
    bench = measure(program, workloads, "transform", "--threads", "2")
    wanted = [f"{workload}, {policy}" for workload in WORKLOADS
              for policy in ("policy", "identity")]
    check([case["case"] for case in bench["cases"]] == wanted, "every workload")
    check(all([contender["threads"] for contender in case["contenders"]] == [1, 2]
              for case in bench["cases"]), "one thread and two")
    check(len(bench["notes"]) == len(WORKLOADS), "what the sources are")
    one = measure(program, workloads, "transform", "--threads", "1", "--workload", "narrow",
                  "--records", "1000", "--kernels", "scalar")
    check([case["values"] for case in one["cases"]] == [1000, 1000], "one workload, 1000 records")


def check_disk(program, workloads, folder):
    bench = measure(program, workloads, "disk", "--directory", folder)
    check([case["case"] for case in bench["cases"]] == WORKLOADS, "disk: every workload")
    check(all(case["values"] == 8 << 20 for case in bench["cases"]), "disk: 8 MiB each")
    names = [[contender["name"] for contender in case["contenders"]] for case in bench["cases"]]
    check(names[0][:len(WAYS)] == WAYS and set(names[0][len(WAYS):]) <= PEERS,
          f"disk: garim, then peers: {names[0]}")
    check(names[1:] == [WAYS[:2]] * 2, f"disk: the other workloads: {names[1:]}")
    check(len(bench["goals"]) == 9, "disk: goals")
    skipped = [note for note in bench["notes"] if "skipped" in note]
    check(len(PEERS) - len(names[0][len(WAYS):]) <= 2 * len(skipped),
          f"disk: a peer that is missing is named: {bench['notes']}")
    one = measure(program, workloads, "disk", "--directory", folder, "--peers", "none",
                  "--workload", "narrow", "--bytes", "3M")
    check([case["values"] for case in one["cases"]] == [3 << 20], "disk: one workload, 3 MiB")
    check([contender["name"] for contender in one["cases"][0]["contenders"]] == WAYS,
          "disk: no peers")
    again = measure(program, workloads, "disk", "--directory", folder, "--peers", "dd",
                    "--workload", "narrow", "--bytes", "3072K", "--kernels", "scalar")
    check(again["result"] == one["result"], "disk: the digest depends on the records alone")
    check(os.listdir(folder) == [], "disk: nothing stays")


def check_no_peers(program, workloads, folder):
    """Without a PATH there is no peer: said so, and no failure."""
    done = subprocess.run([program, "disk", "--smoke", "--json", "--directory", folder,
                           "--workload", "narrow", "--workloads", workloads],
                          check=False, capture_output=True, text=True,
                          env={**os.environ, "PATH": folder})
    bench = json.loads(done.stdout or "null")
    check(done.returncode == 0 and bench is not None, f"disk without peers: {done.stderr}")
    notes = bench["notes"] if bench else []
    check([note for note in notes if "is not installed" in note] ==
          [f"{name} is not installed: skipped" for name in ("fio", "dd", "cp")],
          f"disk without peers: {notes}")


def check_interrupt(program, workloads, folder):
    """What it made goes with it, in whatever it is doing."""
    for seconds in (0.05, 0.3, 0.8, 1.6):
        with subprocess.Popen([program, "disk", "--directory", folder, "--bytes", "64M",
                               "--workloads", workloads], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as bench:
            time.sleep(seconds)
            bench.send_signal(signal.SIGINT)
            output, words = bench.communicate()
        check(bench.returncode == TEMPORARY and output == "" and "interrupted" in words,
              f"interrupt after {seconds} s: exit {bench.returncode}, {words}")
        check(os.listdir(folder) == [], f"interrupt after {seconds} s: nothing stays")


def check_pipe(program, workloads):
    bench = measure(program, workloads, "pipe")
    check([[contender["name"] for contender in case["contenders"]] for case in bench["cases"]]
          == [LINES], "pipe: contenders")
    check(len(bench["goals"]) == 1, "pipe: goals")
    one = measure(program, workloads, "pipe", "--workload", "wide", "--bytes", "2M")
    check([(case["case"], case["values"]) for case in one["cases"]] == [("wide", 2 << 20)],
          "pipe: one workload, 2 MiB")


def check_directory(program, workloads, folder):
    """A directory that can not be used is an output that can not be written."""
    plain = os.path.join(folder, "file")
    with open(plain, "w", encoding="ascii"):
        pass
    for directory, size, words in ((folder + "/nowhere", "1M", "can not be used"),
                                   (plain, "1M", "takes no folder"),
                                   (folder, "1000000G", "name another with --directory")):
        done = run(program, workloads, "disk", "--directory", directory, "--bytes", size)
        check(done.returncode == OUTPUT and done.stdout == "" and words in done.stderr,
              f"{directory}, {size}: exit {done.returncode}, {done.stderr}")
    os.unlink(plain)
    check(os.listdir(folder) == [], "refusals leave nothing")


def check_tables(program, workloads, folder):
    for command, *more in (("kernels",), ("transform",), ("pipe",),
                           ("disk", "--peers", "cp", "--directory", folder)):
        done = run(program, workloads, command, "--smoke", "--rounds", "1", *more)
        check(done.returncode == 0 and "Results are right" in done.stdout, f"{command}: a table")
        check("\nGoals\n" in done.stdout, f"{command}: goals")
        check(max(map(len, done.stdout.splitlines())) <= 160, f"{command}: width")


def check_usage(program, workloads):
    for arguments in ([], ["unknown"], ["kernels", "--unknown"], ["kernels", "more"],
                      ["kernels", "--kernels", "avx1024"], ["kernels", "--kernel", "hmack"],
                      ["kernels", "--rounds", "0"], ["kernels", "--rounds", "102"],
                      ["kernels", "--threads", "2"], ["transform", "--tier", "scalar"],
                      ["transform", "--threads", "-1"], ["transform", "--records", "many"],
                      ["transform", "--kernels", "avx1024", "--smoke"],
                      ["transform", "--workload", "nowhere"], ["transform", "--bytes", "1M"],
                      ["disk", "--peers", "fio,tar"], ["disk", "--peers", ""],
                      ["disk", "--peers", "fio,"], ["disk", "--bytes", "0"],
                      ["disk", "--bytes", "4T"], ["disk", "--bytes", "M"],
                      ["disk", "--bytes", "1023K"], ["disk", "--bytes", "1048577G"],
                      ["disk", "--threads", "2"], ["disk", "more"],
                      ["disk", "--smoke", "--workload", "nowhere"],
                      ["disk", "--smoke", "--kernels", "avx1024"],
                      ["pipe", "--directory", "."], ["pipe", "--peers", "none"],
                      ["pipe", "--smoke", "--workload", "nowhere"],
                      ["pipe", "--smoke", "--kernels", "avx1024"]):
        done = subprocess.run([program, *arguments], check=False, capture_output=True, text=True) \
            if not arguments else run(program, workloads, *arguments)
        check(done.returncode == USAGE and done.stdout == "" and done.stderr != "",
              f"{arguments}: exit {done.returncode}, {done.stderr}")
    for arguments in (["--help"], ["--version"], ["kernels", "--help"], ["disk", "--help"],
                      ["pipe", "--help"]):
        done = subprocess.run([program, *arguments], check=False, capture_output=True, text=True)
        check(done.returncode == 0 and done.stdout != "", f"{arguments}")


def finish():
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    program, workloads = sys.argv[1:3]
    check_kernels(program, workloads)
    check_transform(program, workloads)
    with tempfile.TemporaryDirectory(prefix="garim-bench-test-", dir=calm.FOLDER) as folder:
        check_disk(program, workloads, folder)
        check_no_peers(program, workloads, folder)
        check_interrupt(program, workloads, folder)
        check_directory(program, workloads, folder)
        check_tables(program, workloads, folder)
    check_pipe(program, workloads)
    check_usage(program, workloads)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
