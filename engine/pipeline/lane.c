/* lane.c - a worker with its own ring and its own blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/lane.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/assert.h"
#include "base/error.h"
#include "pipeline/output.h"
#include "pipeline/plan.h"

/* ---- opening ------------------------------------------------------------- */

/* Anonymous memory, taken at once, on huge pages where it fills one: O_DIRECT
 * transfers are not cut into many segments then. */
static int take_memory(struct garim_lane *lane, size_t bytes)
{
    bytes = garim_plan_round(bytes);
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
    struct garim_run *run = lane->run;
    const struct iovec buffers = {lane->memory, lane->memory_bytes};
    const int descriptors[] = {run->output, run->input};
    struct garim_io_queue_options options = {.depth = run->depth,
                                             .stop = &run->stop};
    if ((run->job->options->without & GARIM_WITHOUT_REGISTERED) == 0) {
        options.buffers = &buffers;
        options.buffer_count = 1;
        options.descriptors = descriptors;
        options.descriptor_count = run->input < 0 ? 1 : 2;
    }
    const int result = lane->io->queue_open(&lane->queue, &options);
    if (result > 0) run->unregistered = true;
    if (result >= 0 || run->job->options->io != GARIM_IO_AUTO ||
        lane->io == &garim_io_posix)
        return result;
    run->fell_back = true;
    lane->io = &garim_io_posix;
    return lane->io->queue_open(&lane->queue, &options);
}

static int take_all_memory(struct garim_lane *lane)
{
    const struct garim_run *run = lane->run;
    const size_t count_size = run->job->worker->count_size;
    lane->blocks = calloc(run->depth, sizeof *lane->blocks);
    lane->counts = calloc(run->depth * count_size + 1, sizeof *lane->counts);
    lane->faults = calloc(run->faults_max, sizeof *lane->faults);
    if (lane->blocks == NULL || lane->counts == NULL || lane->faults == NULL)
        return -1;
    if (take_memory(lane, run->depth * run->buffer_bytes) < 0) return -1;
    for (unsigned i = 0; i < run->depth; i++) {
        lane->blocks[i].buffer = lane->memory + i * run->buffer_bytes;
        lane->blocks[i].tally.counts = lane->counts + i * count_size;
    }
    return 0;
}

enum garim_status garim_lane_open(struct garim_lane *lane,
                                  struct garim_run *run,
                                  struct garim_error *error)
{
    *lane = (struct garim_lane){.run = run, .io = run->io};
    if (take_all_memory(lane) < 0) return garim_error_no_memory(error);
    const int result = open_queue(lane);
    if (result < 0)
        return garim_error_set(error, GARIM_USAGE,
                               "%s is not available (%s); let --io choose",
                               lane->io->name, garim_error_text(-result));
    return run->job->worker->open(run->job->worker->user, &lane->worker, error);
}

void garim_lane_close(struct garim_lane *lane)
{
    if (lane->worker != NULL) lane->run->job->worker->close(lane->worker);
    if (lane->queue != NULL) lane->io->queue_close(lane->queue);
    if (lane->memory != NULL) (void)munmap(lane->memory, lane->memory_bytes);
    free(lane->faults);
    free(lane->counts);
    free(lane->blocks);
}

/* ---- one block ----------------------------------------------------------- */

static void submit(struct garim_lane *lane, struct garim_block *block,
                   enum garim_block_state state)
{
    lane->in_flight++;
    block->state = state;
    lane->io->submit(lane->queue, &block->request);
}

/* Whether `bytes` may be read now. */
static bool may_read(struct garim_lane *lane, size_t bytes)
{
    const struct garim_run *run = lane->run;
    if (run->input < 0 || run->pace.bytes_per_second == 0) return true;
    lane->paced = !garim_pace_take(&lane->run->pace, bytes, garim_pace_clock());
    return !lane->paced;
}

/* Claim the next block, in the order of the output. */
static bool claim(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_run *run = lane->run;
    const uint64_t count =
        run->stream_in ? GARIM_NONE : run->geometry.window_count;
    lane->ended |= run->drain || run->next_index >= count ||
                   garim_rejects_stop(&run->rejects) != GARIM_NONE;
    if (lane->ended) return false;
    if (run->next_index >= run->claim_end ||
        (!run->stream_in && !may_read(lane, run->geometry.window_bytes)))
        return false;
    const uint64_t index = garim_run_claim(run);
    if (index == GARIM_NONE) return false;
    lane->ended = index >= count;
    if (lane->ended) return false;
    memset(block->tally.counts, 0,
           run->job->worker->count_size * sizeof *block->tally.counts);
    if (run->stream_in) {
        block->index = index;
        block->state = GARIM_BLOCK_QUEUED;
        return true;
    }
    garim_block_set_window(run, block, index);
    if (run->input < 0)
        block->state = GARIM_BLOCK_LOADED;
    else
        submit(lane, block, GARIM_BLOCK_READING);
    return true;
}

/* Read from the stream, if it is the block's turn. */
static bool read_in_turn(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_run *run = lane->run;
    if (!garim_turn_is(&run->read_turn, block->index)) return false;
    lane->ended =
        run->stream.ended || garim_rejects_stop(&run->rejects) != GARIM_NONE;
    if (lane->ended) {
        garim_turn_pass(&run->read_turn, block->index);
        block->state = GARIM_BLOCK_FREE;
        return true;
    }
    if (!may_read(lane, run->buffer_bytes)) return false;
    block->rows = (struct garim_rows){0};
    block->body_end = GARIM_NONE;
    garim_stream_ask(run, block);
    submit(lane, block, GARIM_BLOCK_READING);
    return true;
}

/* The input cannot be read on from this block; those before it are not
 * concerned. */
