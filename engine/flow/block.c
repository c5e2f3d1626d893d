/* block.c - whole records that travel together through one buffer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/block.h"

#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "flow/flow.h"

void garim_block_set_window(const struct garim_flow *flow,
                            struct garim_block *block, uint64_t index)
{
    const struct garim_geometry *geometry = &flow->geometry;
    const struct garim_window window = garim_geometry_window(geometry, index);
    const uint64_t shift = geometry->shift;
    block->index = index;
    block->request = (struct garim_io_request){
        .operation = GARIM_IO_READ,
        .descriptor = flow->input,
        .buffer = block->buffer,
        .bytes = window.read_end - window.read_begin,
        .offset = window.read_begin,
        .uncached = flow->uncached_in,
    };
    ASSERT(block->request.bytes > 0 || flow->input < 0);
    ASSERT(block->request.bytes <= flow->buffer_bytes);
    block->needed_bytes = window.need_end - window.read_begin;
    const uint64_t rows_begin =
        geometry->header_bytes + window.record_begin * geometry->stride + shift;
    uint8_t *rows = block->buffer;
    if (window.record_end > window.record_begin)
        rows += rows_begin - window.read_begin;
    block->batch = (struct garim_batch){
        .in = rows,
        .out = rows,
        .count = window.record_end - window.record_begin,
        .first_record = geometry->first_record + window.record_begin,
        .owned_first = window.owned_begin - window.record_begin,
        .owned_end = window.record_end - window.record_begin,
        .last_unterminated = geometry->last_unterminated &&
                             window.record_end == geometry->records,
    };
    block->data = block->buffer + (window.begin + shift - window.read_begin);
    block->data_bytes = window.end - window.begin;
    block->offset = window.begin;
    block->body_end = geometry->body_end;
    block->tally.bytes_in = window.consumed;
}

/* ---- header and trailer -------------------------------------------------- */

/* Bytes `from` to `to` of the output, part of an edge that ends at `end`. */
static void change_edge(const struct garim_flow *flow,
                        struct garim_block *block, enum garim_edge_action edge,
                        uint64_t from, uint64_t to, uint64_t end)
{
    const struct garim_framing *framing = flow->framing;
    const bool generated = flow->input < 0;
    if (edge != GARIM_EDGE_BLANK && !generated) return;
    for (uint64_t i = from; i < to; i++) {
        uint8_t *byte = &block->data[i - block->offset];
        const uint64_t left = end - i;
        if (generated && left <= framing->terminator_bytes)
            *byte =
                (uint8_t)framing->terminator[framing->terminator_bytes - left];
        else if (generated || framing->terminator_bytes == 0 ||
                 (*byte != '\n' && *byte != '\r'))
            *byte = framing->blank;
    }
}

/* Whether the bytes of the block that belong to an edge at `start` are as it
 * must begin. */
static bool begins_so(const struct garim_block *block, uint64_t start,
                      struct garim_begins begins)
{
    const uint64_t end = block->offset + block->data_bytes;
    uint64_t from = start > block->offset ? start : block->offset;
    uint64_t to = start + begins.bytes < end ? start + begins.bytes : end;
    return from >= to || memcmp(block->data + (from - block->offset),
                                begins.data + (from - start), to - from) == 0;
}

/* The records from `record` on are not trusted: those before an edge that is
 * wrong are as they should be. */
static void break_edge(struct garim_flow *flow, const char *name,
                       uint64_t record, uint64_t offset)
{
    struct garim_error error;
    (void)garim_error_set_path(
        &error, GARIM_INPUT, flow->input_path,
        "the %s does not begin as the policy says; check that the file is the "
        "right one, and that no byte of it is missing or too many",
        name);
    error.offset = offset;
    garim_rejects_break(&flow->rejects, record, &error);
}

static void check_edges(struct garim_flow *flow,
                        const struct garim_block *block)
{
    const struct garim_framing *framing = flow->framing;
    const struct garim_geometry *geometry = &flow->geometry;
    if (geometry->header_bytes > 0 &&
        !begins_so(block, 0, framing->header.begins)) {
        flow->foreign = true;
        break_edge(flow, "header", geometry->first_record, 0);
    }
    if (block->body_end == GARIM_NONE ||
        begins_so(block, block->body_end, framing->trailer.begins))
        return;
    const uint64_t records =
        geometry->first_record +
        (block->body_end - geometry->header_bytes) / geometry->stride;
    break_edge(flow, "trailer", records,
               garim_framing_offset(framing, records));
}

