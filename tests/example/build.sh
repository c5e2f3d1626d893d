#!/bin/sh
# build.sh - compile the example against an installed garim, and run it
#
# SPDX-License-Identifier: Apache-2.0
#
# usage: build.sh DESTDIR
set -eu
here=$(cd "$(dirname "$0")" && pwd)
pc=$(find "$1" -name garim.pc)
library=$(dirname "$(dirname "$pc")")
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
export PKG_CONFIG_PATH="$library/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$1"
cd "$trial"
# shellcheck disable=SC2046
${CC:-cc} -std=c11 -Wall -Wextra -Werror "$here/example.c" -o example \
    $(pkg-config --cflags --libs garim)
export LD_LIBRARY_PATH="$library"
garim=$(find "$1" -type f -name garim -path '*/bin/*')
workloads=$(find "$1" -type d -name workloads)
"$garim" keygen trial.key >/dev/null
./example "$workloads/card-transactions.policy.yaml" trial.key
# A C++ compiler must take the header too, and the way it has to set a size.
cat >plus.cc <<'END'
#include <garim/garim.h>

int main()
{
    garim_report report{};
    report.size = sizeof report;
    garim_report_clear(&report);
    return garim_version()[0] == 0 || report.size != sizeof report;
}
END
if command -v c++ >/dev/null; then
    # shellcheck disable=SC2046
    c++ -Wall -Wextra -Werror plus.cc -o plus $(pkg-config --cflags --libs garim)
    ./plus
fi
for file in share/man/man1/garim.1 share/man/man1/garim-run.1 \
    share/bash-completion/completions/garim share/zsh/site-functions/_garim; do
    find "$1" -path "*$file*" | grep -q . || { echo "not installed: $file"; exit 1; }
done
