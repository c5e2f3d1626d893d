/* input.h - the input of a job: what kind of file it is, and whether it stays
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_PUBLISH_INPUT_H
#define GARIM_PUBLISH_INPUT_H

#include "garim/garim.h"
#include "io/io.h"
#include "publish/seal.h"

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
    const struct garim_seal *seal;
    uint8_t print[32]; /* of both ends of a regular file, where there is a seal:
                          its HMAC, so that it says nothing of them */
};

/* Open the input of the options.  A regular file at its beginning
 * is read by windows, all else is a stream. */
enum garim_status garim_input_open(struct garim_input *ret_input,
                                   const struct garim_io *io,
                                   const struct garim_job_options *options,
                                   const struct garim_seal *seal,
                                   struct garim_error *error);

/* Whether `status` is that of the input, a regular file or a block device;
 * `input` may be NULL. */
bool garim_input_is(const struct garim_input *input, const struct stat *status);

/* GARIM_INPUT where the regular file is not what it was at open: its size, its
 * time of modification or, at the `end` of all reading, the print of its ends.
 */
enum garim_status garim_input_check(const struct garim_input *input, bool end,
                                    struct garim_error *error);

/* Whether something about the file changed that is not its content: a link, its
 * name, its rights. */
bool garim_input_was_touched(const struct garim_input *input);

void garim_input_close(struct garim_input *input);

#endif
