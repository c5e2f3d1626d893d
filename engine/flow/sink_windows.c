/* sink_windows.c - windows of a file, whose places are known from the beginning
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "base/assert.h"
#include "flow/flow.h"
#include "flow/sink.h"

/* Whole sectors from an aligned address; what the part is cut to at its end
 * holds no old bytes. */
static size_t align_data(struct garim_block *block)
{
    uint8_t *base = garim_block_memory(block);
    uint8_t *aligned = base + garim_align_down((uint64_t)(block->data - base));
    if (aligned != block->data)
        memmove(aligned, block->data, block->data_bytes);
    block->data = aligned;
    const size_t bytes = garim_align_up(block->data_bytes);
    memset(aligned + block->data_bytes, 0, bytes - block->data_bytes);
    return bytes;
}

static bool windows_place(struct garim_flow *flow, struct garim_block *block)
{
    ASSERT(flow->output_base == 0);
    if (garim_block_is_stopped(flow, block)) block->data_bytes = 0;
    block->tally.bytes_out = block->data_bytes;
    if (block->data_bytes == 0) return false;
    const size_t bytes =
        flow->direct_out ? align_data(block) : block->data_bytes;
    garim_block_ask_write(flow, block, block->data, bytes, block->offset);
    return true;
}

const struct garim_sink garim_sink_windows = {
    .name = "windows",
    .place = windows_place,
};
