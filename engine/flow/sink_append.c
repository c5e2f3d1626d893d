/* sink_append.c - outputs that grow block by block: files and pipes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Where writes are whole sectors, what a block leaves of its last one is
 * written by the next, so that no two lanes ever touch the same sector.
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "flow/flow.h"
#include "flow/sink.h"

/* How far ahead of the output its space is taken. */
enum { AHEAD_BYTES_MIN = 16 << 20, AHEAD_BYTES_MAX = 256 << 20 };

int garim_append_open(struct garim_append *append, size_t unit_bytes,
                      bool reserves)
{
    ASSERT(unit_bytes > 0 && (unit_bytes & (unit_bytes - 1)) == 0);
    *append = (struct garim_append){
        .unit_bytes = unit_bytes,
        .tail = malloc(unit_bytes),
        .reserved_bytes = reserves ? 0 : GARIM_NONE,
    };
    return append->tail == NULL ? -1 : 0;
}

void garim_append_close(struct garim_append *append)
{
    free(append->tail);
    append->tail = NULL;
}

/* Writes into space that is there need no worker of the kernel.  Where no more
 * can be had the writes will say so. */
static void reserve(struct garim_flow *flow)
{
    struct garim_append *append = &flow->append;
    const uint64_t end = append->bytes;
    if (end <= append->reserved_bytes) return;
    uint64_t ahead = end < AHEAD_BYTES_MIN ? AHEAD_BYTES_MIN : end;
    if (ahead > AHEAD_BYTES_MAX) ahead = AHEAD_BYTES_MAX;
    append->reserved_bytes = end + ahead;
    if (flow->io->preallocate(flow->output, end + ahead) >= 0) return;
    (void)flow->io->truncate(flow->output, end);
    append->reserved_bytes = GARIM_NONE;
}

/* Put the tail before the data, where it is aligned in memory as in the file;
 * returns how many bytes it is. */
static size_t join_tail(const struct garim_append *append,
                        struct garim_block *block)
{
    const size_t unit = append->unit_bytes;
    const size_t tail_bytes = append->bytes & (unit - 1);
    uint8_t *base = garim_block_memory(block);
    const size_t before = (size_t)(block->data - base);
    if ((before & (unit - 1)) != tail_bytes) {
        memmove(base + tail_bytes, block->data, block->data_bytes);
        block->data = base + tail_bytes;
    }
    ASSERT(block->data >= base + tail_bytes);
    memcpy(block->data - tail_bytes, append->tail, tail_bytes);
    return tail_bytes;
}

static bool append_place(struct garim_flow *flow, struct garim_block *block)
{
    struct garim_append *append = &flow->append;
    const size_t unit = append->unit_bytes;
    if (garim_block_is_stopped(flow, block)) block->data_bytes = 0;
    const size_t tail_bytes = join_tail(append, block);
    uint8_t *from = block->data - tail_bytes;
    const size_t total = tail_bytes + block->data_bytes;
    const size_t left = total & (unit - 1);
    size_t bytes = total - left;
    const uint64_t offset = append->bytes - tail_bytes;
    block->tally.bytes_out = block->data_bytes;
    block->offset = append->bytes;
    append->bytes += block->data_bytes;
    if (!block->last) reserve(flow);
    if (block->last && left > 0) {
        memset(from + total, 0, unit - left);
        bytes += unit;
    } else {
        memcpy(append->tail, from + bytes, left);
    }
    if (bytes == 0) return false;
    garim_block_ask_write(flow, block, from, bytes, offset);
    return true;
}

static bool pipe_place(struct garim_flow *flow, struct garim_block *block)
{
    struct garim_append *append = &flow->append;
    block->tally.bytes_out = block->data_bytes;
    block->offset = append->bytes;
    append->bytes += block->data_bytes;
    if (block->data_bytes == 0) return false;
    garim_block_ask_write(flow, block, block->data, block->data_bytes,
                          block->offset);
    return true;
}

const struct garim_sink garim_sink_append = {
    .name = "append",
    .in_turn = true,
    .place = append_place,
};

const struct garim_sink garim_sink_pipe = {
    .name = "pipe",
    .in_turn = true,
    .writes_in_turn = true,
    .place = pipe_place,
};
