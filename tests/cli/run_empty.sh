# run: an empty input
#
# SPDX-License-Identifier: Apache-2.0
: > in.dat
garim run p.yaml --key my.key -i in.dat -o out.dat --quiet
garim run p.yaml --key my.key --quiet < /dev/null
stat -c %s out.dat
garim show l.yaml out.dat
