# the version and the list of commands
#
# SPDX-License-Identifier: Apache-2.0
garim --version
garim --help
garim --help > a
garim help | cmp - a
garim -h | cmp - a
