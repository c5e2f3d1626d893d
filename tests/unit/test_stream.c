/* test_stream.c - a stream moves on at every bound, and leaves nothing behind
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/limits.h"
#include "flow/block.h"
#include "flow/flow.h"

enum { ROUNDS = 6, CANARY = 0x5c, LINKS_BYTES = 64 };

static struct garim_flow flow;
static struct garim_job_options options;
static struct garim_block block;

static void open_stream(const struct garim_framing *framing,
                        size_t window_bytes)
{
    flow = (struct garim_flow){
        .options = &options,
        .framing = framing,
        .source = &garim_source_stream,
        .sink = &garim_sink_append,
        .input_base = GARIM_IO_STREAM,
        .geometry = {.in_stride = framing->stride,
                     .out_stride = framing->stride},
        .buffer_bytes =
            garim_geometry_buffer_bytes(framing, framing->stride, window_bytes),
    };
    block = (struct garim_block){
        .buffer = aligned_alloc(GARIM_DIRECT_ALIGNMENT, flow.buffer_bytes),
    };
    cr_assert_not_null(block.buffer);
    cr_assert_eq(garim_stream_open(&flow.stream, framing), 0);
}

/* Let the read that is asked for bring `bytes`, or all that it asks for. */
static void read_on(size_t bytes)
{
    garim_source_stream.ask(&flow, &block);
    struct garim_io_request *request = &block.request;
    cr_assert_gt(request->bytes, 0);
    cr_assert_leq((uint8_t *)request->buffer + request->bytes,
                  block.buffer + flow.buffer_bytes);
    const uint64_t before = flow.stream.output_bytes;
    const size_t moved = bytes < request->bytes ? bytes : request->bytes;
    memset(request->buffer, CANARY, moved);
    request->result = (int64_t)moved;
    cr_assert_null(garim_source_stream.take(&flow, &block));
    cr_assert_leq(block.data + (flow.stream.output_bytes - before),
                  block.buffer + flow.buffer_bytes);
    /* As in the sectors of the output, so that nothing need be moved. */
    cr_assert_eq((uint64_t)(block.data - block.buffer) % GARIM_DIRECT_ALIGNMENT,
                 before % GARIM_DIRECT_ALIGNMENT);
}

static void pass_stream(const struct garim_framing *framing,
                        size_t window_bytes)
{
    open_stream(framing, window_bytes);
    for (uint64_t i = 0; i < ROUNDS; i++) {
        const uint64_t before = flow.stream.output_bytes;
        block.index = i;
        read_on(SIZE_MAX);
        cr_assert_not(flow.stream.ended);
        cr_assert_gt(flow.stream.output_bytes, before, "no progress");
    }
    garim_stream_close(&flow.stream);
    free(block.buffer);
}

/* Each bound of each number, with both neighbours of a sector among them. */
static const size_t lengths[] = {1, 4095, 4096, 4097, GARIM_RECORD_BYTES_MAX};
static const size_t edges[] = {0, 1, 4096, GARIM_EDGE_BYTES_MAX};
static const size_t windows[] = {GARIM_WINDOW_BYTES_MIN, 65536};

enum {
    LENGTHS = sizeof lengths / sizeof *lengths,
    EDGES = sizeof edges / sizeof *edges,
    WINDOWS = sizeof windows / sizeof *windows,
    TERMINATORS = 3,
    KINDS = 3, /* of enum garim_edge */
    ALL = LENGTHS * EDGES * EDGES * WINDOWS * TERMINATORS * KINDS * KINDS,
};

/* The next digit of `*number`, which counts through all combinations. */
static size_t take(size_t *number, size_t base)
{
    const size_t digit = *number % base;
    *number /= base;
    return digit;
}

Test(stream, moves_on_at_the_bounds_of_every_shape)
{
    static const char *const texts[TERMINATORS] = {"", "\n", "\r\n"};
    for (size_t i = 0; i < ALL; i++) {
        size_t rest = i;
        struct garim_framing framing = {.layout_name = "bound"};
        framing.terminator_bytes = take(&rest, TERMINATORS);
        framing.terminator = texts[framing.terminator_bytes];
        framing.stride =
            lengths[take(&rest, LENGTHS)] + framing.terminator_bytes;
        framing.header.bytes = edges[take(&rest, EDGES)];
        framing.trailer.bytes = edges[take(&rest, EDGES)];
        framing.header.action = (enum garim_edge_action)take(&rest, KINDS);
        framing.trailer.action = (enum garim_edge_action)take(&rest, KINDS);
        const size_t window = windows[take(&rest, WINDOWS)];
        pass_stream(&framing, window);
    }
}

/* Bytes of the canary in memory that nobody owns; the kernel reads it. */
static size_t count_canaries(const uint8_t *from, size_t bytes)
{
    uint8_t copy[8192];
    const struct iovec local = {copy, bytes};
    const struct iovec remote = {(void *)(uintptr_t)from, bytes};
    size_t count = 0;
    cr_assert_leq(bytes, sizeof copy);
    cr_assert_eq(process_vm_readv(getpid(), &local, 1, &remote, 1, 0),
                 (ssize_t)bytes);
    for (size_t i = 0; i < bytes; i++)
        count += copy[i] == CANARY;
    return count;
}

Test(stream, a_closed_stream_leaves_no_input)
{
    const struct garim_framing framing = {
        .stride = 1000, .trailer.bytes = 3000, .layout_name = "carried"};
    /* What malloc gives back to the system can not be looked at. */
    (void)mallopt(M_MMAP_MAX, 0);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    open_stream(&framing, GARIM_WINDOW_BYTES_MIN);
    read_on(SIZE_MAX);
    const uint8_t *carry = flow.stream.carry + LINKS_BYTES;
    const size_t bytes = flow.stream.carry_bytes - LINKS_BYTES;
    cr_assert_geq(bytes, 2000);
    cr_assert_eq(count_canaries(carry, bytes), bytes, "the test is blind");
    garim_stream_close(&flow.stream);
    cr_assert_eq(count_canaries(carry, bytes), 0);
    free(block.buffer);
}
