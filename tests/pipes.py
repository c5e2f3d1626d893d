#!/usr/bin/env python3
"""pipes.py - garim as a filter: streams of every kind, in pieces of every size, with peers that
sleep, leave early or break off.

SPDX-License-Identifier: Apache-2.0

usage: pipes.py GARIM WORKLOADS [--seed TEXT] [--long]
"""
import fcntl
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import jobs
from jobs import compare, one_line

BEFORE = b"what stood there before\n" * 3
SECONDS_TO_END = 2
PIPE_SIZES = (4096, 65536, 1 << 20)
F_SETPIPE_SZ = 1031

INPUTS = ("pipe", "pipe by path", "pipe, non-blocking", "fifo", "socket", "file", "file, offset",
          "path")
OUTPUTS = ("pipe", "pipe by path", "pipe, non-blocking", "fifo", "socket", "file", "file, offset",
           "file, append", "path", "null", "null by path")
PEERED = ("pipe", "pipe by path", "pipe, non-blocking", "fifo", "socket")


class Side:
    """One side of a run: the descriptor it gets, the words that name it, our own end."""

    def __init__(self, kind, folder, draw, writing):
        self.kind, self.folder, self.draw, self.writing = kind, Path(folder), draw, writing
        self.words, self.own, self.theirs = [], None, None
        self.path = self.folder / ("out" if writing else "in")
        self.option = "-o" if writing else "-i"
        word = kind.split(",")[0].split(" ")[0]
        getattr(self, "open_" + word)()

    def open_pipe(self):
        ends = os.pipe()
        fcntl.fcntl(ends[0], F_SETPIPE_SZ, self.draw.choice(PIPE_SIZES))
        self.theirs, self.own = ends[::-1] if self.writing else ends
        if "non-blocking" in self.kind:
            os.set_blocking(self.theirs, False)
        if "by path" in self.kind:
            self.words = [self.option, "/dev/stdout" if self.writing else "/dev/stdin"]

    def shrink(self):
        """Make the way so narrow that a whole output never fits."""
        if self.kind.startswith("pipe"):
            fcntl.fcntl(self.own, F_SETPIPE_SZ, min(PIPE_SIZES))
        elif self.kind == "socket":
            with socket.socket(fileno=os.dup(self.theirs)) as theirs:
                theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, min(PIPE_SIZES))

    def open_socket(self):
        pair = socket.socketpair()
        self.theirs, self.own = (one.detach() for one in pair)

    def open_fifo(self):
        os.mkfifo(self.path)
        self.words = [self.option, str(self.path)]

    def open_path(self):
        self.words = [self.option, str(self.path)]

    def open_file(self):
        flags = os.O_RDWR | os.O_CREAT | (os.O_APPEND if "append" in self.kind else 0)
        if "," in self.kind:
            self.path.write_bytes(BEFORE)
        self.theirs = os.open(self.path, flags, 0o600)
        if "offset" in self.kind:
            os.lseek(self.theirs, len(BEFORE), os.SEEK_SET)

    def open_null(self):
        if "by path" in self.kind:
            self.words = [self.option, "/dev/null"]
        else:
            self.theirs = os.open("/dev/null", os.O_RDWR)

    def connect(self):
        """Our end of a fifo is there once the program has opened the other."""
        if self.kind == "fifo":
            self.own = os.open(self.path, os.O_WRONLY if self.writing is False else os.O_RDONLY)

    def close(self, which):
        descriptor = getattr(self, which)
        setattr(self, which, None)
        if descriptor is not None:
            os.close(descriptor)


def sizes(draw, style):
    """How much to move at a time, for ever."""
    least, most = {"bytes": (1, 64), "small": (1, 5000), "large": (1, 1 << 20),
                   "all": (1 << 22, 1 << 22)}[style]
    while True:
        yield int(least * (most / least) ** draw.random())


def feed(side, data, style, draw, pause, close=True):
    """Write `data`, in pieces, with a sleep now and then; a reader that leaves is no fault."""
    side.connect()
    at = 0
    try:
        for size in sizes(draw, style):
            if at >= len(data):
                break
            # Bytes at a time would take for ever: so only at the beginning and at the end.
            if style == "bytes" and 2000 < at < len(data) - 2000:
                size = len(data) - 1000 - at
            at += os.write(side.own, data[at:at + size])
            if draw.random() < pause:
                time.sleep(0.002)
    except (BrokenPipeError, ConnectionResetError):
        pass
    if close:
        side.close("own")


