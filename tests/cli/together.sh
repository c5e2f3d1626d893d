# run: two at once on one output; who waits looks again at what is there
#
# SPDX-License-Identifier: Apache-2.0
garim synth l.yaml -n 100000 -o in --quiet
run() { garim run p.yaml --key my.key -i in -o out --quiet "$@"; }
run --rate 2m &
while [ ! -e out.part ]; do sleep 0.01; done
run; echo "beside it: exit $?"
run --resume; echo "after it: exit $?"
wait $!; echo "the first: exit $?"
find . -name 'out*'
