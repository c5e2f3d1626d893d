/* stream.c - cutting a stream into blocks of whole records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "flow/block.h"
#include "flow/flow.h"

/* How far ahead of the output its space is taken. */
enum { AHEAD_BYTES_MIN = 16 << 20, AHEAD_BYTES_MAX = 256 << 20 };

int garim_stream_open(struct garim_stream *stream,
                      const struct garim_framing *framing)
{
    const size_t carry_bytes_max =
        framing->trailer.bytes + 2 * framing->stride + GARIM_DIRECT_ALIGNMENT;
    const bool drops = framing->header.action == GARIM_EDGE_DROP;
    *stream = (struct garim_stream){
        .carry = malloc(carry_bytes_max),
        .carry_bytes_max = carry_bytes_max,
        .carry_header_bytes = framing->header.bytes,
        .carry_done_bytes = drops ? framing->header.bytes : 0,
        .unit_bytes = 1,
        .reserved_bytes = GARIM_NONE,
    };
    return stream->carry == NULL ? -1 : 0;
}

void garim_stream_align(struct garim_stream *stream, bool reserves)
{
    stream->unit_bytes = GARIM_DIRECT_ALIGNMENT;
    if (reserves) stream->reserved_bytes = 0;
}

void garim_stream_close(struct garim_stream *stream)
{
    if (stream->carry != NULL)
        explicit_bzero(stream->carry, stream->carry_bytes_max);
    free(stream->carry);
    stream->carry = NULL;
}

/* Where the carry goes, so that what is written is aligned. */
static uint8_t *begin_of(const struct garim_stream *stream,
                         const struct garim_block *block)
{
    return block->buffer + garim_align_up(stream->carry_done_bytes) -
           stream->carry_done_bytes;
}

void garim_stream_ask(struct garim_flow *flow, struct garim_block *block)
{
    const struct garim_stream *stream = &flow->stream;
    uint8_t *begin = begin_of(stream, block);
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
}

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

/* Find the rows among `total` bytes from `begin`; returns how many bytes up to
 * their end.  `*ret_whole`: the rest is no more than the trailer. */
static size_t find_rows(struct garim_flow *flow, struct garim_block *block,
                        uint8_t *begin, size_t total, bool *ret_whole)
{
    struct garim_stream *stream = &flow->stream;
    const struct garim_framing *framing = flow->framing;
    const size_t head = stream->carry_header_bytes;
    *ret_whole = false;
    if (total < head + framing->trailer.bytes) {
        ASSERT(stream->ended);
        break_off_in_edges(flow);
        return stream->carry_done_bytes;
    }
    const size_t body = total - head - framing->trailer.bytes;
    struct garim_extent extent = {.records = body / framing->stride};
    if (stream->ended) extent = garim_framing_extent(framing, body);
    const size_t rows = extent.records;
    block->batch = (struct garim_batch){
        .in = begin + head,
        .out = begin + head,
        .count = rows,
        .first_record = stream->records,
        .owned_first = stream->carry_done_bytes > head,
        .owned_end = rows,
        .last_unterminated = extent.last_unterminated,
    };
    stream->records += rows;
    *ret_whole = stream->ended && extent.rest_bytes == 0;
    if (extent.rest_bytes != 0) break_off(flow, extent.rest_bytes);
    return head + rows * framing->stride -
           (extent.last_unterminated ? framing->terminator_bytes : 0);
}

/* The block writes whole units; the next gets the rest of `total` bytes from
 * `begin`, from the first record on that is not written whole. */
static void carry_on(struct garim_flow *flow, struct garim_block *block,
                     const uint8_t *begin, size_t total)
{
    struct garim_stream *stream = &flow->stream;
    const size_t stride = flow->framing->stride;
    block->data_bytes -= block->data_bytes % stream->unit_bytes;
    const size_t end = stream->carry_done_bytes + block->data_bytes;
    ASSERT(end > stream->carry_header_bytes);
    const size_t body = end - stream->carry_header_bytes;
    const size_t cut = body % stride;
    block->batch.count = block->batch.owned_end = body / stride + (cut > 0);
    stream->records = block->batch.first_record + body / stride;
    stream->carry_header_bytes = 0;
    stream->carry_done_bytes = cut;
    stream->carry_bytes = total - (end - cut);
    ASSERT(stream->carry_bytes <= stream->carry_bytes_max);
    memcpy(stream->carry, begin + end - cut, stream->carry_bytes);
}

/* Writes into space that is there need no worker of the kernel.  Where no more
 * can be had the writes will say so. */
static void reserve(struct garim_flow *flow)
{
    struct garim_stream *stream = &flow->stream;
    const uint64_t end = stream->output_bytes;
    if (end <= stream->reserved_bytes) return;
    uint64_t ahead = end < AHEAD_BYTES_MIN ? AHEAD_BYTES_MIN : end;
    if (ahead > AHEAD_BYTES_MAX) ahead = AHEAD_BYTES_MAX;
    stream->reserved_bytes = end + ahead;
    if (flow->io->preallocate(flow->output, end + ahead) >= 0) return;
    (void)flow->io->truncate(flow->output, end);
    stream->reserved_bytes = GARIM_NONE;
}

void garim_stream_take(struct garim_flow *flow, struct garim_block *block)
{
    struct garim_stream *stream = &flow->stream;
    const size_t lead = stream->carry_done_bytes;
    const size_t moved = (size_t)block->request.result;
    const size_t total = stream->carry_bytes + moved;
    uint8_t *begin = begin_of(stream, block);
    stream->ended = moved < block->request.bytes;
    stream->input_bytes += moved;

    bool whole;
    const size_t used = find_rows(flow, block, begin, total, &whole);
    const bool keeps = flow->framing->trailer.action != GARIM_EDGE_DROP;
    if (whole) block->body_end = stream->output_bytes + used - lead;
    block->data = begin + lead;
    block->data_bytes = (whole && keeps ? total : used) - lead;
    block->offset = stream->output_bytes;
    block->tally.bytes_in = moved;
    if (!stream->ended) carry_on(flow, block, begin, total);
    stream->output_bytes += block->data_bytes;
    if (!stream->ended) reserve(flow);
}
