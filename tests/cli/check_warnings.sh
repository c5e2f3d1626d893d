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
