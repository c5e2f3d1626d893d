# run: what an output command leaves running is waited for, or seen; nothing that
# others can still write is published
#
# SPDX-License-Identifier: Apache-2.0
garim synth l.yaml -n 20000 -o in --quiet
run() { garim run p.yaml --key my.key -i in -o out --quiet --output-command "$1"; echo "exit $?"; }
garim run p.yaml --key my.key -i in -o right --quiet
run 'exec 3<&0; { cat <&3; sleep 0.3; echo late; } & sleep 0.1'
tail -n 1 out | tail -c 5
rm out
run 'cat; setsid sleep 1 &'
run 'cat > /dev/null'
run 'cat; exec > /dev/null; sleep 0.3 & exit 0'
cmp out right
ls out* report* 2> /dev/null
rm out*
echo precious > out.par~
garim run p.yaml --key my.key -i in -o out --quiet
echo "exit $?"
cat out.par~
