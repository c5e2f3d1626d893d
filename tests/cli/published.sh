# check, run: the key that the documentation prints is told of, others are not
#
# SPDX-License-Identifier: Apache-2.0
told='the key is the one that the documentation prints'
look() {
    echo "$1: $(garim check p.yaml --key "$2" | grep -c "^warning: $told")" \
        "$(garim check p.yaml --key "$2" | grep -c '^key [0-9a-f]\{16\}$')" \
        "$(garim check p.yaml --key "$2" --json | grep -c '"key_published": true')" \
        "$(garim run p.yaml --key "$2" -i in.dat -o out -f --report r.json 2>&1 |
            grep -c "^  notes .*$told")" \
        "$(grep -c "\"notes\": .*$told" r.json)"
}
look published my.key
garim keygen own.key > a
look own own.key
garim check p.yaml | grep -c -e '^key ' -e "^warning: $told"
garim check p.yaml --json | grep -c key_
exit 0
