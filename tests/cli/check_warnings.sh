# check: what it warns of, and that the warnings go when they are heeded
#
# SPDX-License-Identifier: Apache-2.0
warnings() { garim check "$1" | grep -e '^warning: ' -e '^checked '; echo "--"; }

warnings edge.p.yaml
sed -i 's/^header: .*/header: {keep: {begins: HEADER}}/' edge.p.yaml
sed -i 's/type: char}/type: char, expect: {begins: A}}/' edge.l.yaml
warnings edge.p.yaml
sed -i 's/^trailer: .*/trailer: keep/' edge.p.yaml
warnings edge.p.yaml
sed -i 's/amount: .*/amount: keep/' edge.p.yaml
warnings edge.p.yaml

warnings lines.p.yaml

sed -i 's/raw: keep/raw: blank/; s/phone: .*/phone: blank/' p.yaml
sed -i 's/type: digits}/type: digits, expect: digits}/' l.yaml
warnings p.yaml
sed -i 's/type: bytes}/type: bytes, null: blank}/' l.yaml
warnings p.yaml
sed -i 's/raw: blank/raw: {blank: true, null: apply}/' p.yaml
warnings p.yaml
garim check edge.p.yaml --json | grep -A 3 -e checked_bytes -e warnings
garim check p.yaml --json | grep -A 2 -e findings

# One at a time, then none.
day() { date -u -d "$1" +%Y-%m-%d; }
sed -i "s/expires: [0-9-]*/expires: $(day '+1 year')/" p.yaml
sed -i 's/phone: .*/phone: {mask: {keep_last: 4}}/' p.yaml
warnings p.yaml
try() { sed "$1" p.yaml >q.yaml; warnings q.yaml; }
try "s/expires: [0-9-]*/expires: $(day '+2 years +2 days')/"
try "s/expires: [0-9-]*/expires: $(day '+2 years -2 days')/"
try 's/^subjects: .*/subjects: 1/'
try 's/^subjects: .*/subjects: 1000\nbudget: 1.1/'
try 's/^subjects: .*/subjects: 1000\nbudget: 1/'
try 's/keep_last: 4/keep_last: 11/'
try 's/keep_last: 4/keep_last: 10/'
try 's/keep_last: 4/keep_last: 14, hide_min: 3/'
try 's/ {token.*/ keep/; s/ {mask.*/ keep/; s/raw: .*/raw: keep/'
