/* sizing.h - how many lanes, and how many blocks in each, a job gets
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lanes that sleep in the kernel while they read and write are more than the
 * threads asked for, so that some always transform; a gate lets no more than
 * those transform at a time.
 */
#ifndef GARIM_FLOW_SIZING_H
#define GARIM_FLOW_SIZING_H

#include "garim/garim.h"

/* What it depends on. */
struct garim_sizing_facts {
    bool synchronous; /* the back end sleeps in each transfer */
    bool in_turn;     /* the source is a stream */
    uint64_t windows; /* of the output; of no meaning for a stream */
    size_t window_bytes;
    size_t buffer_bytes; /* of a block */
};

struct garim_sizing {
    unsigned threads; /* that transform at a time */
    unsigned lanes;
    unsigned depth; /* blocks in flight in one lane */
};

/* GARIM_USAGE where options->memory_bytes is not enough for one block. */
enum garim_status garim_sizing_make(struct garim_sizing *ret_sizing,
                                    const struct garim_job_options *options,
                                    const struct garim_sizing_facts *facts,
                                    struct garim_error *error);

/* The bytes a lane takes for buffers of `bytes`: pages that are huge where
 * they fill one. */
size_t garim_sizing_round(size_t bytes);

#endif
