# run: a binary id that looks like a null is none; edges and fillers are looked at
#
# SPDX-License-Identifier: Apache-2.0
sed -i 's/raw: keep/raw: blank/' p.yaml
printf '%-44s\0\0\0@' ACC >odd
garim run p.yaml --key my.key -i odd -o out --quiet && tail -c 4 out | od -An -tx1

sed -i 's/^header: .*/header: {keep: {begins: HEADER}}/' edge.p.yaml
sed -i 's/^trailer: .*/trailer: {keep: {begins: TOTAL}}/' edge.p.yaml
garim run edge.p.yaml -i edge.dat --quiet && echo
for at in 28 2; do
    printf X | dd of=edge.dat bs=1 seek="$at" conv=notrunc 2>/dev/null
    garim run edge.p.yaml -i edge.dat 2>/dev/null | wc -c
done

cat >f.l.yaml <<'END'
layout: 1
name: filler
record: {length: 4}
fields:
  - {name: kept, at: 0, length: 2, type: char}
  - {name: filler, at: 2, length: 2, type: char, expect: blank}
END
sed -e 's/edge.l/f.l/' -e '/^header/,$d' edge.p.yaml >f.p.yaml
printf 'rules: {kept: keep, filler: blank}\n' >>f.p.yaml
printf 'ab  cd e' >f.dat
garim run f.p.yaml -i f.dat --max-rejects 1 --quiet | tr ' ' .
