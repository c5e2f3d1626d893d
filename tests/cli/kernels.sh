# run: every tier that this machine has writes the same bytes, and is reported
#
# SPDX-License-Identifier: Apache-2.0
run() { garim run p.yaml --key my.key -i in.dat --quiet "$@"; }
run --kernels scalar -o scalar.dat
run -o auto.dat
cmp scalar.dat auto.dat
for tier in avx2 shani avx512; do
    if run --kernels $tier -o $tier.dat --report r.json 2> error; then
        cmp scalar.dat $tier.dat
        grep -q "\"kernels\": *\"$tier\"" r.json || cat r.json
    else
        grep -q "this machine cannot run the kernels $tier; use " error ||
            cat error
    fi
done
echo done
