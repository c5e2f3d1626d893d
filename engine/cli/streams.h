/* streams.h - the commands that the records come from and go to
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_CLI_STREAMS_H
#define GARIM_CLI_STREAMS_H

#include "child.h"
#include "commands.h"

struct garim_cli_streams {
    struct garim_cli_child input, output;
    int sink; /* our end of the pipe to the output command, or -1 */
    struct garim_filter filter;
};

/* GARIM_USAGE where an option cannot be had together with a command. */
enum garim_status
garim_cli_streams_check(const struct garim_cli_settings *settings,
                        struct garim_error *error);

/* Fork what the settings name, before there are keys and threads; after any
 * status end them with garim_cli_streams_close. */
enum garim_status
garim_cli_streams_open(struct garim_cli_streams *streams,
                       const struct garim_cli_settings *settings,
                       struct garim_error *error);

/* Start the input command: what it writes is our standard input from now on.
 * The output command starts when the job opens its output. */
enum garim_status garim_cli_streams_begin(struct garim_cli_streams *streams,
                                          struct garim_job_options *options,
                                          struct garim_error *error);

/* All of the input was read: wait until its command has ended, and well.  Does
 * nothing where there is none. */
enum garim_status garim_cli_streams_judge(struct garim_cli_streams *streams,
                                          struct garim_error *error);

/* After a job that ended with `status`: what is left of the commands ends.
 * Returns `status`, or what they made of it: an error of theirs takes the place
 * of one that only follows from it. */
enum garim_status garim_cli_streams_close(struct garim_cli_streams *streams,
                                          enum garim_status status,
                                          struct garim_error *error);

#endif
