# show: ranges, JSON, header and trailer, lines, what does not print
#
# SPDX-License-Identifier: Apache-2.0
garim show l.yaml in.dat
garim show l.yaml in.dat --records 1:2
garim show l.yaml in.dat --records 2: --json
garim show l.yaml in.dat --records=:1 --json
garim show l.yaml in.dat --records 2:99 | head -1
garim show edge.l.yaml edge.dat --records :
garim show lines.l.yaml lines.dat
printf %s "$(cat lines.dat)" > last.dat
garim show lines.l.yaml last.dat --records 2:
printf 'a\\b\033[2Jc\377      Zq7 \303\251\354\235\264        000000001200abcd' > odd.dat
garim show l.yaml odd.dat
garim show l.yaml odd.dat --json
: > empty.dat
garim show l.yaml empty.dat
garim synth l.yaml -n 100 -o a --quiet
garim show l.yaml a | grep -c '^record'
garim show l.yaml a --records 99: | grep '^record'