def drain(side, style, draw, pause, received, limit=None):
    """Read until the end, or until `limit` bytes have come, and then leave."""
    side.connect()
    for size in sizes(draw, style):
        if limit is not None and len(received) >= limit:
            break
        try:
            piece = os.read(side.own, min(size, limit - len(received)) if limit else size)
        except ConnectionResetError:
            break
        if not piece:
            break
        received += piece
        if draw.random() < pause:
            time.sleep(0.002)
    side.close("own")


class Run:
    """One run between two sides, its peers in threads."""

    def __init__(self, workload, draw, source, target, *words):
        self.folder = tempfile.TemporaryDirectory(dir=workload.folder)
        folder = self.folder.name
        self.draw = draw
        self.source = Side(source, folder, draw, False)
        self.target = Side(target, folder, draw, True)
        self.report = Path(folder) / "report.json"
        self.words = workload.run("--report", self.report, *self.source.words,
                                  *self.target.words, *words)
        self.received = bytearray()
        self.threads = []

    def put(self, data):
        """What a file as input holds; a stream gets it from `feed`."""
        if self.source.kind == "path":
            self.source.path.write_bytes(data)
        elif self.source.kind.startswith("file"):
            os.pwrite(self.source.theirs, data,
                      len(BEFORE) if "offset" in self.source.kind else 0)

    def start(self):
        null = subprocess.DEVNULL
        self.process = subprocess.Popen(
            self.words, restore_signals=True, stderr=subprocess.PIPE,
            stdin=null if self.source.theirs is None else self.source.theirs,
            stdout=null if self.target.theirs is None else self.target.theirs)
        if self.source.kind in PEERED:
            self.source.close("theirs")
        if self.target.kind in PEERED:
            self.target.close("theirs")

    def spawn(self, function, *arguments):
        self.threads.append(threading.Thread(target=function, args=arguments, daemon=True))
        self.threads[-1].start()

    def peers(self, data, feeder=("large", 0.0), reader=("large", 0.0), limit=None):
        seed = self.draw.random()
        if self.source.kind in PEERED:
            self.spawn(feed, self.source, data, feeder[0], random.Random(seed), feeder[1])
        if self.target.kind in PEERED:
            self.spawn(drain, self.target, reader[0], random.Random(seed + 1), reader[1],
                       self.received, limit)

    def wait(self, seconds=jobs.SECONDS_MAX):
        """Exit code and standard error; None as the code where it had to be killed."""
        try:
            text = self.process.communicate(timeout=seconds)[1].decode(errors="replace")
            code = self.process.returncode
        except subprocess.TimeoutExpired:
            self.process.kill()
            code, text = None, self.process.communicate()[1].decode(errors="replace")
        for thread in self.threads:
            thread.join(10)
        return code, text

    def whole(self, data, feeder=("large", 0.0), reader=("large", 0.0), limit=None):
        self.put(data)
        self.start()
        self.peers(data, feeder, reader, limit)
        return self.wait()

    def output(self):
        """What came out, without what stood before it."""
        kind = self.target.kind
        if kind in PEERED:
            return bytes(self.received)
        if kind.startswith("null"):
            return None
        data = self.target.path.read_bytes() if self.target.path.exists() else None
        if "," not in kind or data is None:
            return data
        return data[len(BEFORE):] if data.startswith(BEFORE) else b"what stood before is gone"

    def check_position(self, size):
        """Who writes next through the same descriptor goes on behind the output."""
        if not self.target.kind.startswith("file") or "append" in self.target.kind:
            return []
        base = len(BEFORE) if "offset" in self.target.kind else 0
        return compare("position of standard output", base + size,
                       os.lseek(self.target.theirs, 0, os.SEEK_CUR))

    def close(self):
        jobs.end(self.process)
        self.process.wait()
        for thread in self.threads:
            thread.join(10)
        for side in (self.source, self.target):
            for which in ("own", "theirs"):
                side.close(which)
        self.folder.cleanup()


def case(function):
    """A test gets a draw of its own and closes its run."""
    def make(options, name, workload, row):
        def work():
            draw = random.Random(f"{options.seed} {name} {sorted(row.items())}")
            run = Run(workload, draw, row["input"], row["output"], "--io", row["io"],
                      "--threads", row["threads"], "--window", row["window"])
            try:
                return function(run, workload, row, draw)
            finally:
                run.close()
        return f"{name}: {workload.name}, {jobs.tell(row)}", work
    return make


# ---- what is checked ---------------------------------------------------------

