#!/bin/sh
# kill_campaign.sh - kill runs at random moments, resume them, compare
# SPDX-License-Identifier: Apache-2.0
#
# usage: scripts/kill_campaign.sh [--smoke] [options of tests/kills.py]
#        (10,000 kills; --smoke: 200)
# Environment: GARIM_BUILD (folder of builds, default build-test).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
kills=10000
if [ "${1-}" = --smoke ]; then
    kills=200
    shift
fi
exec python3 "$root/tests/kills.py" "${GARIM_BUILD:-$root/build-test}/gcc/engine/cli/garim" \
    "$root/bench/workloads" --kills "$kills" "$@"
