#!/bin/sh
# isa_matrix.sh - the suites with the tiers of kernels peeled off one by one
# SPDX-License-Identifier: Apache-2.0
#
# usage: scripts/isa_matrix.sh [--smoke]     (--smoke: kernel tests of one build)
# Environment: GARIM_BUILD (folder for builds, default build-test).
set -eu
smoke=${1-}
[ -z "$smoke" ] || [ "$smoke" = --smoke ] || { echo "isa_matrix: what is $1?" >&2; exit 2; }
root=$(cd "$(dirname "$0")/.." && pwd)
folder=${GARIM_BUILD:-$root/build-test}/isa
mkdir -p "$folder"
log=$folder/log
passed=0 failed=0 skipped=0
export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LSAN_OPTIONS="suppressions=$root/tests/leaks.txt:print_suppressions=0"

# What it is called, and a command that must succeed.
expect() {
    what=$1
    shift
    if "$@" >"$log" 2>&1; then
        passed=$((passed + 1))
        echo "$what: good"
    else
        failed=$((failed + 1))
        echo "$what: FAILED"
        tail -n 40 "$log"
        return 1
    fi
}

skip() {
    skipped=$((skipped + 1))
    echo "$1: skipped, $2"
}

# Compiler, optimization and sanitizers; $tests is where the programs are.
build() {
    tests=$folder/$1-O$2-$3/tests
    built="$1 -O$2, sanitizers $3"
    [ -f "$tests/../build.ninja" ] ||
        env CC="$1" meson setup -Dwerror=true -Doptimization="$2" -Db_sanitize="$3" \
            -Db_lundef=false "${tests%/tests}" "$root" || return 1
    ninja -C "${tests%/tests}" tests/garim-kernel-tests tests/garim-unit
}

# Both suites, or the kernel tests alone, on each tier that this machine has.
peel() {
    for tier in avx512 shani avx2 scalar; do
        export GARIM_TEST_TIER_MAX=$tier GARIM_TEST_TIER_EXPECTED=$tier
        highest=$(GARIM_TEST_TIER_QUERY=1 "$tests/garim-kernel-tests" 2>"$log") || highest=none
        case $tier,$highest in
            avx512,shani | avx512,avx2 | avx512,scalar | shani,avx2 | shani,scalar | avx2,scalar)
                skip "$built, $tier" 'this machine has no such tier'
                continue ;;
        esac
        # Whatever else the answer is: the tests must pass, and find the tier.
        expect "$built, $tier, kernels" "$tests/garim-kernel-tests" || :
        [ -n "$smoke" ] || expect "$built, $tier, unit" "$tests/garim-unit" || :
    done
    unset GARIM_TEST_TIER_MAX GARIM_TEST_TIER_EXPECTED
}

# Compiler, optimization and sanitizers.
build_and_peel() {
    what="$1 -O$2, sanitizers $3"
    if ! echo 'int main(void) { return 0; }' |
        "$1" -fsanitize="$(echo "$3" | sed s/none/alignment/)" \
            -x c -o "$folder/probe" - 2>"$log"; then
        skip "$what" "no $1 with these sanitizers here"
        return
    fi
    expect "$what, build" build "$@" && peel || :
}

# A processor that QEMU knows, and its highest tier.  The unit tests are those
# that need no io_uring, which QEMU lacks.
emulate() {
    built="gcc -O2, emulated $1"
    if ! emulator=$(command -v qemu-x86_64); then
        skip "$built" 'no qemu-x86_64 (Debian: qemu-user) here'
        return
    fi
    export QEMU_CPU="$1" GARIM_TEST_TIER_EXPECTED="$2" GARIM_TEST_EMULATOR="$emulator"
    expect "$built, $2, kernels" timeout 300 "$emulator" "$tests/garim-kernel-tests" || :
    expect "$built, $2, unit" timeout 300 "$emulator" "$tests/garim-unit" \
        --filter '@(canonical|codepage|crypto|policy|synth|transform|utf8)/*' || :
    unset QEMU_CPU GARIM_TEST_TIER_EXPECTED GARIM_TEST_EMULATOR
}

build_and_peel gcc 0 address,undefined
if [ -z "$smoke" ]; then
    build_and_peel gcc 2 address,undefined
    build_and_peel clang 0 address,undefined
    build_and_peel clang 2 address,undefined
    build_and_peel gcc 0 none
    build_and_peel gcc 2 none
    emulate Haswell avx2
    emulate Nehalem scalar
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
