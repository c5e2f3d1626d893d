# run: known tokens, the same bytes in every way
#
# SPDX-License-Identifier: Apache-2.0
run() { garim run p.yaml --key my.key "$@"; }
run -i in.dat -o out.dat --quiet
garim show l.yaml out.dat
stat -c %a out.dat
run < in.dat 2> /dev/null | cmp - out.dat
run -i - -o - --quiet < in.dat | cmp - out.dat
run --input=in.dat --output=a --io=posix --threads=1 --window=4k --quiet
cmp a out.dat
run -iin.dat -oa -f --io uring --threads 4 --mode 640 --quiet
cmp a out.dat
stat -c %a a
garim run --quiet --key-fd 3 -i in.dat -o b 3< my.key -- p.yaml
cmp b out.dat
export CREDENTIALS_DIRECTORY=.
garim run p.yaml --quiet --key-credential my.key -i in.dat -o c
cmp c out.dat
: > d.part
run -i in.dat -o d --restart --quiet
cmp d out.dat
ls
