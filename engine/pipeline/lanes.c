/* lanes.c - the threads of a job, and the one that waits for them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/lanes.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/assert.h"
#include "base/error.h"
#include "pipeline/lane.h"

enum { PROGRESS_MILLISECONDS = 100 };

void garim_lanes_prepare(struct garim_run *run)
{
    pthread_condattr_t attributes;
    run->claim_end = GARIM_NONE;
    run->wake_bytes = GARIM_NONE;
    run->leash_windows = GARIM_NONE;
    garim_turn_open(&run->read_turn);
    garim_turn_open(&run->write_turn);
    garim_pace_open(&run->pace);
    ASSERT(pthread_mutex_init(&run->lock, NULL) == 0);
    ASSERT(pthread_condattr_init(&attributes) == 0);
    ASSERT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    ASSERT(pthread_cond_init(&run->changed, &attributes) == 0);
    (void)pthread_condattr_destroy(&attributes);
}

void garim_lanes_dispose(struct garim_run *run)
{
    (void)pthread_cond_destroy(&run->changed);
    (void)pthread_mutex_destroy(&run->lock);
    garim_pace_close(&run->pace);
    garim_turn_close(&run->write_turn);
    garim_turn_close(&run->read_turn);
}

/* ---- a lane's thread ----------------------------------------------------- */

/* Add one to `counter` and, where `for_go`, wait for the start. */
static void arrive(struct garim_run *run, unsigned *counter, bool for_go)
{
    (void)pthread_mutex_lock(&run->lock);
    (*counter)++;
    (void)pthread_cond_broadcast(&run->changed);
    while (for_go && !run->go)
        (void)pthread_cond_wait(&run->changed, &run->lock);
    (void)pthread_mutex_unlock(&run->lock);
}

static void *lane_main(void *argument)
{
    struct garim_run *run = argument;
    struct garim_lane lane;
    struct garim_error error;
    if (garim_lane_open(&lane, run, &error) != GARIM_OK)
        garim_run_fail(run, &error);
    arrive(run, &run->ready, true);
    if (!run->stop) {
        enum garim_step step;
        while ((step = garim_lane_step(&lane)) != GARIM_STEP_DONE)
            if (step == GARIM_STEP_WAIT) garim_lane_wait(&lane);
    }
    garim_lane_close(&lane);
    arrive(run, &run->finished, false);
    return NULL;
}

/* ---- the calling thread -------------------------------------------------- */

static unsigned start_threads(struct garim_run *run, pthread_t *threads,
                              unsigned count)
{
    sigset_t all;
    sigset_t before;
    unsigned started = 0;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < count &&
           pthread_create(&threads[started], NULL, lane_main, run) == 0)
        started++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Let all lanes begin once all are ready. */
static void give_start(struct garim_run *run, unsigned count)
{
    (void)pthread_mutex_lock(&run->lock);
    while (run->ready < count)
        (void)pthread_cond_wait(&run->changed, &run->lock);
    run->go = true;
    (void)pthread_cond_broadcast(&run->changed);
    (void)pthread_mutex_unlock(&run->lock);
}

/* Whether the job is to go on, by the word of the caller. */
static bool report_progress(const struct garim_run *run,
                            const struct garim_tally *total, double begin)
{
    const struct garim_job_options *options = run->job->options;
    if (options->progress == NULL) return true;
    const bool generated = run->input < 0;
    const uint64_t bytes_total =
        generated ? run->geometry.output_bytes : run->geometry.input_bytes;
    const struct garim_progress progress = {
        .records = total->records,
        .bytes_in = total->bytes_in,
        .bytes_out = total->bytes_out,
        .bytes_total = run->stream_in ? 0 : bytes_total,
        .bytes_resumed = run->resumed_bytes,
        .seconds = garim_run_clock() - begin,
    };
    return options->progress(options->progress_user, &progress);
}

/* What can be resumed finishes what it has claimed, anything else ends at
 * once. */
