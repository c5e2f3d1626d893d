# run: no output without its report; what the report said of it stays
#
# SPDX-License-Identifier: Apache-2.0
[ -e "$GARIM_BUILD/../../tests/garim-fail-rename.so" ] || exit 77
run() { garim run p.yaml --key my.key -i in.dat -o out.dat --quiet --report r.json "$@"; }
failing() {
    (
        export FAIL_RENAME_FROM="$1"
        export LD_PRELOAD="$GARIM_BUILD/../../tests/garim-fail-rename.so"
        run
    )
}
failing 1
echo "exit $?"
ls out.dat* r.json* 2> /dev/null
run --resume
echo "exit $?"
ls out.dat* r.json*
grep -e '"status"' -e '"published"' r.json
rm out.dat r.json
failing 2
echo "exit $?"
ls out.dat* r.json*
grep -e '"status"' -e '"published"' r.json
