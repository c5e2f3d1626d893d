/* verify.c - finished windows of a part, made again and compared with it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job/verify.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/assert.h"
#include "base/error.h"
#include "flow/block.h"
#include "flow/sink.h"
#include "publish/fd_tuning.h"

enum { DRAWN = 64, LOOK_MILLISECONDS = 100 };

/* What the threads share: constant, atomic, or under run->lock. */
struct check {
    struct garim_flow *flow;
    const struct garim_output *output;
    uint64_t windows[DRAWN + 1]; /* to be made again, where not all are */
    uint64_t count;              /* of windows to be made again */
    bool all;
    bool appended; /* where a window stands hangs on the others */
    _Atomic uint64_t next;
    _Atomic uint64_t bytes; /* compared so far */
    atomic_bool stop;
    unsigned working; /* threads */
    struct garim_error error;
};

/* What a thread has for itself. */
struct checker {
    struct check *check;
    struct garim_io_queue *queue;
    void *worker;
    struct garim_block block;
    struct garim_reject *rejects;
    uint8_t *part; /* the window as it is */
};

/* ---- which --------------------------------------------------------------- */

/* One window of each of DRAWN equal stretches, and the last.  Of what was
 * appended the last ones are made, whatever is drawn. */
static int draw(struct check *check, uint64_t finished)
{
    uint64_t random[DRAWN];
    ASSERT(finished > 0);
    check->all |= finished <= DRAWN;
    check->count = check->all ? finished : DRAWN + 1;
    if (check->all) return 0;
    if (getrandom(random, sizeof random, 0) != sizeof random) return -1;
    for (uint64_t i = 0; i < DRAWN; i++) {
        const uint64_t begin = finished * i / DRAWN;
        const uint64_t end = finished * (i + 1) / DRAWN;
        check->windows[i] = begin + random[i] % (end - begin);
    }
    check->windows[DRAWN] = finished - 1;
    return 0;
}

/* ---- one window ---------------------------------------------------------- */

static void fail(struct check *check, const struct garim_error *error)
{
    (void)pthread_mutex_lock(&check->flow->lock);
    if (check->error.status == GARIM_OK) check->error = *error;
    (void)pthread_mutex_unlock(&check->flow->lock);
    check->stop = true;
}

static int64_t transfer(const struct checker *checker,
                        struct garim_io_request *request)
{
    const struct garim_io *io = checker->check->flow->io;
    io->submit(checker->queue, request);
    (void)io->reap(checker->queue, true);
    return request->result;
}

/* Make the window as it should be.  False: the input cannot be read. */
static bool make(struct checker *checker, uint64_t index)
{
    struct garim_flow *flow = checker->check->flow;
    struct garim_block *block = &checker->block;
    struct garim_error error;
    block->index = index;
    flow->source->ask(flow, block);
    /* Counted, and reported, by the run that wrote it. */
    block->batch.owned_first = block->batch.owned_end = block->batch.count;
    const int64_t result = transfer(checker, &block->request);
    const char *why = result < 0 ? garim_error_text((int)-result)
                                 : flow->source->take(flow, block);
    if (why != NULL) {
        (void)garim_error_set_path(
            &error, GARIM_INPUT, flow->input_path,
            "cannot read the input (%s); check it and run again", why);
        error.offset = block->request.offset;
        fail(checker->check, &error);
        return false;
    }
    garim_block_transform(flow, block, checker->worker, checker->rejects);
    return true;
}

/* The first byte that differs, or `bytes`. */
static size_t compare(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    size_t i = 0;
    if (memcmp(a, b, bytes) == 0) return bytes;
    while (a[i] == b[i])
        i++;
    return i;
}

static void refuse(struct check *check, uint64_t offset)
{
    struct garim_error error;
    (void)garim_error_set_path(
        &error, GARIM_VERIFY, check->output->part,
        "the part is not what this input, policy and key make: it was changed "
        "since it was written; find out by whom, then discard it with "
        "--restart");
    error.offset = offset;
    fail(check, &error);
}

