/* block.h - whole records that travel together through one buffer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_FLOW_BLOCK_H
#define GARIM_FLOW_BLOCK_H

#include "io/io.h"
#include "flow/worker.h"

struct garim_flow;

enum garim_block_state {
    GARIM_BLOCK_FREE,
    GARIM_BLOCK_QUEUED, /* waits for the read turn */
    GARIM_BLOCK_READING,
    GARIM_BLOCK_READ,        /* to be transformed */
    GARIM_BLOCK_TRANSFORMED, /* to be written, in a stream in its turn */
    GARIM_BLOCK_WRITING,
    GARIM_BLOCK_STATES,
};

struct garim_block {
    enum garim_block_state state;
    uint64_t index; /* of the window, or the place in the stream */
    uint8_t *buffer;
    struct garim_io_request request;
    size_t needed_bytes; /* that a window's read must bring */
    struct garim_batch batch;
    uint8_t *data; /* in `buffer`: what the block writes */
    size_t data_bytes;
    uint64_t offset;   /* of `data` in the output */
    uint64_t body_end; /* where the trailer begins there, if known */
    struct garim_tally tally;
};

/* Make `block` window `index`; where there is an input, its request is the
 * read that is due. */
void garim_block_set_window(const struct garim_flow *flow,
                            struct garim_block *block, uint64_t index);

/* Transform or generate the rows, blank the edges and report what is broken.
 * `state` is the worker's, `rejects` has room for flow->rejects_max. */
void garim_block_transform(struct garim_flow *flow, struct garim_block *block,
                           void *state, struct garim_reject *rejects);

/* Prepare the write request.  False: there is nothing to write. */
bool garim_block_ask_write(const struct garim_flow *flow,
                           struct garim_block *block);

#endif
