# keygen: the file it writes, and what it says
#
# SPDX-License-Identifier: Apache-2.0
garim keygen a.key | sed 's/[0-9a-f]\{16\}/ID/'
stat -c '%s %a' a.key
grep -c '^[0-9a-f]\{64\}$' a.key
garim run p.yaml --key a.key -i in.dat -o out.dat --quiet && echo good
garim keygen -- -b.key > id
garim run p.yaml --key ./-b.key -i in.dat -o b.dat --report r.json --quiet
sed -n 's/^key id //p' id > a
sed -n 's/.*"key_id": "\(.*\)",/\1/p' r.json | cmp - a && echo 'same id'
