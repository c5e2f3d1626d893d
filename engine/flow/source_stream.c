/* source_stream.c - a stream, cut into blocks of whole records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "flow/flow.h"
#include "flow/source.h"

int garim_stream_open(struct garim_stream *stream,
                      const struct garim_framing *framing)
{
    const size_t carry_bytes_max = framing->trailer.bytes + framing->stride;
    *stream = (struct garim_stream){
        .carry = malloc(carry_bytes_max),
        .carry_bytes_max = carry_bytes_max,
    };
    return stream->carry == NULL ? -1 : 0;
}

void garim_stream_close(struct garim_stream *stream)
{
    if (stream->carry != NULL)
        explicit_bzero(stream->carry, stream->carry_bytes_max);
    free(stream->carry);
    stream->carry = NULL;
}

/* ---- reading ------------------------------------------------------------- */

/* Where in its buffer a block begins, so that the first byte that it writes
 * stands in memory as it will in its sector; the header, where it is dropped,
 * stands before. */
static uint8_t *begin_of(const struct garim_flow *flow,
                         const struct garim_block *block)
{
    const struct garim_stream *stream = &flow->stream;
    const size_t dropped =
        block->index == 0 && flow->framing->header.action == GARIM_EDGE_DROP
            ? flow->framing->header.bytes
            : 0;
    return block->buffer + garim_align_up(dropped) - dropped +
           stream->output_bytes % GARIM_DIRECT_ALIGNMENT;
}

static void stream_ask(struct garim_flow *flow, struct garim_block *block)
{
    const struct garim_stream *stream = &flow->stream;
    uint8_t *begin = begin_of(flow, block);
    memcpy(begin, stream->carry, stream->carry_bytes);
    uint8_t *end = begin + stream->carry_bytes;
    block->request = (struct garim_io_request){
        .operation = GARIM_IO_READ,
        .descriptor = flow->input,
        .buffer = end,
        .bytes = (size_t)(block->buffer + flow->buffer_bytes - end),
        .offset = flow->input_base == GARIM_IO_STREAM
                      ? GARIM_IO_STREAM
                      : flow->input_base + stream->input_bytes,
        .uncached = flow->uncached_in,
    };
    /* Or the stream would neither move on nor end. */
    ASSERT(end < block->buffer + flow->buffer_bytes);
    block->batch = (struct garim_batch){.first_record = stream->records};
    block->header = block->trailer = (struct garim_edge_piece){0};
    block->last = false;
}

/* ---- where it ends ------------------------------------------------------- */

/* The stream ends where it should not; `rest` bytes are left over. */
static void break_off(struct garim_flow *flow, uint64_t rest)
{
    const struct garim_stream *stream = &flow->stream;
    const struct garim_framing *framing = flow->framing;
    struct garim_error error;
    (void)garim_error_set_path(
        &error, GARIM_INPUT, flow->input_path,
        "the input ends inside a record or its trailer: %llu bytes of %zu; "
        "whole records before it: %llu; check that it is complete",
        (unsigned long long)rest, framing->stride,
        (unsigned long long)stream->records);
    error.record = stream->records;
    error.offset = garim_framing_offset(framing, stream->records);
    garim_rejects_break(&flow->rejects, stream->records, &error);
}

static void break_off_in_edges(struct garim_flow *flow)
{
    const struct garim_framing *framing = flow->framing;
    struct garim_error error;
    (void)garim_error_set_path(
        &error, GARIM_INPUT, flow->input_path,
        "the input is shorter (%llu bytes) than the header and trailer (%zu) "
        "of layout %s; check that it is complete",
        (unsigned long long)flow->stream.input_bytes,
        framing->header.bytes + framing->trailer.bytes, framing->layout_name);
    garim_rejects_break(&flow->rejects, 0, &error);
}

/* ---- cutting ------------------------------------------------------------- */

/* Find header, rows and trailer among `total` bytes from `begin`; returns how
 * many bytes up to the end of the rows. */
static size_t find_rows(struct garim_flow *flow, struct garim_block *block,
                        uint8_t *begin, size_t total)
{
    struct garim_stream *stream = &flow->stream;
    const struct garim_framing *framing = flow->framing;
    const size_t head = block->index == 0 ? framing->header.bytes : 0;
    if (total < head + framing->trailer.bytes) {
        ASSERT(stream->ended);
        break_off_in_edges(flow);
        return 0;
    }
    const size_t body = total - head - framing->trailer.bytes;
    struct garim_extent extent = {.records = body / framing->stride};
    if (stream->ended) extent = garim_framing_extent(framing, body);
    ASSERT(stream->ended || extent.records > 0);
    block->batch = (struct garim_batch){
        .in = begin + head,
        .count = extent.records,
        .first_record = stream->records,
        .owned_end = extent.records,
        .last_unterminated = extent.last_unterminated,
    };
    stream->records += extent.records;
    block->trailer_record = stream->records;
    const size_t used =
        head + extent.records * framing->stride -
        (extent.last_unterminated ? framing->terminator_bytes : 0);
    if (framing->header.action != GARIM_EDGE_DROP)
        block->header = (struct garim_edge_piece){.in = begin, .bytes = head};
    if (extent.rest_bytes != 0)
        break_off(flow, extent.rest_bytes);
    else if (stream->ended && framing->trailer.action != GARIM_EDGE_DROP)
        block->trailer = (struct garim_edge_piece){
            .in = begin + used, .bytes = framing->trailer.bytes};
    return used;
}

static const char *stream_take(struct garim_flow *flow,
                               struct garim_block *block)
{
    struct garim_stream *stream = &flow->stream;
    const size_t moved = (size_t)block->request.result;
    const size_t total = stream->carry_bytes + moved;
    ASSERT(moved <= block->request.bytes && !stream->ended);
    uint8_t *begin = begin_of(flow, block);
    stream->ended = moved < block->request.bytes;
    stream->input_bytes += moved;
    const size_t used = find_rows(flow, block, begin, total);
    block->last = stream->ended;
    block->tally.bytes_in = moved;
    garim_block_lay_out(flow, block,
                        stream->output_bytes % GARIM_DIRECT_ALIGNMENT);
    stream->output_bytes +=
        block->header.bytes + block->batch.count * flow->geometry.out_stride;
    stream->carry_bytes = stream->ended ? 0 : total - used;
    ASSERT(stream->carry_bytes <= stream->carry_bytes_max);
    memcpy(stream->carry, begin + used, stream->carry_bytes);
    return NULL;
}

static uint64_t stream_give_up(struct garim_flow *flow,
                               struct garim_block *block,
                               struct garim_error *error)
{
    (void)error;
    flow->stream.ended = true;
    block->last = true;
    garim_block_lay_out(flow, block, 0);
    return flow->stream.records;
}

const struct garim_source garim_source_stream = {
    .name = "stream",
    .reads = true,
    .in_turn = true,
    .ask = stream_ask,
    .take = stream_take,
    .give_up = stream_give_up,
};
