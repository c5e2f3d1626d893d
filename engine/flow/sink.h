/* sink.h - where the blocks of a flow go
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_FLOW_SINK_H
#define GARIM_FLOW_SINK_H

#include "flow/block.h"

/* What the sinks that are filled in order know of the output: only the holder
 * of the place turn touches it. */
struct garim_append {
    uint64_t bytes;    /* placed so far */
    size_t unit_bytes; /* writes are whole units, but the last; a power of 2 */
    uint8_t *tail;     /* less than a unit, for the next block to write */
    uint64_t reserved_bytes; /* space taken ahead; GARIM_NONE: no more is */
};

struct garim_sink {
    const char *name;
    bool in_turn;        /* blocks are placed in their order */
    bool writes_in_turn; /* and written one after the other */

    /* The block is transformed, and it is its turn: prepare its write request.
     * False: there is nothing to write. */
    bool (*place)(struct garim_flow *flow, struct garim_block *block);
};

/* Windows of a file, whose places are known from the beginning. */
extern const struct garim_sink garim_sink_windows;
/* A file: each block behind the one before.  sink_append.c */
extern const struct garim_sink garim_sink_append;
/* A pipe, or whatever else is written from its beginning to its end. */
extern const struct garim_sink garim_sink_pipe;

/* `unit_bytes`: 1, or GARIM_DIRECT_ALIGNMENT; `reserves`: space is taken ahead.
 * -1: out of memory. */
int garim_append_open(struct garim_append *append, size_t unit_bytes,
                      bool reserves);
void garim_append_close(struct garim_append *append);

#endif