/* Compare the part with what was made. */
static void compare_part(struct checker *checker)
{
    struct check *check = checker->check;
    struct garim_block *block = &checker->block;
    struct garim_io_request request = {
        .operation = GARIM_IO_READ,
        .descriptor = check->output->descriptor,
        .buffer = checker->part,
        .bytes = garim_align_up(block->data_bytes),
        .offset = block->offset,
    };
    const int64_t result = transfer(checker, &request);
    struct garim_error error;
    if (result < 0) {
        (void)garim_error_output(check->output->part, "read the part of",
                                 (int)result, &error);
        fail(check, &error);
        return;
    }
    const size_t have =
        (size_t)result < block->data_bytes ? (size_t)result : block->data_bytes;
    const size_t same = compare(block->data, checker->part, have);
    check->bytes += have;
    if (same == block->data_bytes) return;
    refuse(check, block->offset + same);
}

static void check_window(struct checker *checker, uint64_t index)
{
    if (make(checker, index)) compare_part(checker);
}

/* The end of the last window is known, and so where each begins, from there
 * back. */
static void check_appended(struct checker *checker)
{
    struct check *check = checker->check;
    struct garim_block *block = &checker->block;
    const struct garim_journal_point *point = &check->output->journal.point;
    uint64_t end = point->bytes_out;
    for (uint64_t i = 1; i <= check->count && !check->stop; i++) {
        if (!make(checker, point->windows - i)) return;
        const bool first = i == point->windows;
        if (first ? end != block->data_bytes : end < block->data_bytes) {
            refuse(check, 0);
            return;
        }
        block->offset = end -= block->data_bytes;
        if (block->data_bytes > 0) compare_part(checker);
    }
}

/* ---- a thread ------------------------------------------------------------ */

static enum garim_status open_checker(struct checker *checker,
                                      struct garim_error *error)
{
    const struct garim_flow *flow = checker->check->flow;
    const struct garim_worker *worker = flow->worker;
    const struct garim_io_queue_options options = {.depth = 1};
    const size_t alignment = GARIM_DIRECT_ALIGNMENT;
    checker->block.buffer =
        aligned_alloc(alignment, garim_align_up(flow->buffer_bytes));
    const size_t window_bytes = checker->check->appended
                                    ? flow->made_bytes
                                    : flow->geometry.window_bytes;
    checker->part =
        aligned_alloc(alignment, garim_align_up(window_bytes) + alignment);
    checker->rejects = calloc(flow->rejects_max, sizeof *checker->rejects);
    checker->block.tally.counts =
        calloc(worker->count_size + 1, sizeof(uint64_t));
    if (flow->made_bytes > 0)
        checker->block.made = aligned_alloc(alignment, flow->made_bytes);
    if ((flow->made_bytes > 0 && checker->block.made == NULL) ||
        checker->block.buffer == NULL || checker->part == NULL ||
        checker->rejects == NULL || checker->block.tally.counts == NULL ||
        flow->io->queue_open(&checker->queue, &options) < 0)
        return garim_error_no_memory(error);
    return worker->open(worker->user, &checker->worker, error);
}

static void close_checker(struct checker *checker)
{
    const struct garim_flow *flow = checker->check->flow;
    if (checker->worker != NULL) flow->worker->close(checker->worker);
    if (checker->queue != NULL) flow->io->queue_close(checker->queue);
    if (checker->block.buffer != NULL)
        explicit_bzero(checker->block.buffer, flow->buffer_bytes);
    free(checker->block.tally.counts);
    free(checker->rejects);
    free(checker->part);
    free(checker->block.buffer);
    free(checker->block.made);
}

