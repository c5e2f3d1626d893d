/* output.h - the output of a job: a stream, or a part that is published whole
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_PUBLISH_OUTPUT_H
#define GARIM_PUBLISH_OUTPUT_H

#include "publish/input.h"
#include "publish/journal.h"

/* What a job begins with. */
enum garim_start {
    GARIM_START_NEW,
    GARIM_START_RESUMED,
    GARIM_START_COMPLETE,  /* the part is whole */
    GARIM_START_PUBLISHED, /* and has its name already */
};

struct garim_output {
    const struct garim_io *io;
    const char *path;             /* for messages too */
    int folder;                   /* that the part stands in */
    char *part;                   /* OUT.part, or NULL for a stream */
    struct garim_journal journal; /* of a part */
    enum garim_start start;
    int descriptor;
    bool owned;                        /* to be closed */
    const struct garim_filter *filter; /* or NULL */
    int sink;        /* where the records go: `descriptor`, or to the filter */
    bool sink_owned; /* to be closed */
    mode_t mode;     /* of the file once it has its name */
    bool force;      /* replace what stands under `path` */
    bool stream;     /* no part: it has its name from the beginning */
    bool ordered;    /* written in order */
    /* Where a regular file that is a stream began, else GARIM_IO_STREAM: the
     * kernel moves no file position on after a transfer that failed half-way.
     */
    uint64_t base;
    unsigned without; /* of enum garim_without */
    bool direct;      /* O_DIRECT */
    bool unreserved;  /* its space may run out on the way */
    bool published;
    bool settled; /* and its folder synced */
};

/* What a part is to be, and what vouches for the one that is there. */
struct garim_output_job {
    const struct garim_journal_job *identity;
    const struct garim_journal_bounds *bounds;
    const struct garim_seal *seal;
    const struct garim_input *input; /* or NULL */
};

/* Open the output of `options`: standard output and any path that is no
 * regular file as a stream, else a locked part, new or with what an earlier
 * run had done. */
enum garim_status garim_output_open(struct garim_output *ret_output,
                                    const struct garim_io *io,
                                    const struct garim_job_options *options,
                                    const struct garim_output_job *job,
                                    struct garim_error *error);

/* GARIM_OUTPUT where the part is no longer the file that is written. */
enum garim_status garim_output_check(const struct garim_output *output,
                                     struct garim_error *error);

/* Set the position of a regular file that is a stream behind what was written,
 * for whoever writes to it next. */
void garim_output_advance(const struct garim_output *output, uint64_t bytes);

/* Write by O_DIRECT where the part does it. */
void garim_output_direct(struct garim_output *output);

/* Take the space of a part of `bytes` and try O_DIRECT. */
enum garim_status garim_output_reserve(struct garim_output *output,
                                       uint64_t bytes,
                                       struct garim_error *error);

/* After all writes of `bytes`: a filter ends what it does to them, and leaves
 * nobody behind who writes. */
enum garim_status garim_output_drain(struct garim_output *output,
                                     uint64_t bytes, struct garim_error *error);

/* Then: cut the part to `bytes`, unless a filter wrote it, and sync it. */
enum garim_status garim_output_finish(struct garim_output *output,
                                      uint64_t bytes,
                                      struct garim_error *error);

/* Give the finished part its name. */
enum garim_status garim_output_publish(struct garim_output *output,
                                       struct garim_error *error);

/* A part that was not published goes, with its state, unless it is to `keep`
 * for a later run. */
void garim_output_close(struct garim_output *output, bool keep);

#endif
