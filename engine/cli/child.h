/* child.h - a command that the program runs beside itself
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * It is forked before there is a key, and then waits: what it is to read and
 * to write is often not open yet.  So no copy of a key is ever in its memory,
 * and a run that is refused has started nothing.
 */
#ifndef GARIM_CLI_CHILD_H
#define GARIM_CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "garim/garim.h"

struct garim_cli_child {
    const char *role;          /* for messages: "input command" */
    enum garim_status failure; /* what its failure is */
    pid_t pid;                 /* of its own session and group; 0: none */
    int control;  /* through which it is let go, and sees us go; or -1 */
    bool started; /* it was let go */
    bool reaped;
    bool ended;      /* badly, or with all that it started in its group */
    int wait_status; /* of waitpid, once reaped */
};

/* Fork what will become /bin/sh -c `command`; the process must have one thread
 * only.  A status of `failure` where that cannot be done. */
enum garim_status garim_cli_child_open(struct garim_cli_child *child,
                                       const char *command,
                                       struct garim_error *error);

/* Let it begin with descriptors `in` and `out` as its 0 and 1, with ours as its
 * 2, and with no other. */
enum garim_status garim_cli_child_start(struct garim_cli_child *child, int in,
                                        int out, struct garim_error *error);

/* Wait for its end, and that of what it leaves running in its group, for no
 * longer than `seconds` (a negative number: without end) and until the program
 * is interrupted.  Returns whether it has ended. */
bool garim_cli_child_wait(struct garim_cli_child *child, double seconds);

/* GARIM_OK where it ended with exit status 0, else its failure in words. */
enum garim_status garim_cli_child_judge(const struct garim_cli_child *child,
                                        struct garim_error *error);

/* End it with its group, first in good order, soon by force, and reap it.  Does
 * nothing for one that has ended or that there is not. */
void garim_cli_child_stop(struct garim_cli_child *child);

#endif
