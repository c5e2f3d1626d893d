# run: O_DIRECT is taken where the disk does it, and told truly
#
# SPDX-License-Identifier: Apache-2.0
garim synth l.yaml -n 100000 -o in --quiet
cat > look.py <<'END'
import json, mmap, os, sys
try:
    file = os.open("in", os.O_RDONLY | os.O_DIRECT)
    can = os.readv(file, [mmap.mmap(-1, 4096)]) == 4096
except OSError:
    can = False
engine = json.load(open("r.json"))["engine"]
print(*(engine[name] == (can and sys.argv[1] == "may") for name in ("direct_in", "direct_out")))
END
for io in uring posix; do
    garim run p.yaml --key my.key -i in -o out --force --quiet --io $io --report r.json
    python3 look.py may
    garim run p.yaml --key my.key -i in -o out --force --quiet --io $io --report r.json \
        --without direct
    python3 look.py 'may not'
done
