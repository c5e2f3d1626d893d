/* block.h - whole records that travel together through one buffer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_FLOW_BLOCK_H
#define GARIM_FLOW_BLOCK_H

#include "flow/worker.h"
#include "io/io.h"

struct garim_flow;

enum garim_block_state {
    GARIM_BLOCK_FREE,
    GARIM_BLOCK_QUEUED, /* waits for the read turn */
    GARIM_BLOCK_READING,
    GARIM_BLOCK_READ,        /* to be transformed */
    GARIM_BLOCK_TRANSFORMED, /* to be placed and written, maybe in its turn */
    GARIM_BLOCK_WRITING,
    GARIM_BLOCK_STATES,
};

/* What a block has of the header or the trailer. */
struct garim_edge_piece {
    const uint8_t *in; /* in the buffer; NULL: made here */
    uint64_t from;     /* in the edge */
    size_t bytes;      /* that go to the output */
};

struct garim_block {
    enum garim_block_state state;
    uint64_t index; /* of the window, or the place in the stream */
    uint8_t *buffer;
    uint8_t *made; /* where the output is made; NULL: it stays in place */
    struct garim_io_request request;
    size_t needed_bytes; /* that a window's read must bring */
    struct garim_batch batch;
    struct garim_edge_piece header;
    struct garim_edge_piece trailer;
    uint64_t trailer_record; /* how many records stand before the trailer */
    bool last;               /* nothing comes behind it */
    uint8_t *data;           /* what the block writes: header, rows, trailer */
    size_t data_bytes;       /* 0 before the transform: as many as come of it */
    uint64_t offset;         /* of `data` in the output */
    struct garim_tally tally;
};

/* The memory that `data` stands in. */
static inline uint8_t *garim_block_memory(const struct garim_block *block)
{
    return block->made != NULL ? block->made : block->buffer;
}

/* The batch and the edges of the block are known: say where its output is
 * made, `room_bytes` from the beginning of the memory at the least where that
 * is not in place. */
void garim_block_lay_out(const struct garim_flow *flow,
                         struct garim_block *block, size_t room_bytes);

/* Transform or generate the rows, check and blank the edges, report what is
 * broken.  `worker` is the worker's state, `rejects` has room for
 * flow->rejects_max. */
void garim_block_transform(struct garim_flow *flow, struct garim_block *block,
                           void *worker, struct garim_reject *rejects);

/* Whether the job stops at a record of the block, or at its trailer. */
bool garim_block_is_stopped(const struct garim_flow *flow,
                            const struct garim_block *block);

/* Leave only what stands before the record at which the job stops; all blocks
 * below have been transformed. */
void garim_block_cut(struct garim_flow *flow, struct garim_block *block,
                     void *worker);

/* Set the write request: `bytes` at `from` to `offset` of the output. */
void garim_block_ask_write(const struct garim_flow *flow,
                           struct garim_block *block, uint8_t *from,
                           size_t bytes, uint64_t offset);

#endif