static void interrupt(struct garim_run *run, bool resumable)
{
    if (resumable) {
        (void)pthread_mutex_lock(&run->lock);
        run->drain = true;
        run->wake_bytes = GARIM_NONE;
        (void)pthread_cond_broadcast(&run->changed);
        (void)pthread_mutex_unlock(&run->lock);
        garim_pace_release(&run->pace);
        return;
    }
    struct garim_error error;
    (void)garim_error_set(&error, GARIM_TEMPORARY, "interrupted; run again");
    garim_run_fail(run, &error);
}

/* Take a checkpoint where one is due. */
static void note_progress(struct garim_run *run,
                          struct garim_checkpoint *checkpoint, uint64_t bytes)
{
    struct garim_error error;
    if (checkpoint != NULL && !run->stop && !run->drain &&
        garim_checkpoint_is_due(checkpoint, bytes) &&
        garim_checkpoint_take(checkpoint, &error) != GARIM_OK)
        garim_run_fail(run, &error);
}

static struct timespec look_after(const struct timespec *now)
{
    const long nanoseconds =
        now->tv_nsec + PROGRESS_MILLISECONDS * 1000L * 1000;
    return (struct timespec){
        .tv_sec = now->tv_sec + nanoseconds / 1000000000,
        .tv_nsec = nanoseconds % 1000000000,
    };
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec ||
           (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* Sleep until `count` lanes have ended, so much has come out that a checkpoint
 * is due, or the next look around is.  Returns whether that is; then `*next`
 * moves on. */
static bool sleep_until(struct garim_run *run, unsigned count,
                        struct timespec *next)
{
    while (run->finished < count &&
           run->watermark.below.bytes_out < run->wake_bytes &&
           pthread_cond_timedwait(&run->changed, &run->lock, next) == 0)
        continue;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (is_before(&now, next)) return false;
    *next = look_after(&now);
    return true;
}

/* Wait until `count` lanes have ended, with a look around now and then. */
static void attend(struct garim_run *run, unsigned count,
                   struct garim_checkpoint *checkpoint)
{
    const double begin = garim_run_clock();
    struct timespec next;
    (void)clock_gettime(CLOCK_MONOTONIC, &next);
    next = look_after(&next);
    (void)pthread_mutex_lock(&run->lock);
    while (run->finished < count) {
        const bool look = sleep_until(run, count, &next);
        if (run->finished == count) break;
        const struct garim_tally total = run->total;
        const uint64_t bytes = run->watermark.below.bytes_out;
        (void)pthread_mutex_unlock(&run->lock);
        note_progress(run, checkpoint, bytes);
        if (look && !report_progress(run, &total, begin) && !run->stop)
            interrupt(run, checkpoint != NULL);
        (void)pthread_mutex_lock(&run->lock);
    }
    (void)pthread_mutex_unlock(&run->lock);
}

enum garim_status garim_lanes_run(struct garim_run *run, unsigned count,
                                  struct garim_checkpoint *checkpoint,
                                  struct garim_error *error)
{
    pthread_t *threads = calloc(count, sizeof *threads);
    if (threads == NULL) return garim_error_no_memory(error);
    ASSERT(sem_init(&run->gate, 0, run->threads) == 0);
    const unsigned started = start_threads(run, threads, count);
    struct garim_error trouble;
    if (started < count) {
        (void)garim_error_set(&trouble, GARIM_TEMPORARY,
                              "only %u of %u threads could be had; give fewer "
                              "with --threads, or more memory and processes "
                              "(ulimit -v, -u)",
                              started, count);
        garim_run_fail(run, &trouble);
    }
    give_start(run, started);
    attend(run, started, checkpoint);
    for (unsigned i = 0; i < started; i++)
        ASSERT(pthread_join(threads[i], NULL) == 0);
    (void)sem_destroy(&run->gate);
    free(threads);
    return GARIM_OK;
}