static void *checker_main(void *argument)
{
    struct check *check = argument;
    struct garim_flow *flow = check->flow;
    struct checker checker = {.check = check};
    struct garim_error error;
    if (open_checker(&checker, &error) != GARIM_OK) fail(check, &error);
    if (check->appended && !check->stop) check_appended(&checker);
    for (uint64_t i; !check->appended && !check->stop &&
                     (i = check->next++) < check->count;)
        check_window(&checker, check->all ? i : check->windows[i]);
    close_checker(&checker);
    (void)pthread_mutex_lock(&flow->lock);
    ASSERT(check->working > 0);
    check->working--;
    (void)pthread_cond_broadcast(&flow->changed);
    (void)pthread_mutex_unlock(&flow->lock);
    return NULL;
}

/* ---- the calling thread -------------------------------------------------- */

static unsigned start(struct check *check, pthread_t *threads, unsigned count)
{
    sigset_t all;
    sigset_t before;
    unsigned started = 0;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    (void)pthread_mutex_lock(&check->flow->lock);
    while (started < count &&
           pthread_create(&threads[started], NULL, checker_main, check) == 0)
        started++;
    check->working = started;
    (void)pthread_mutex_unlock(&check->flow->lock);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Whether the caller lets it go on. */
static bool report_progress(const struct check *check, double begin)
{
    const struct garim_job_options *options = check->flow->options;
    const struct garim_progress progress = {
        .size = sizeof progress,
        .bytes_in = check->bytes,
        .bytes_total = check->count * check->flow->geometry.window_bytes,
        .seconds = garim_flow_clock(check->flow) - begin,
    };
    return options->progress == NULL ||
           options->progress(options->progress_user, &progress);
}

static void wait_for_threads(struct check *check)
{
    struct garim_flow *flow = check->flow;
    const double begin = garim_flow_clock(check->flow);
    struct garim_error interrupted;
    (void)garim_error_set(&interrupted, GARIM_TEMPORARY,
                          "interrupted; run again");
    (void)pthread_mutex_lock(&flow->lock);
    while (check->working > 0) {
        struct timespec next;
        (void)clock_gettime(CLOCK_MONOTONIC, &next);
        next.tv_nsec += LOOK_MILLISECONDS * 1000L * 1000;
        next.tv_sec += next.tv_nsec / 1000000000;
        next.tv_nsec %= 1000000000;
        if (pthread_cond_timedwait(&flow->changed, &flow->lock, &next) == 0)
            continue;
        (void)pthread_mutex_unlock(&flow->lock);
        if (!report_progress(check, begin)) fail(check, &interrupted);
        (void)pthread_mutex_lock(&flow->lock);
    }
    (void)pthread_mutex_unlock(&flow->lock);
}

enum garim_status garim_verify(struct garim_flow *flow,
                               const struct garim_output *output, bool all,
                               struct garim_error *error)
{
    struct check check = {
        .flow = flow,
        .output = output,
        .all = all,
        .appended = flow->sink->in_turn,
    };
    if (draw(&check, output->journal.point.windows) < 0)
        return garim_error_set(error, GARIM_TEMPORARY,
                               "no random numbers; run again");
    const uint64_t most = check.appended ? 1 : flow->threads;
    const unsigned count = (unsigned)(check.count < most ? check.count : most);
    pthread_t *threads = calloc(count, sizeof *threads);
    if (threads == NULL) return garim_error_no_memory(error);
    if ((output->without & GARIM_WITHOUT_DIRECT) == 0 && !check.appended)
        (void)garim_direct_probe(flow->io, output->descriptor, GARIM_IO_READ,
                                 0);
    const unsigned started = start(&check, threads, count);
    wait_for_threads(&check);
    for (unsigned i = 0; i < started; i++)
        ASSERT(pthread_join(threads[i], NULL) == 0);
    free(threads);
    if (started == 0)
        return garim_error_set(error, GARIM_TEMPORARY,
                               "no thread could be had; run again");
    if (check.error.status != GARIM_OK && error != NULL) *error = check.error;
    return check.error.status;
}
