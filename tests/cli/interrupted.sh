# run: a signal lets it finish what it has begun; --resume goes on from there
#
# SPDX-License-Identifier: Apache-2.0
garim synth l.yaml -n 100000 -o in --quiet
run() { garim run p.yaml --key my.key -i in --window 64k --quiet "$@"; }
run -o right
for io in uring posix; do
    for signal in INT TERM HUP; do
        # sh has its children in the background ignore SIGINT.
        python3 - $io $signal <<'END'
import os, signal, subprocess, sys, time
command = ["garim", "run", "p.yaml", "--key", "my.key", "-i", "in", "-o", "out",
           "--window", "64k", "--rate", "8m", "--quiet", "--io", sys.argv[1]]
with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as run:
    while not os.path.exists("out.part"):
        time.sleep(0.01)
    time.sleep(0.2)
    run.send_signal(getattr(signal, "SIG" + sys.argv[2]))
    said = run.stderr.read()
    print(*sys.argv[1:], "exit", run.wait(), "--resume goes on after" in said,
          *sorted(name for name in os.listdir() if name.startswith("out")))
END
        run -o out --resume --report r.json
        cmp out right
        grep -c '"resumed_records": [1-9]' r.json
        find . -name 'out*'
        rm out
    done
done
