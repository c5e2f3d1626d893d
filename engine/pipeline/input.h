/* input.h - the input of a job: what kind of file it is, and whether it stays
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_PIPELINE_INPUT_H
#define GARIM_PIPELINE_INPUT_H

#include "garim/garim.h"
#include "io/io.h"

struct garim_input {
    const struct garim_io *io;
    const char *path; /* for messages too */
    int descriptor;
    bool owned;  /* to be closed */
    bool stream; /* read in order, to its end */
    /* Where a regular file that is a stream began, else GARIM_IO_STREAM: the
     * kernel moves no file position on after a transfer that failed half-way.
     */
    uint64_t base;
    bool direct;          /* O_DIRECT */
    struct stat identity; /* at open */
};

/* Open the input of the options.  A regular file at its beginning
 * is read by windows, all else is a stream. */
enum garim_status garim_input_open(struct garim_input *ret_input,
                                   const struct garim_io *io,
                                   const struct garim_job_options *options,
                                   struct garim_error *error);

/* Whether `status` is that of the input, a regular file; `input` may be NULL.
 */
bool garim_input_is(const struct garim_input *input, const struct stat *status);

/* GARIM_INPUT where the regular file is not what it was at open. */
enum garim_status garim_input_check(const struct garim_input *input,
                                    struct garim_error *error);

void garim_input_close(struct garim_input *input);

#endif
