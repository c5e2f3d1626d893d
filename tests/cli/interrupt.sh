# run: SIGINT and SIGTERM end it in good order, with exit 75
#
# SPDX-License-Identifier: Apache-2.0
mkfifo pipe
for signal in INT TERM; do
    sleep 60 > pipe &
    sleeper=$!
    python3 - "$signal" <<'END'
import signal, subprocess, sys, time
command = ["garim", "run", "p.yaml", "--key", "my.key", "-i", "pipe", "-o",
           "out.dat", "--report", "r.json"]
with subprocess.Popen(command) as run:
    for _ in range(200):
        time.sleep(0.05)
        caught = [line for line in open(f"/proc/{run.pid}/status")
                  if line.startswith("SigCgt")]
        if caught and int(caught[0].split()[1], 16) >> 14 & 1:
            break
    time.sleep(0.3)
    core = [line.split()[4:6] for line in open(f"/proc/{run.pid}/limits")
            if line.startswith("Max core")]
    run.send_signal(getattr(signal, "SIG" + sys.argv[1]))
    print("exit", run.wait(), "core", core)
END
    kill $sleeper
    grep '"status"' r.json
done
ls
