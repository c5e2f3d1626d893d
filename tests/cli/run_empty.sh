# run: an empty input
#
# SPDX-License-Identifier: Apache-2.0
: > in.dat
garim run p.yaml --key my.key -i in.dat -o out.dat --quiet
echo "exit $?"
garim run p.yaml --key my.key -o out.dat --quiet < /dev/null
echo "exit $?"
: | garim run p.yaml --key my.key --quiet
echo "exit $?"
echo yesterday > old.dat
: | garim run p.yaml --key my.key -o old.dat --force --quiet
echo "exit $?"
cat old.dat
ls out.dat*
garim run p.yaml --key my.key -i in.dat -o out.dat --quiet --allow-empty
garim run p.yaml --key my.key --quiet --allow-empty < /dev/null
stat -c %s out.dat
garim show l.yaml out.dat
rm out.dat
garim run p.yaml --key my.key -i in.dat -o out.dat --quiet --expect-records 0
stat -c %s out.dat
