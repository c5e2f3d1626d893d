# calm.py - a process as a shell in a terminal would start it, and none of its own left behind
#
# SPDX-License-Identifier: Apache-2.0

import ctypes
import os
import signal
from contextlib import suppress

PR_SET_CHILD_SUBREAPER = 36
FOLDER = os.environ.get("GARIM_TEST_FOLDER", "/var/tmp")  # stage.py makes and removes it
# Who starts a test by nohup or in the background has some of these ignored, and what is ignored
# or blocked is inherited.  Python itself wants its own handler, which no child inherits.
SIGNALS = {signal.SIGINT: signal.default_int_handler, signal.SIGHUP: signal.SIG_DFL,
           signal.SIGTERM: signal.SIG_DFL, signal.SIGQUIT: signal.SIG_DFL}


def reset_signals():
    """What children of this process inherit; subprocess sees to SIGPIPE itself."""
    for number, handler in SIGNALS.items():
        signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, signal.valid_signals())


def adopt_orphans():
    """Whoever loses its parent becomes a child of this process."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def wait_for(child):
    """Its exit code, or -signal; adopted children must not stay on as zombies meanwhile, since
    some wait until they are gone."""
    while True:
        process, status = os.wait()
        if process == child:
            return os.waitstatus_to_exitcode(status)


def children_of(process):
    with suppress(OSError), open(f"/proc/{process}/task/{process}/children",
                                 encoding="ascii") as file:
        return [int(word) for word in file.read().split()]
    return []


def end_children():
    """Kill all children, and theirs, which come to an adopter one generation at a time."""
    while children := children_of(os.getpid()):
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in children:
            with suppress(ChildProcessError):
                os.waitpid(child, 0)
