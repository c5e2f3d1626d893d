# run, synth: the summary; what depends on the machine is cut out
#
# SPDX-License-Identifier: Apache-2.0
clean() {
    sed -e 's/^  time      [0-9.]* m\?s  .*s$/  time      SECONDS, RATES/' \
        -e 's/^  engine .*/  engine    ENGINE/' -e '/^  notes /d' \
        -e 's/policy [0-9a-f]\{8\}$/policy DIGEST/'
}
run() { garim run "$@" 2>&1 | clean; }
run p.yaml --key my.key -i in.dat -o out.dat
run edge.p.yaml -i edge.dat -o edge.out
garim run p.yaml --key my.key -i in.dat 2> a > b
clean < a
cmp b out.dat
sed -i s/000000001200/00000Zq71200/ in.dat
run p.yaml --key my.key -i in.dat -o c --max-rejects 10
garim synth l.yaml -n 12345 -o d 2>&1 | clean
tr -d 0-9 < d | cmp -s - d && echo 'no digits'
sed -i 's/domain: account/domain: account, canonical: phone/' p.yaml
sed -i '2s/.*/layout: l.yaml/; 3,$s/account,/account,/' p.yaml
run p.yaml --key my.key -i d -o e
