# closed standard streams, a reader that goes away
#
# SPDX-License-Identifier: Apache-2.0
garim run p.yaml --key my.key -i in.dat -o out.dat <&- >&- 2>&-
echo "exit $?"
garim show l.yaml out.dat --records :1 2>&- | head -1
garim run p.yaml --key my.key -o a.dat <&-
echo "exit $?"
garim synth l.yaml -n 100000 -o big --quiet
garim show l.yaml big --records : | head -1
ls
