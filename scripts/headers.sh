#!/bin/sh
# headers.sh - every header compiles alone
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
count=0
for header in $(find include engine -name '*.h'); do
    printf '#include "%s"\n' "$header" |
        ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only \
            -I. -Iinclude -Iengine -x c -
    count=$((count + 1))
done
printf 'headers: %s compile alone\n' "$count"
