/* block.c - whole records that travel together through one buffer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/block.h"

#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "flow/flow.h"
#include "flow/sink.h"
#include "flow/source.h"

void garim_block_lay_out(const struct garim_flow *flow,
                         struct garim_block *block, size_t room_bytes)
{
    const struct garim_batch *batch = &block->batch;
    const bool reads = flow->source->reads;
    block->data_bytes = 0;
    block->offset = 0;
    if (block->made != NULL || !reads)
        block->data = garim_block_memory(block) + room_bytes;
    else if (block->header.bytes > 0)
        block->data = (uint8_t *)(uintptr_t)block->header.in;
    else if (batch->count > 0)
        block->data = (uint8_t *)(uintptr_t)batch->in;
    else if (block->trailer.bytes > 0)
        block->data = (uint8_t *)(uintptr_t)block->trailer.in;
    else
        block->data = block->buffer;
    block->batch.in_stride = flow->geometry.in_stride;
    block->batch.out_stride = flow->geometry.out_stride;
    block->batch.out = block->data + block->header.bytes;
    ASSERT(block->made != NULL || !reads || batch->count == 0 ||
           block->batch.out == batch->in);
}

/* ---- header and trailer -------------------------------------------------- */

/* Whether a piece of an edge that is kept is as the policy says. */
static bool begins_so(const struct garim_edge_piece *piece,
                      const struct garim_begins *begins)
{
    if (piece->bytes == 0 || piece->from >= begins->bytes) return true;
    const size_t left = begins->bytes - (size_t)piece->from;
    return memcmp(piece->in, begins->data + piece->from,
                  piece->bytes < left ? piece->bytes : left) == 0;
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
    if (!begins_so(&block->header, &framing->header.begins)) {
        flow->foreign = true;
        break_edge(flow, "header", flow->geometry.first_record, 0);
    }
    if (!begins_so(&block->trailer, &framing->trailer.begins))
        break_edge(flow, "trailer", block->trailer_record,
                   garim_framing_offset(framing, block->trailer_record));
}

/* Make the piece at `out` what it shall be; one that is generated is blanks
 * with a terminator at its end. */
static void make_edge(const struct garim_framing *framing,
                      const struct garim_edge *edge,
                      const struct garim_edge_piece *piece, uint8_t *out)
{
    const size_t terminator_bytes = framing->terminator_bytes;
    const bool generated = piece->in == NULL;
    ASSERT(piece->from + piece->bytes <= edge->bytes);
    if (!generated && piece->in != out) memcpy(out, piece->in, piece->bytes);
    if (edge->action != GARIM_EDGE_BLANK && !generated) return;
    for (size_t i = 0; i < piece->bytes; i++) {
        const size_t left = edge->bytes - (size_t)(piece->from + i);
        if (generated && left <= terminator_bytes)
            out[i] = (uint8_t)framing->terminator[terminator_bytes - left];
        else if (generated || terminator_bytes == 0 ||
                 (out[i] != '\n' && out[i] != '\r'))
            out[i] = framing->blank;
    }
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

/* What `worker` makes of the batch, checked. */
static struct garim_made make_rows(struct garim_flow *flow,
                                   const struct garim_batch *batch,
                                   void *worker, uint64_t *counts,
                                   struct garim_reject *rejects)
{
    struct garim_made made;
    flow->worker->transform(worker, batch, counts, rejects, flow->rejects_max,
                            &made);
    ASSERT(made.reject_count <= flow->rejects_max);
    ASSERT(made.broken_row == SIZE_MAX || made.broken_row < batch->count);
    ASSERT(made.rows <= batch->count);
    ASSERT(made.bytes <= made.rows * batch->out_stride);
    ASSERT(flow->worker->drops || made.broken_row != SIZE_MAX ||
           made.rows == batch->count);
    return made;
}

/* Returns how many bytes came of the rows. */
static size_t transform_batch(struct garim_flow *flow,
                              struct garim_block *block, void *worker,
                              struct garim_reject *rejects)
{
    const struct garim_made made =
        make_rows(flow, &block->batch, worker, block->tally.counts, rejects);
    if (made.broken_row != SIZE_MAX)
        break_framing(flow, block, made.broken_row);
    if (made.reject_count > 0)
        garim_rejects_add(&flow->rejects, rejects, made.reject_count);
    /* Where rows are left out, each belongs to one block. */
    if (flow->worker->drops) block->tally.rows_out = made.rows;
    return made.bytes;
}

void garim_block_transform(struct garim_flow *flow, struct garim_block *block,
                           void *worker, struct garim_reject *rejects)
{
    const struct garim_framing *framing = flow->framing;
    const struct garim_batch *batch = &block->batch;
    size_t bytes = 0;
    block->tally.records = batch->owned_end - batch->owned_first;
    block->tally.rows_out = block->tally.records;
    if (batch->count > 0 && !flow->source->reads) {
        flow->worker->generate(worker, batch->first_record, batch->count,
                               batch->out);
        bytes = batch->count * batch->out_stride;
    } else if (batch->count > 0) {
        bytes = transform_batch(flow, block, worker, rejects);
    }
    if (flow->source->reads) check_edges(flow, block);
    if (block->data_bytes == 0)
        block->data_bytes = block->header.bytes + bytes + block->trailer.bytes;
    make_edge(framing, &framing->header, &block->header, block->data);
    make_edge(framing, &framing->trailer, &block->trailer,
              block->data + block->data_bytes - block->trailer.bytes);
}

/* ---- stopping ------------------------------------------------------------ */

bool garim_block_is_stopped(const struct garim_flow *flow,
                            const struct garim_block *block)
{
    const uint64_t stop = garim_rejects_stop(&flow->rejects);
    const uint64_t end = block->batch.first_record + block->batch.count;
    if (stop == GARIM_NONE) return false;
    return flow->foreign || stop < end ||
           (stop == end && block->trailer.bytes > 0);
}

void garim_block_cut(struct garim_flow *flow, struct garim_block *block,
                     void *worker)
{
    const uint64_t stop = garim_rejects_stop(&flow->rejects);
    struct garim_batch batch = block->batch;
    if (!garim_block_is_stopped(flow, block)) return;
    size_t bytes = 0;
    if (stop > batch.first_record && batch.count > 0) {
        if (batch.count > stop - batch.first_record)
            batch.count = (size_t)(stop - batch.first_record);
        batch.last_unterminated &= batch.count == block->batch.count;
        batch.owned_first = batch.owned_end = batch.count;
        bytes = batch.count * batch.out_stride;
        /* Only a worker that leaves rows out knows; and it is not in place. */
        if (flow->worker->drops)
            bytes = make_rows(flow, &batch, worker, block->tally.counts, NULL)
                        .bytes;
    }
    if (bytes > block->data_bytes) bytes = block->data_bytes;
    block->data_bytes = flow->foreign ? 0 : block->header.bytes + bytes;
}

/* ---- writing ------------------------------------------------------------- */

void garim_block_ask_write(const struct garim_flow *flow,
                           struct garim_block *block, uint8_t *from,
                           size_t bytes, uint64_t offset)
{
    ASSERT(bytes > 0);
    ASSERT(from >= garim_block_memory(block));
    block->request = (struct garim_io_request){
        .operation = GARIM_IO_WRITE,
        .descriptor = flow->output,
        .buffer = from,
        .bytes = bytes,
        .offset = flow->output_base == GARIM_IO_STREAM
                      ? GARIM_IO_STREAM
                      : flow->output_base + offset,
        .uncached = flow->uncached_out,
    };
}
