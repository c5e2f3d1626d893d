#!/bin/sh
# symbols.sh - only garim_ functions leave the shared library, and all of garim.h do
#
# SPDX-License-Identifier: Apache-2.0
#
# usage: symbols.sh LIBGARIM.SO GARIM.H [ITS PARTS]
set -eu
library=$1
shift
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" {print $3}' | sort)
unversioned=$(printf '%s\n' "$exported" | grep -v '@@GARIM_[0-9]*$' || true)
if [ -n "$unversioned" ]; then
    printf 'symbols: these have no version in engine/garim.map:\n%s\n' "$unversioned"
    exit 1
fi
exported=$(printf '%s\n' "$exported" | sed 's/@@.*//')
strangers=$(printf '%s\n' "$exported" | grep -v '^garim_' || true)
if [ -n "$strangers" ]; then
    printf 'symbols: these leave the library without the name garim_:\n%s\n' "$strangers"
    exit 1
fi
declared=$(grep -hv '^#' "$@" | tr '\n' ' ' | grep -o 'GARIM_API [^;]*;' |
    sed 's/(.*//; s/.*[ *]//' | sort)
if [ "$declared" != "$exported" ]; then
    echo 'symbols: header (<) and library (>) differ:'
    tmp=$(mktemp)
    printf '%s\n' "$declared" >"$tmp"
    printf '%s\n' "$exported" | diff "$tmp" - || true
    rm -f "$tmp"
    exit 1
fi
printf 'symbols: %s functions, all of garim.h and no other\n' "$(printf '%s\n' "$exported" | wc -l)"