static void change_edges(const struct garim_flow *flow,
                         struct garim_block *block)
{
    const struct garim_framing *framing = flow->framing;
    const uint64_t begin = block->offset;
    const uint64_t end = begin + block->data_bytes;
    const uint64_t header_end = flow->geometry.header_bytes;
    change_edge(flow, block, framing->header.action, begin,
                header_end < end ? header_end : end, header_end);
    change_edge(flow, block, framing->trailer.action,
                block->body_end > begin ? block->body_end : begin, end,
                block->body_end + framing->trailer.bytes);
}

/* ---- rows ---------------------------------------------------------------- */

static void break_framing(struct garim_flow *flow,
                          const struct garim_block *block, size_t row)
{
    const struct garim_framing *framing = flow->framing;
    struct garim_error error;
    (void)garim_error_set_path(
        &error, GARIM_INPUT, flow->input_path,
        "a line feed is not where the record length of layout %s (%zu bytes "
        "and the line end) puts it; correct the line, or the layout",
        framing->layout_name, framing->stride - framing->terminator_bytes);
    error.record = block->batch.first_record + row;
    error.offset = garim_framing_offset(framing, error.record);
    garim_rejects_break(&flow->rejects, error.record, &error);
}

static void transform_batch(struct garim_flow *flow, struct garim_block *block,
                            void *state, struct garim_reject *rejects)
{
    const struct garim_batch *batch = &block->batch;
    struct garim_made made;
    flow->worker->transform(state, batch, block->tally.counts, rejects,
                            flow->rejects_max, &made);
    ASSERT(made.reject_count <= flow->rejects_max);
    if (made.broken_row != SIZE_MAX) {
        ASSERT(made.broken_row < batch->count);
        break_framing(flow, block, made.broken_row);
    }
    if (made.reject_count > 0)
        garim_rejects_add(&flow->rejects, rejects, made.reject_count);
}

void garim_block_transform(struct garim_flow *flow, struct garim_block *block,
                           void *state, struct garim_reject *rejects)
{
    const struct garim_worker *worker = flow->worker;
    const struct garim_batch *batch = &block->batch;
    block->tally.records = batch->owned_end - batch->owned_first;
    if (batch->count > 0) {
        if (flow->input < 0)
            worker->generate(state, batch->first_record, batch->count,
                             batch->out);
        else
            transform_batch(flow, block, state, rejects);
    }
    if (flow->input >= 0) check_edges(flow, block);
    change_edges(flow, block);
}

/* ---- writing ------------------------------------------------------------- */

/* Nothing of the first record that must not be written, and nothing after it.
 * A part that will be removed does without the whole window. */
static void cut_at_stop(const struct garim_flow *flow,
                        struct garim_block *block)
{
    const uint64_t stop = garim_rejects_stop(&flow->rejects);
    if (stop == GARIM_NONE) return;
    uint64_t end = flow->geometry.header_bytes +
                   (stop - flow->geometry.first_record) * flow->geometry.stride;
    if (flow->foreign) end = 0;
    if (end >= block->offset + block->data_bytes) return;
    block->data_bytes = flow->ordered && end > block->offset
                            ? (size_t)(end - block->offset)
                            : 0;
}

/* Whole sectors from an aligned address; what the part is cut to at its end
 * holds no old bytes. */
static size_t align_data(struct garim_block *block)
{
    uint8_t *aligned =
        block->buffer +
        garim_align_down((uint64_t)(block->data - block->buffer));
    if (aligned != block->data)
        memmove(aligned, block->data, block->data_bytes);
    block->data = aligned;
    const size_t bytes = garim_align_up(block->data_bytes);
    memset(aligned + block->data_bytes, 0, bytes - block->data_bytes);
    return bytes;
}

bool garim_block_ask_write(const struct garim_flow *flow,
                           struct garim_block *block)
{
    cut_at_stop(flow, block);
    block->tally.bytes_out = block->data_bytes;
    if (block->data_bytes == 0) return false;
    const size_t bytes =
        flow->direct_out ? align_data(block) : block->data_bytes;
    block->request = (struct garim_io_request){
        .operation = GARIM_IO_WRITE,
        .descriptor = flow->output,
        .buffer = block->data,
        .bytes = bytes,
        .offset = flow->output_base == GARIM_IO_STREAM
                      ? GARIM_IO_STREAM
                      : flow->output_base + block->offset,
        .uncached = flow->uncached_out,
    };
    return true;
}
