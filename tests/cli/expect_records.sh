# run: a producer that failed is found by the number of its records
#
# SPDX-License-Identifier: Apache-2.0
garim synth l.yaml -n 1000 -o full.dat --quiet
run() { garim run p.yaml --key my.key --quiet --force "$@"; echo "exit $?"; }
echo yesterday > out.dat
head -c 19200 full.dat | run -o out.dat --expect-records 1000
cat out.dat
run -i full.dat -o out.dat --expect-records 1001
cat out.dat
run -i full.dat -o out.dat --expect-records 1000 --allow-empty
stat -c %s out.dat
run -i full.dat -o out.dat --expect-records 400 --records 0:400
stat -c %s out.dat
head -c 4800 full.dat | garim run p.yaml --key my.key --quiet --expect-records 1000 | wc -c
ls out.dat* r.json 2> /dev/null
