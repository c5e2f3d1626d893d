# run: records that break their layout are blanked whole
#
# SPDX-License-Identifier: Apache-2.0
sed -i s/000000001200/00000Zq71200/ in.dat
garim run p.yaml --key my.key -i in.dat -o out.dat --max-rejects 1 --quiet
garim show l.yaml out.dat
