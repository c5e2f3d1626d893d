# a redirected output on a full disk: exit 4, and what is there is right
#
# SPDX-License-Identifier: Apache-2.0
garim synth l.yaml -n 50000 -o big --quiet
garim run p.yaml --key my.key -i big -o right --quiet
for io in uring posix; do
    (ulimit -f 3000; garim run p.yaml --key my.key -i big --io $io --quiet >cut 2>/dev/null
     echo "$io: exit $?")
    head -c "$(stat -c %s cut)" right | cmp - cut && echo "a true beginning"
done
(echo before; garim run p.yaml --key my.key -i big --quiet; echo behind) >all
(echo before; cat right; echo behind) | cmp - all && echo "in its place"