@case
def transfer(run, workload, row, _draw):
    """The bytes and the statistics are those of a run from file to file."""
    data, expected, statistics = workload.data, workload.expected, workload.statistics
    if row["end"] == "unterminated" and workload.unterminated:
        data, expected, statistics = workload.unterminated
    elif row["end"] == "empty" and not workload.header[0] and not workload.trailer[0]:
        data, expected, statistics = workload.empty
    code, text = run.whole(data, row["feeder"], row["reader"])
    problems = compare("exit", jobs.DONE, code) + compare("standard error", "", text)
    if problems:
        return problems
    output = run.output()
    if output is not None:
        problems += compare("output", expected, output)
    problems += run.check_position(len(expected))
    return problems + compare("statistics", statistics, jobs.statistics_of(run.report))


@case
def leave(run, workload, row, draw):
    """A reader that leaves: exit 4, one line, no death by SIGPIPE."""
    run.target.shrink()
    limit = draw.choice((0, 1, 100, len(workload.expected) // 3))
    code, text = run.whole(workload.data, row["feeder"], row["reader"], limit)
    return (compare("exit", jobs.OUTPUT, code) + one_line(text, "reader has gone away")
            + compare("output", workload.expected[:len(run.received)], run.output()))


def break_off_expected(workload, cut):
    """Bytes of output, parts of the message, for an input of `cut` bytes; None: it is whole."""
    edges = workload.header[0] + workload.trailer[0]
    if cut < edges:
        return 0, [f"shorter ({cut} bytes)"]
    records, rest = divmod(cut - edges, workload.stride)
    unterminated = rest == workload.length and workload.terminator and not workload.trailer[0]
    if rest == 0 or unterminated:
        return None
    kept = workload.header[0] if workload.header[1] == "keep" else 0
    offset = workload.header[0] + records * workload.stride
    return kept + records * workload.stride, [
        f"{rest} bytes of {workload.stride}", f"whole records before it: {records}",
        f"record {records}", f"byte {offset}"]


@case
def break_off(run, workload, row, draw):
    """A writer that ends inside a record: exit 3, all whole records before it are in a stream."""
    edges = workload.header[0] + workload.trailer[0]
    cut = draw.choice((1, edges + 1, edges - 1, edges + workload.stride + 1, len(workload.data) - 1,
                       draw.randrange(1, len(workload.data))))
    cut = max(1, cut)
    expected = break_off_expected(workload, cut)
    if expected is None:
        cut -= 3
        expected = break_off_expected(workload, cut)
    size, parts = expected
    code, text = run.whole(workload.data[:cut], row["feeder"], row["reader"])
    problems = compare("exit", jobs.INPUT, code) + one_line(text, *parts)
    if row["output"] == "path":
        return problems + compare("files left", [], [name for name in os.listdir(run.folder.name)
                                                     if name.startswith("out")])
    output = run.output()
    if output is not None:
        problems += compare(f"output, cut at {cut}", workload.expected[:size], output)
    return problems


def wait_for_handler(process):
    """Until the program catches SIGTERM."""
    for _ in range(1000):
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
        caught = int(status.split("SigCgt:")[1].split()[0], 16)
        if caught >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.005)


@case
def interrupt(run, workload, row, draw):
    """Peers that sleep for ever do not keep a signal waiting."""
    run.target.shrink()
    run.put(workload.data)
    run.start()
    sent = draw.choice((0, 1, 100_000, len(workload.data)))
    if row["input"] in PEERED and row["input"] != "fifo":
        run.spawn(feed, run.source, workload.data[:sent], "large", draw, 0.0, False)
    elif row["input"] == "fifo" and row["peers"] == "there":
        run.spawn(feed, run.source, workload.data[:sent], "large", draw, 0.0, False)
    if row["output"] == "fifo" and row["peers"] == "there":
        run.spawn(run.target.connect)
    wait_for_handler(run.process)
    time.sleep(draw.choice((0.05, 0.25)))
    began = time.monotonic()
    if run.process.poll() is not None:
        return [f"it ended by itself: {run.wait()}"]
    run.process.send_signal(row["signal"])
    try:
        run.process.wait(5 * SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        pass
    took = time.monotonic() - began
    jobs.end(run.process)
    text = run.process.stderr.read().decode(errors="replace")
    for side in (run.source, run.target):  # a thread that waits for a fifo's other end
        if side.kind == "fifo" and side.own is None:
            os.close(os.open(side.path, os.O_RDWR | os.O_NONBLOCK))
    problems = compare("exit", jobs.TEMPORARY, run.process.wait()) + one_line(text, "interrupted")
    if took > SECONDS_TO_END:
        problems.append(f"it took {took:.1f} s to end")
    return problems + compare("files left", [], [
        name for name in os.listdir(run.folder.name)
        if name.startswith("out.") or name == "out" and row["output"] == "path"])


def refuse_terminal(options, workload, ios):
    """A terminal as output is refused."""
    for io in ios:
        for words in ([], ["-o", "-"]):
            def work(io=io, words=words):
                ours, theirs = os.openpty()
                with open(workload.input, "rb") as source:
                    done = subprocess.run(workload.run("--io", io, *words), stdin=source,
                                          stdout=theirs, stderr=subprocess.PIPE, check=False)
                os.set_blocking(ours, False)
                os.close(theirs)
                try:
                    left = os.read(ours, 4096)
                except OSError:
                    left = b""
                os.close(ours)
                return (compare("exit", jobs.USAGE, done.returncode)
                        + one_line(done.stderr.decode(), "terminal")
                        + compare("on the terminal", b"", left))
            yield f"terminal: {io} {words}", work


# ---- the tables --------------------------------------------------------------

def make_workloads(options, folder):
    """Those of every shape, and some that no pipe holds."""
    def make(*words, **edges):
        one = jobs.Workload(options, folder, *words, **edges)
        one.unterminated = one.empty = None
        if one.terminator and not one.trailer[0]:
            cut = one.data[:-len(one.terminator)]
            one.unterminated = (cut, *one.reference(cut))
        if not one.header[0] and not one.trailer[0]:
            one.empty = (b"", *one.reference(b""))
        return one
    size = options.kibibytes
    shapes = [
        make("card-transactions", size),
        make("narrow", size, framing="lf"),
        make("narrow", size // 4, framing="crlf"),
        make("card-transactions", size // 2, header=(100, "keep"), trailer=(77, "keep")),
        make("narrow", size // 4, framing="lf", header=(300, "drop"), trailer=(129, "drop")),
        make("wide", size, header=(65536, "keep"), trailer=(65535, "drop"), broken=0),
    ]
    return shapes, [
        make("card-transactions", 5 * size, header=(1000, "keep"), trailer=(7, "keep")),
        make("narrow", 5 * size, framing="lf", header=(1000, "drop")),
    ]


def rows_of(options, name, ios, **table):
    draw = random.Random(f"{options.seed} {name}")
    rows = []
    for _ in range(10 if options.long else 1):
        rows += jobs.pairwise({"io": ios, "threads": (1, 2, 5), **table}, draw)
    return rows


STYLES = (("bytes", 0.0), ("small", 0.01), ("large", 0.0), ("all", 0.0))
ENDS = ("whole", "unterminated", "empty")
WINDOWS = ("4k", "64k", "1m")


def cases_of(options, workloads, large, ios):
    def build(function, name, workload=workloads, **table):
        for row in rows_of(options, name, ios, workload=workload, **table):
            yield function(options, name, row["workload"],
                           {key: value for key, value in row.items() if key != "workload"})
    yield from build(transfer, "transfer", input=INPUTS, output=OUTPUTS, feeder=STYLES,
                     reader=STYLES, window=WINDOWS, end=ENDS + ("whole",))
    yield from build(leave, "reader leaves", workload=large, input=INPUTS, output=PEERED,
                     feeder=(("large", 0.0),), reader=(("small", 0.0),), window=("4k", "64k"))
    yield from build(break_off, "writer breaks off", input=PEERED, output=OUTPUTS,
                     feeder=STYLES, reader=STYLES[2:], window=WINDOWS)
    asleep = {"signal": (signal.SIGINT, signal.SIGTERM, signal.SIGHUP), "window": ("4k", "1m"),
              "peers": ("there", "absent")}
    yield from build(interrupt, "silent writer", input=PEERED, output=OUTPUTS, **asleep)
    yield from build(interrupt, "sleeping reader", workload=large, input=("path", "file"),
                     output=PEERED, **asleep)
    yield from refuse_terminal(options, workloads[0], ios)


def main():
    options = jobs.parse("garim as a filter between peers of every kind", kibibytes=1500)
    tally = jobs.Tally()
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="garim-pipes-") as folder:
        workloads, large = make_workloads(options, folder)
        ios = jobs.usable(options.garim, workloads[0], "io")
        tally.run(cases_of(options, workloads, large, ios))
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