static void break_reading(struct garim_lane *lane, struct garim_block *block,
                          const char *why)
{
    struct garim_run *run = lane->run;
    struct garim_error error;
    (void)garim_error_set_path(&error, GARIM_INPUT, run->input_path,
                               "cannot read the input (%s); check it and run "
                               "again",
                               why);
    const uint64_t record =
        run->stream_in ? run->stream.records : block->rows.first_record;
    if (!run->stream_in) error.offset = block->request.offset;
    garim_rejects_break(&run->rejects, record, &error);
    block->rows.count = 0;
    block->rows.owned_first = block->rows.owned_end = 0;
    block->data_bytes = 0;
    block->tally.bytes_in = 0;
    if (run->stream_in) {
        run->stream.ended = true;
        block->data = block->buffer;
        block->offset = run->stream.output_bytes;
    }
}

static void finish_read(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_run *run = lane->run;
    const int64_t result = block->request.result;
    if (result < 0)
        break_reading(lane, block, garim_error_text((int)-result));
    else if (run->stream_in)
        garim_stream_take(run, block);
    else if ((uint64_t)result < block->needed_bytes)
        break_reading(lane, block, "it shrank during the run");
    block->state = GARIM_BLOCK_LOADED;
    if (run->stream_in) garim_turn_pass(&run->read_turn, block->index);
}

/* The block is done: let the next one write. */
static void finish_block(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_run *run = lane->run;
    garim_run_count(run, block->index, &block->tally);
    block->state = GARIM_BLOCK_FREE;
    if (run->ordered) garim_turn_pass(&run->write_turn, block->index);
}

static bool write_in_turn(struct garim_lane *lane, struct garim_block *block)
{
    const struct garim_run *run = lane->run;
    if (run->ordered && !garim_turn_is(&run->write_turn, block->index))
        return false;
    if (garim_block_ask_write(run, block))
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
    (void)garim_output_fail(lane->run->output_path, "write", (int)result,
                            &error);
    error.offset = block->offset;
    garim_run_fail(lane->run, &error);
}

/* ---- the state machine --------------------------------------------------- */

static bool stay(struct garim_lane *lane, struct garim_block *block)
{
    (void)lane;
    (void)block;
    return false;
}

/* What can be done for a block without waiting and without much work. */
static bool (*const moves[GARIM_BLOCK_STATES])(struct garim_lane *,
                                               struct garim_block *) = {
    [GARIM_BLOCK_FREE] = claim,
    [GARIM_BLOCK_QUEUED] = read_in_turn,
    [GARIM_BLOCK_READING] = stay,
    [GARIM_BLOCK_LOADED] = stay,
    [GARIM_BLOCK_CHANGED] = write_in_turn,
    [GARIM_BLOCK_WRITING] = stay,
};

static void settle(struct garim_lane *lane, struct garim_io_request *request)
{
    struct garim_block *block = (struct garim_block *)(void *)((
        (uint8_t *)request - offsetof(struct garim_block, request)));
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
    for (unsigned i = 0; i < lane->run->depth; i++) {
        struct garim_block *block = &lane->blocks[i];
        if (block->state != a && block->state != b) continue;
        if (found == NULL || block->index < found->index) found = block;
    }
    return found;
}

static void transform(struct garim_lane *lane, struct garim_block *block)
{
    struct garim_run *run = lane->run;
    while (sem_wait(&run->gate) != 0)
        ASSERT(errno == EINTR);
    garim_block_transform(run, block, lane->worker, lane->faults);
    ASSERT(sem_post(&run->gate) == 0);
    block->state = GARIM_BLOCK_CHANGED;
}

enum garim_step garim_lane_step(struct garim_lane *lane)
{
    struct garim_run *run = lane->run;
    bool moved = false;
    struct garim_io_request *request;
    while (lane->in_flight > 0 &&
           (request = lane->io->reap(lane->queue, false)) != NULL) {
        settle(lane, request);
        moved = true;
    }
    if (run->stop)
        return lane->in_flight > 0 ? GARIM_STEP_WAIT : GARIM_STEP_DONE;

    bool busy = false;
    lane->paced = false;
    for (unsigned i = 0; i < run->depth; i++) {
        struct garim_block *block = &lane->blocks[i];
        moved |= moves[block->state](lane, block);
        busy |= block->state != GARIM_BLOCK_FREE;
    }
    if (moved) return GARIM_STEP_PROGRESS;
    if (!busy && !lane->paced)
        return lane->ended ? GARIM_STEP_DONE : GARIM_STEP_WAIT;

    /* Last, since the requests above are on their way meanwhile. */
    struct garim_block *block =
        lowest(lane, GARIM_BLOCK_LOADED, GARIM_BLOCK_LOADED);
    if (block == NULL) return GARIM_STEP_WAIT;
    transform(lane, block);
    return GARIM_STEP_PROGRESS;
}

void garim_lane_wait(struct garim_lane *lane)
{
    struct garim_run *run = lane->run;
    if (lane->in_flight > 0) {
        settle(lane, lane->io->reap(lane->queue, true));
        return;
    }
    const struct garim_block *block =
        lowest(lane, GARIM_BLOCK_QUEUED, GARIM_BLOCK_CHANGED);
    const bool queued = block != NULL && block->state == GARIM_BLOCK_QUEUED;
    struct garim_turn *turn = queued ? &run->read_turn : &run->write_turn;
    if (block != NULL && !garim_turn_is(turn, block->index))
        garim_turn_wait(turn, block->index);
    else if (lane->paced && (block == NULL || queued))
        garim_pace_wait(&run->pace);
    else if (block == NULL)
        garim_run_wait_for_room(run);
}
