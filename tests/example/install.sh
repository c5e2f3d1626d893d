#!/bin/sh
# install.sh - install a build into the folder of the test, and use only that
#
# SPDX-License-Identifier: Apache-2.0
#
# usage: install.sh BUILD
set -eu
prefix=${GARIM_TEST_FOLDER:?}/prefix
meson install -C "$1" --quiet --destdir "$prefix"
exec sh "$(dirname "$0")/build.sh" "$prefix"
