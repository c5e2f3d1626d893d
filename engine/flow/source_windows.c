/* source_windows.c - blocks that are windows: of a regular file, or of nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/assert.h"
#include "flow/flow.h"
#include "flow/source.h"

/* Where byte `offset` of the input stands in the buffer. */
static uint8_t *place_of(const struct garim_block *block,
                         const struct garim_window *window, uint64_t offset)
{
    ASSERT(offset >= window->read_begin);
    return block->buffer + (offset - window->read_begin);
}

/* Windows that are cut by bytes begin inside a record, as a rule. */
static void cut_front(const struct garim_geometry *geometry,
                      const struct garim_window *window,
                      struct garim_block *block)
{
    const uint64_t rows =
        geometry->header_bytes + window->record_begin * geometry->out_stride;
    if (geometry->window_records > 0) return;
    if (window->record_end > window->record_begin && rows < window->begin)
        block->data += window->begin - rows;
    block->data_bytes = window->end - window->begin;
    block->offset = window->begin;
}

/* Rows, edges and what is to be written. */
static void set_window(struct garim_flow *flow, struct garim_block *block,
                       const struct garim_window *window)
{
    const struct garim_geometry *geometry = &flow->geometry;
    const uint64_t rows =
        geometry->in_begin + window->record_begin * geometry->in_stride;
    const bool empty = window->record_end == window->record_begin;
    const bool reads = flow->source->reads;
    uint8_t *in =
        empty || !reads ? block->buffer : place_of(block, window, rows);
    block->batch = (struct garim_batch){
        .in = in,
        .count = window->record_end - window->record_begin,
        .first_record = geometry->first_record + window->record_begin,
        .owned_first = window->owned_begin - window->record_begin,
        .owned_end = window->record_end - window->record_begin,
        .last_unterminated = geometry->last_unterminated &&
                             window->record_end == geometry->records,
    };
    block->header = (struct garim_edge_piece){.from = window->header.from,
                                              .bytes = window->header.bytes};
    block->trailer = (struct garim_edge_piece){.from = window->trailer.from,
                                               .bytes = window->trailer.bytes};
    if (reads && block->header.bytes > 0)
        block->header.in = place_of(block, window, block->header.from);
    if (reads && block->trailer.bytes > 0)
        block->trailer.in =
            place_of(block, window, geometry->in_end + block->trailer.from);
    block->trailer_record = geometry->first_record + geometry->records;
    block->last = block->index == geometry->window_count - 1;
    garim_block_lay_out(flow, block, 0);
    cut_front(geometry, window, block);
}

static void none_ask(struct garim_flow *flow, struct garim_block *block)
{
    const struct garim_window window =
        garim_geometry_window(&flow->geometry, block->index);
    block->request = (struct garim_io_request){0};
    set_window(flow, block, &window);
}

static void windows_ask(struct garim_flow *flow, struct garim_block *block)
{
    const struct garim_window window =
        garim_geometry_window(&flow->geometry, block->index);
    block->request = (struct garim_io_request){
        .operation = GARIM_IO_READ,
        .descriptor = flow->input,
        .buffer = block->buffer,
        .bytes = window.read_end - window.read_begin,
        .offset = window.read_begin,
        .uncached = flow->uncached_in,
    };
    ASSERT(block->request.bytes > 0);
    ASSERT(block->request.bytes <= flow->buffer_bytes);
    block->needed_bytes = window.need_end - window.read_begin;
    set_window(flow, block, &window);
    block->tally.bytes_in = window.consumed;
}

static const char *windows_take(struct garim_flow *flow,
                                struct garim_block *block)
{
    (void)flow;
    ASSERT(block->request.result >= 0);
    return (uint64_t)block->request.result < block->needed_bytes
               ? "it shrank during the run"
               : NULL;
}

static uint64_t windows_give_up(struct garim_flow *flow,
                                struct garim_block *block,
                                struct garim_error *error)
{
    (void)flow;
    error->offset = block->request.offset;
    return block->batch.first_record;
}

const struct garim_source garim_source_none = {
    .name = "none",
    .ask = none_ask,
};

const struct garim_source garim_source_windows = {
    .name = "windows",
    .reads = true,
    .ask = windows_ask,
    .take = windows_take,
    .give_up = windows_give_up,
};
