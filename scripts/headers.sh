#!/bin/sh
# headers.sh - every header compiles alone, but for templates of the kernels
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "$(dirname "$0")/.."
count=0
for header in $(find include engine bench -name '*.h' |
    grep -v -e x86/.*_template -e x86/hmac_ -e x86/values -e x86/inline); do
    printf '#include "%s"\n' "$header" |
        ${CC:-cc} -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -fsyntax-only \
            -I. -Iinclude -Iengine -x c -
    count=$((count + 1))
done
printf 'headers: %s compile alone\n' "$count"
