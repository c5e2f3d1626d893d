#!/usr/bin/env python3
"""bench.py - the benchmark runs, says what it should, and finds its results right.

SPDX-License-Identifier: Apache-2.0

usage: bench.py GARIM-BENCH WORKLOADS
"""
import json
import math
import subprocess
import sys

KERNELS = {"hmac", "token", "scan", "fill", "find_last", "translate", "digits", "encode", "mask"}
WORKLOADS = ["card-transactions", "narrow", "wide"]
FIGURE = {"median", "least", "most", "spread"}
USAGE = 2

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


def is_contender(contender):
    return (set(contender) == {"name", "peer", "threads", "nanoseconds", "cycles", "rate",
                               "gigabytes", "gigabytes_core"} and
            is_figure(contender["nanoseconds"]) and is_figure(contender["rate"]) and
            all(is_positive(contender[name])
                for name in ("cycles", "gigabytes", "gigabytes_core")))


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
        wrong = [contender for contender in case["contenders"] if not is_contender(contender)]
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
    again = measure(program, workloads, "kernels", "--tier", "scalar")
    check(again["result"] == bench["result"], "the digest does not depend on the tiers")
    one = measure(program, workloads, "kernels", "--tier", "scalar", "--kernel", "scan")
    check({contender["name"] for case in one["cases"] for contender in case["contenders"]}
          == {"scalar"}, "one kernel of one tier")


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


def check_tables(program, workloads):
    for command in ("kernels", "transform"):
        done = run(program, workloads, command, "--smoke", "--rounds", "1")
        check(done.returncode == 0 and "Results are right" in done.stdout, f"{command}: a table")
        check("\nGoals\n" in done.stdout, f"{command}: goals")
        check(max(map(len, done.stdout.splitlines())) <= 160, f"{command}: width")


def check_usage(program, workloads):
    for arguments in ([], ["unknown"], ["kernels", "--unknown"], ["kernels", "more"],
                      ["kernels", "--tier", "avx1024"], ["kernels", "--kernel", "hmack"],
                      ["kernels", "--rounds", "0"], ["kernels", "--rounds", "102"],
                      ["kernels", "--threads", "2"], ["transform", "--tier", "scalar"],
                      ["transform", "--threads", "-1"], ["transform", "--records", "many"],
                      ["transform", "--kernels", "avx1024", "--smoke"],
                      ["transform", "--workload", "nowhere"]):
        done = subprocess.run([program, *arguments], check=False, capture_output=True, text=True) \
            if not arguments else run(program, workloads, *arguments)
        check(done.returncode == USAGE and done.stdout == "" and done.stderr != "",
              f"{arguments}: exit {done.returncode}, {done.stderr}")
    for arguments in (["--help"], ["--version"], ["kernels", "--help"]):
        done = subprocess.run([program, *arguments], check=False, capture_output=True, text=True)
        check(done.returncode == 0 and done.stdout != "", f"{arguments}")


def finish():
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def main():
    program, workloads = sys.argv[1:3]
    check_kernels(program, workloads)
    check_transform(program, workloads)
    check_tables(program, workloads)
    check_usage(program, workloads)
    return finish()


if __name__ == "__main__":
    sys.exit(main())
