# run: the report, as JSON, when it goes well and when not
#
# SPDX-License-Identifier: Apache-2.0
show() {
    python3 - "$1" <<'END'
import json, sys
report = json.load(open(sys.argv[1]))
report["seconds"] = report["seconds"] >= 0
report["peak_memory_bytes"] = report["peak_memory_bytes"] > 0
report["engine"] = sorted(report["engine"])
report["policy"]["digest"] = len(report["policy"]["digest"])
print(json.dumps(report, indent=1, ensure_ascii=False))
END
}
run() { garim run p.yaml --key my.key -i in.dat --quiet --report r.json "$@"; }
: > r.json
run -o out.dat
echo "exit $?"
show r.json
stat -c %a r.json
run -o out.dat
echo "exit $?; the old report stays"
show r.json | grep status
sed -i s/000000001200/00000Zq71200/ in.dat
run -o bad.dat
echo "exit $?"
show r.json | head -12
run -o bad.dat --max-rejects 3
echo "exit $?"
show r.json | grep -A 12 rejects
sed -i 's/partner-a/"part\\"ner\\u00e9\\\\"/' p.yaml
garim run p.yaml --key my.key --quiet -i in.dat --max-rejects 1 \
    --report r.json -o "$(printf 'a"\t\377b')"
grep -e recipient -e '"output"' r.json
rm a*
garim run p.yaml --key my.key -i in.dat --max-rejects 1 --quiet \
    --report /dev/stderr 2> r.json > b
show r.json | grep -e status -e '"output"'
echo 'longer than the report' > target
yes | head -c 10000 >> target
ln -s target link
garim run p.yaml --key my.key -i in.dat --max-rejects 1 --quiet \
    --report link > d
echo "exit $?"
tail -c 2 target
stat -c %s d
rm d
mkfifo pipe
cat pipe > target &
garim run p.yaml --key my.key -i in.dat --max-rejects 1 --quiet \
    --report pipe | cmp - b
wait
show target | grep status
head -c 100 in.dat | garim run p.yaml --key my.key --report r.json --max-rejects 3 > c
echo "exit $?"
show r.json | head -11
ls
