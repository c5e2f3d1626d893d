# run: lines, also without the last line end; a stream of edges
#
# SPDX-License-Identifier: Apache-2.0
garim run lines.p.yaml --key my.key -i lines.dat --quiet
printf %s "$(cat lines.dat)" | garim run lines.p.yaml --key my.key --quiet | od -An -c | tail -2
garim run edge.p.yaml -i edge.dat --quiet
echo
cat edge.dat | garim run edge.p.yaml --quiet
