# synth: the same seed gives the same bytes, in every way
#
# SPDX-License-Identifier: Apache-2.0
garim synth l.yaml -n 5000 -o a --quiet
garim synth l.yaml -n 5000 --quiet | cmp - a
garim synth l.yaml -n5000 --seed 1 --threads 3 --io posix --window 4k -o b --quiet
cmp a b
garim synth l.yaml -n 5000 --seed 2 -o b --force --mode 0644 --quiet
cmp -s a b || echo 'another seed, other bytes'
stat -c '%s %a' a b
garim synth lines.l.yaml --count=3 --quiet | wc -l
garim synth edge.l.yaml -n 2 --quiet | wc -c
garim synth l.yaml -n 0 --quiet | wc -c
garim synth l.yaml -n 10 --quiet | garim run p.yaml --key my.key --quiet | wc -c
