# the help of every command, in all its ways
#
# SPDX-License-Identifier: Apache-2.0
for command in run check keygen show synth; do
    garim help "$command"
    garim help "$command" > a
    garim "$command" --help | cmp - a
    garim "$command" -h --unknown | cmp - a
done
