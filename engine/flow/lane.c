/* lane.c - a worker with its own ring and its own blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "base/error.h"
#include "flow/sizing.h"

/* ---- opening ------------------------------------------------------------- */

/* Anonymous memory, taken at once, on huge pages where it fills one: O_DIRECT
 * transfers are not cut into many segments then. */
static int take_memory(struct garim_lane *lane, size_t bytes)
{
    bytes = garim_sizing_round(bytes);
    const size_t unit = bytes % GARIM_HUGE_PAGE_BYTES == 0
                            ? GARIM_HUGE_PAGE_BYTES
                            : GARIM_DIRECT_ALIGNMENT;
    uint8_t *memory = mmap(NULL, bytes + unit, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return -1;
    const size_t before = -(uintptr_t)memory % unit;
    if (before > 0) (void)munmap(memory, before);
    memory += before;
    (void)munmap(memory + bytes, unit - before);
    lane->memory = memory;
    lane->memory_bytes = bytes;
    if (unit == GARIM_HUGE_PAGE_BYTES)
        (void)madvise(memory, bytes, MADV_HUGEPAGE);
    /* EINVAL: before Linux 5.14 the pages come with the first use. */
    return madvise(memory, bytes, MADV_POPULATE_WRITE) != 0 && errno != EINVAL
               ? -1
               : 0;
}

static int open_queue(struct garim_lane *lane)
{
    struct garim_flow *flow = lane->flow;
    const struct iovec buffers = {lane->memory, lane->memory_bytes};
    const int descriptors[] = {flow->output, flow->input};
    struct garim_io_queue_options options = {.depth = flow->depth,
                                             .stop = &flow->stop};
    if ((flow->options->without & GARIM_WITHOUT_REGISTERED) == 0) {
        options.buffers = &buffers;
        options.buffer_count = 1;
        options.descriptors = descriptors;
        options.descriptor_count = flow->source->reads ? 2 : 1;
    }
    const int result = lane->io->queue_open(&lane->queue, &options);
    if (result > 0) flow->unregistered = true;
    if (result >= 0 || flow->options->io != GARIM_IO_AUTO ||
        lane->io == &garim_io_posix)
        return result;
    flow->fell_back = true;
    lane->io = &garim_io_posix;
    return lane->io->queue_open(&lane->queue, &options);
}

static int take_all_memory(struct garim_lane *lane)
{
    const struct garim_flow *flow = lane->flow;
    const size_t count_size = garim_watermark_words(&flow->watermark);
    lane->blocks = calloc(flow->depth, sizeof *lane->blocks);
    lane->counts = calloc(flow->depth * count_size + 1, sizeof *lane->counts);
    lane->rejects = calloc(flow->rejects_max, sizeof *lane->rejects);
    if (lane->blocks == NULL || lane->counts == NULL || lane->rejects == NULL)
        return -1;
    const size_t block_bytes = flow->buffer_bytes + flow->made_bytes;
    if (take_memory(lane, flow->depth * block_bytes) < 0) return -1;
    for (unsigned i = 0; i < flow->depth; i++) {
        struct garim_block *block = &lane->blocks[i];
        block->buffer = lane->memory + i * block_bytes;
        if (flow->made_bytes > 0)
            block->made = block->buffer + flow->buffer_bytes;
        lane->blocks[i].tally.counts = lane->counts + i * count_size;
    }
    return 0;
}

enum garim_status garim_lane_open(struct garim_lane *lane,
                                  struct garim_flow *flow,
                                  struct garim_error *error)
{
    ASSERT(flow->depth > 0 && flow->rejects_max > 0);
    ASSERT(flow->source != NULL && flow->sink != NULL);
    *lane = (struct garim_lane){.flow = flow, .io = flow->io};
    if (take_all_memory(lane) < 0) return garim_error_no_memory(error);
    const int result = open_queue(lane);
    if (result < 0)
        return garim_error_set(error, GARIM_USAGE,
                               "%s is not available (%s); let --io choose",
                               lane->io->name, garim_error_text(-result));
    return flow->worker->open(flow->worker->user, &lane->worker, error);
}

void garim_lane_close(struct garim_lane *lane)
{
    if (lane->worker != NULL) lane->flow->worker->close(lane->worker);
    if (lane->queue != NULL) lane->io->queue_close(lane->queue);
    if (lane->memory != NULL) (void)munmap(lane->memory, lane->memory_bytes);
    free(lane->rejects);
    free(lane->counts);
    free(lane->blocks);
}

/* ---- one block ----------------------------------------------------------- */

static void submit(struct garim_lane *lane, struct garim_block *block,
                   enum garim_block_state state)
{
    ASSERT(lane->in_flight < lane->flow->depth);
    ASSERT(block->state != GARIM_BLOCK_READING &&
           block->state != GARIM_BLOCK_WRITING);
    lane->in_flight++;
    block->state = state;
    lane->io->submit(lane->queue, &block->request);
}

/* Whether `bytes` may be read now. */
static bool may_read(struct garim_lane *lane, size_t bytes)
{
    const struct garim_flow *flow = lane->flow;
    if (!flow->source->reads || flow->pace.bytes_per_second == 0) return true;
    lane->paced = !garim_pace_take(&lane->flow->pace, bytes, flow->io->clock());
    return !lane->paced;
}

/* Nothing is left to claim for this lane, or shall be. */
static bool is_at_end(const struct garim_flow *flow)
{
    return flow->drain ||
           (!flow->source->in_turn &&
            flow->next_index >= flow->geometry.window_count) ||
           garim_rejects_stop(&flow->rejects) != GARIM_NONE;
}

/* Begin with the records of the block. */
static void begin(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_flow *flow = lane->flow;
    flow->source->ask(flow, block);
    if (flow->source->reads)
        submit(lane, block, GARIM_BLOCK_READING);
    else
        block->state = GARIM_BLOCK_READ;
}

/* Claim the next block, in the order of the output. */
static bool claim(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_flow *flow = lane->flow;
    const bool in_turn = flow->source->in_turn;
    lane->ended |= is_at_end(flow);
    if (lane->ended) return false;
    if (flow->next_index >= flow->claim_end ||
        (!in_turn && !may_read(lane, flow->geometry.window_bytes)))
        return false;
    const uint64_t index = garim_flow_claim(flow);
    if (index == GARIM_NONE) return false;
    lane->ended = !in_turn && index >= flow->geometry.window_count;
    if (lane->ended) return false;
    memset(block->tally.counts, 0,
           garim_watermark_words(&flow->watermark) *
               sizeof *block->tally.counts);
    block->index = index;
    if (in_turn)
        block->state = GARIM_BLOCK_QUEUED;
    else
        begin(lane, block);
    return true;
}

/* Read from the stream, if it is the block's turn. */
static bool read_in_turn(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_flow *flow = lane->flow;
    if (!garim_turn_is(&flow->read_turn, block->index)) return false;
    lane->ended =
        flow->stream.ended || garim_rejects_stop(&flow->rejects) != GARIM_NONE;
    if (lane->ended) {
        garim_turn_pass(&flow->read_turn, block->index);
        block->state = GARIM_BLOCK_FREE;
        return true;
    }
    if (!may_read(lane, flow->buffer_bytes)) return false;
    begin(lane, block);
    return true;
}

/* The input cannot be read on from this block; those before it are not
 * concerned. */
static void break_reading(struct garim_lane *lane, struct garim_block *block,
                          const char *why)
{
    struct garim_flow *flow = lane->flow;
    struct garim_error error;
    (void)garim_error_set_path(&error, GARIM_INPUT, flow->input_path,
                               "cannot read the input (%s); check it and run "
                               "again",
                               why);
    const uint64_t record = flow->source->give_up(flow, block, &error);
    garim_rejects_break(&flow->rejects, record, &error);
    block->batch.count = 0;
    block->batch.owned_first = block->batch.owned_end = 0;
    block->header = block->trailer = (struct garim_edge_piece){0};
    block->data_bytes = 0;
    block->tally.bytes_in = 0;
}

static void finish_read(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_flow *flow = lane->flow;
    const int64_t result = block->request.result;
    ASSERT(result <= (int64_t)block->request.bytes);
    const char *why = result < 0 ? garim_error_text((int)-result)
                                 : flow->source->take(flow, block);
    if (why != NULL) break_reading(lane, block, why);
    block->state = GARIM_BLOCK_READ;
    if (flow->source->in_turn) garim_turn_pass(&flow->read_turn, block->index);
}

/* The block is done: where writes have an order, let the next one write. */
static void finish_block(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_flow *flow = lane->flow;
    ASSERT(block->state == GARIM_BLOCK_TRANSFORMED ||
           block->state == GARIM_BLOCK_WRITING);
    garim_flow_count(flow, block->index, &block->tally);
    block->state = GARIM_BLOCK_FREE;
    if (flow->sink->writes_in_turn)
        garim_turn_pass(&flow->place_turn, block->index);
}

/* Place the block and write it, if it is its turn. */
static bool place(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_flow *flow = lane->flow;
    const struct garim_sink *sink = flow->sink;
    if (sink->in_turn && !garim_turn_is(&flow->place_turn, block->index))
        return false;
    /* What a reader was given cannot be taken back. */
    if (sink->writes_in_turn) garim_block_cut(flow, block, lane->worker);
    const bool writes = sink->place(flow, block);
    if (block->tally.bytes_out > 0) {
        const struct garim_view view = {block->data, block->tally.bytes_out,
                                        block->offset};
        garim_observers_see(&flow->observers,
                            block->tally.counts + flow->worker->count_size,
                            &view);
    }
    if (sink->in_turn && !sink->writes_in_turn)
        garim_turn_pass(&flow->place_turn, block->index);
    if (writes)
        submit(lane, block, GARIM_BLOCK_WRITING);
    else
        finish_block(lane, block);
    return true;
}

static void finish_write(struct garim_lane *lane, struct garim_block *block)
{
    const int64_t result = block->request.result;
    if (result >= 0) {
        finish_block(lane, block);
        return;
    }
    struct garim_error error;
    (void)garim_error_output(lane->flow->output_path, "write", (int)result,
                             &error);
    error.offset = block->offset;
    garim_flow_fail(lane->flow, &error);
}

/* ---- the state machine --------------------------------------------------- */

static bool stay(struct garim_lane *lane, struct garim_block *block)
{
    (void)lane;
    (void)block;
    return false;
}

/* What can be done for a block without waiting and without much work. */
static bool (*const moves[])(struct garim_lane *, struct garim_block *) = {
    [GARIM_BLOCK_FREE] = claim,        [GARIM_BLOCK_QUEUED] = read_in_turn,
    [GARIM_BLOCK_READING] = stay,      [GARIM_BLOCK_READ] = stay,
    [GARIM_BLOCK_TRANSFORMED] = place, [GARIM_BLOCK_WRITING] = stay,
};
static_assert(sizeof moves / sizeof *moves == GARIM_BLOCK_STATES,
              "a move for each state");

static void settle(struct garim_lane *lane, struct garim_io_request *request)
{
    struct garim_block *block = (struct garim_block *)(void *)((
        (uint8_t *)request - offsetof(struct garim_block, request)));
    ASSERT(lane->in_flight > 0);
    ASSERT(block->state == GARIM_BLOCK_READING ||
           block->state == GARIM_BLOCK_WRITING);
    lane->in_flight--;
    if (block->state == GARIM_BLOCK_READING)
        finish_read(lane, block);
    else
        finish_write(lane, block);
}

/* The lowest block in state `a` or `b`, or NULL. */
static struct garim_block *lowest(struct garim_lane *lane,
                                  enum garim_block_state a,
                                  enum garim_block_state b)
{
    struct garim_block *found = NULL;
    for (unsigned i = 0; i < lane->flow->depth; i++) {
        struct garim_block *block = &lane->blocks[i];
        if (block->state != a && block->state != b) continue;
        if (found == NULL || block->index < found->index) found = block;
    }
    return found;
}

static void transform(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_flow *flow = lane->flow;
    ASSERT(block->state == GARIM_BLOCK_READ);
    while (sem_wait(&flow->gate) != 0)
        ASSERT(errno == EINTR);
    garim_block_transform(flow, block, lane->worker, lane->rejects);
    ASSERT(sem_post(&flow->gate) == 0);
    block->state = GARIM_BLOCK_TRANSFORMED;
}

enum garim_step garim_lane_step(struct garim_lane *lane)
{
    struct garim_flow *flow = lane->flow;
    bool moved = false;
    struct garim_io_request *request;
    while (lane->in_flight > 0 &&
           (request = lane->io->reap(lane->queue, false)) != NULL) {
        settle(lane, request);
        moved = true;
    }
    if (flow->stop)
        return lane->in_flight > 0 ? GARIM_STEP_WAIT : GARIM_STEP_DONE;

    bool busy = false;
    lane->paced = false;
    for (unsigned i = 0; i < flow->depth; i++) {
        struct garim_block *block = &lane->blocks[i];
        ASSERT(block->state < GARIM_BLOCK_STATES);
        moved |= moves[block->state](lane, block);
        busy |= block->state != GARIM_BLOCK_FREE;
    }
    if (moved) return GARIM_STEP_PROGRESS;
    if (!busy && !lane->paced)
        return lane->ended ? GARIM_STEP_DONE : GARIM_STEP_WAIT;

    /* Last, since the requests above are on their way meanwhile. */
    struct garim_block *block =
        lowest(lane, GARIM_BLOCK_READ, GARIM_BLOCK_READ);
    if (block == NULL) return GARIM_STEP_WAIT;
    transform(lane, block);
    return GARIM_STEP_PROGRESS;
}

void garim_lane_wait(struct garim_lane *lane)
{
    struct garim_flow *flow = lane->flow;
    if (lane->in_flight > 0) {
        settle(lane, lane->io->reap(lane->queue, true));
        return;
    }
    const struct garim_block *block =
        lowest(lane, GARIM_BLOCK_QUEUED, GARIM_BLOCK_TRANSFORMED);
    const bool queued = block != NULL && block->state == GARIM_BLOCK_QUEUED;
    struct garim_turn *turn = queued ? &flow->read_turn : &flow->place_turn;
    if (block != NULL && !garim_turn_is(turn, block->index))
        garim_turn_wait(turn, block->index);
    else if (lane->paced && (block == NULL || queued))
        garim_pace_wait(&flow->pace);
    else if (block == NULL)
        garim_flow_wait_for_room(flow);
}
