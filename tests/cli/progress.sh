# run, synth: progress as JSON, as lines, on a narrow terminal
#
# SPDX-License-Identifier: Apache-2.0
cat > slow.py <<'END'
import sys, time
record = open("in.dat", "rb").read()
for _ in range(25):
    sys.stdout.buffer.write(record)
    sys.stdout.buffer.flush()
    time.sleep(0.1)
END
python3 slow.py | garim run p.yaml --key my.key --quiet --progress json 2> a > b
python3 - <<'END'
import json
lines = [json.loads(line) for line in open("a")]
print(len(lines) >= 2, sorted(lines[0]), lines[-1]["seconds"] >= 2)
END
python3 slow.py | garim run p.yaml --key my.key --quiet --progress always 2> a > b
sed -n '1s/[0-9.]\+/N/gp' a
python3 slow.py | garim run p.yaml --key my.key --progress never --quiet > b
cat > narrow.py <<'END'
import fcntl, os, pty, re, struct, subprocess, sys, termios
columns = int(sys.argv[1])
leader, follower = pty.openpty()
fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
source = subprocess.Popen([sys.executable, "slow.py"], stdout=subprocess.PIPE)
run = subprocess.Popen(["garim", "run", "p.yaml", "--key", "my.key", "-o",
                        f"out{columns}"], stdin=source.stdout, stderr=follower)
os.close(follower)
seen = b""
try:
    while block := os.read(leader, 4096):
        seen += block
except OSError:
    pass
run.wait()
source.wait()
lines, summary = seen.decode().rsplit("\r" + " " * 1, 1)
parts = lines.split("\r")
print(columns, max(map(len, parts)) < columns, re.sub(r"[0-9.]+", "N", parts[0]))
print(summary.lstrip().split(" -> ")[0])
END
python3 narrow.py 80
python3 narrow.py 30
