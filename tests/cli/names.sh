# names of files come to a terminal as text: an escape of a name is no escape of ours
#
# SPDX-License-Identifier: Apache-2.0
name=$(printf 'o\ngarim: \033[31m\302\255')
garim run p.yaml --key my.key -i in.dat -o "$name" >summary 2>&1; grep output summary | cut -d, -f1
cp in.dat "$name.in"
garim show l.yaml "$name.in" | head -1
garim keygen "$name.key" | sed -n 's/^key id .*/key id/; 1,2p'
garim run p.yaml --key my.key -i in.dat -o "$name" 2>&1 | cut -d: -f1-2
garim run p.yaml --key my.key -i in.dat -o "$name" --force --quiet --report r.json
grep '"output"' r.json
sed -e 's/  raw: keep/  raw: keep/; s/  phone: .*/  phone: {constant: "\\e[31m"}/' p.yaml >c.yaml
garim check c.yaml | grep constant
