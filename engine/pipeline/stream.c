/* stream.c - cutting a stream into blocks of whole records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "pipeline/block.h"
#include "pipeline/run.h"

int garim_stream_open(struct garim_stream *stream, size_t carry_bytes_max)
{
    *stream = (struct garim_stream){.carry = malloc(carry_bytes_max)};
    return stream->carry == NULL ? -1 : 0;
}

void garim_stream_close(struct garim_stream *stream)
{
    free(stream->carry);
    stream->carry = NULL;
}

void garim_stream_ask(struct garim_run *run, struct garim_block *block)
{
    const struct garim_stream *stream = &run->stream;
    memcpy(block->buffer, stream->carry, stream->carry_bytes);
    block->request = (struct garim_io_request){
        .operation = GARIM_IO_READ,
        .descriptor = run->input,
        .buffer = block->buffer + stream->carry_bytes,
        .bytes = run->buffer_bytes - stream->carry_bytes,
        .offset = run->input_base == GARIM_IO_STREAM
                      ? GARIM_IO_STREAM
                      : run->input_base + stream->input_bytes,
        .uncached = run->uncached_in,
    };
}

/* The stream ends where it should not; `rest` bytes are left over. */
static void break_off(struct garim_run *run, uint64_t rest)
{
    const struct garim_stream *stream = &run->stream;
    const struct garim_shape *shape = run->job->shape;
    struct garim_error error;
    (void)garim_error_set_path(
        &error, GARIM_INPUT, run->input_path,
        "the input ends inside a record or its trailer: %llu bytes of %zu; "
        "whole records before it: %llu; check that it is complete",
        (unsigned long long)rest, shape->stride,
        (unsigned long long)stream->records);
    error.record = stream->records;
    error.offset = shape->header_bytes + stream->records * shape->stride;
    garim_rejects_break(&run->rejects, stream->records, &error);
}

static void break_off_in_edges(struct garim_run *run)
{
    const struct garim_shape *shape = run->job->shape;
    struct garim_error error;
    (void)garim_error_set_path(
        &error, GARIM_INPUT, run->input_path,
        "the input is shorter (%llu bytes) than the header and trailer (%zu) "
        "of layout %s; check that it is complete",
        (unsigned long long)run->stream.input_bytes,
        shape->header_bytes + shape->trailer_bytes, shape->layout_name);
    garim_rejects_break(&run->rejects, 0, &error);
}

/* Find the rows among `total` bytes of the block, `head` of them the header;
 * returns how many bytes up to their end.  `*ret_whole`: the rest is no more
 * than the trailer. */
static size_t find_rows(struct garim_run *run, struct garim_block *block,
                        size_t total, size_t head, bool *ret_whole)
{
    struct garim_stream *stream = &run->stream;
    const struct garim_shape *shape = run->job->shape;
    *ret_whole = false;
    if (total < head + shape->trailer_bytes) {
        ASSERT(stream->ended);
        break_off_in_edges(run);
        return 0;
    }
    const size_t body = total - head - shape->trailer_bytes;
    uint64_t rest = 0;
    bool unterminated = false;
    size_t rows = body / shape->stride;
    if (stream->ended)
        rows =
            (size_t)garim_geometry_records(shape, body, &rest, &unterminated);
    block->rows = (struct garim_rows){
        .base = block->buffer + head,
        .count = rows,
        .first_record = stream->records,
        .owned_end = rows,
        .last_unterminated = unterminated,
    };
    stream->records += rows;
    *ret_whole = stream->ended && rest == 0;
    if (rest != 0) break_off(run, rest);
    return head + rows * shape->stride - (unterminated ? shape->terminator : 0);
}

void garim_stream_take(struct garim_run *run, struct garim_block *block)
{
    struct garim_stream *stream = &run->stream;
    const struct garim_shape *shape = run->job->shape;
    const size_t moved = (size_t)block->request.result;
    const size_t total = stream->carry_bytes + moved;
    const size_t head = block->index == 0 ? shape->header_bytes : 0;
    stream->ended = moved < block->request.bytes;
    stream->input_bytes += moved;

    bool whole;
    const size_t used = find_rows(run, block, total, head, &whole);
    const size_t skipped = shape->header == GARIM_EDGE_DROP ? head : 0;
    size_t end = used;
    if (whole) {
        block->body_end = stream->output_bytes + used - skipped;
        if (shape->trailer != GARIM_EDGE_DROP) end = total;
    } else if (!stream->ended) {
        stream->carry_bytes = total - used;
        memcpy(stream->carry, block->buffer + used, stream->carry_bytes);
    }
    block->data = block->buffer + skipped;
    block->data_bytes = end < skipped ? 0 : end - skipped;
    block->offset = stream->output_bytes;
    block->tally.bytes_in = moved;
    stream->output_bytes += block->data_bytes;
}
