/* watch.c - the thread that waits for the lanes: progress, interruption,
 * checkpoints
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job/watch.h"

#include <time.h>

#include "base/assert.h"
#include "base/error.h"

enum { PROGRESS_MILLISECONDS = 100 };

/* Whether the job is to go on, by the word of the caller. */
static bool report_progress(const struct garim_flow *flow,
                            const struct garim_tally *total, double begin)
{
    const struct garim_job_options *options = flow->options;
    if (options->progress == NULL) return true;
    const struct garim_source *source = flow->source;
    const uint64_t bytes_total = source->reads ? flow->geometry.input_bytes
                                               : flow->geometry.output_bytes;
    const struct garim_progress progress = {
        .size = sizeof progress,
        .records = total->records,
        .bytes_in = total->bytes_in,
        .bytes_out = total->bytes_out,
        .bytes_total = source->in_turn ? 0 : bytes_total,
        .bytes_resumed = flow->resumed_bytes,
        .seconds = garim_flow_clock(flow) - begin,
    };
    return options->progress(options->progress_user, &progress);
}

/* What can be resumed finishes what it has claimed, anything else ends at
 * once. */
static void interrupt(struct garim_flow *flow, bool resumable)
{
    if (resumable) {
        (void)pthread_mutex_lock(&flow->lock);
        flow->drain = true;
        flow->wake_bytes = GARIM_NONE;
        (void)pthread_cond_broadcast(&flow->changed);
        (void)pthread_mutex_unlock(&flow->lock);
        garim_pace_release(&flow->pace);
        return;
    }
    struct garim_error error;
    (void)garim_error_set(&error, GARIM_TEMPORARY, "interrupted; run again");
    garim_flow_fail(flow, &error);
}

/* Take a checkpoint where one is due. */
static void note_progress(struct garim_flow *flow,
                          struct garim_checkpoint *checkpoint)
{
    struct garim_error error;
    if (checkpoint != NULL && !flow->stop && !flow->drain &&
        garim_checkpoint_is_due(checkpoint) &&
        garim_checkpoint_take(checkpoint, &error) != GARIM_OK)
        garim_flow_fail(flow, &error);
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
static bool sleep_until(struct garim_flow *flow, unsigned count,
                        struct timespec *next)
{
    while (flow->finished < count && !garim_flow_is_ahead(flow) &&
           pthread_cond_timedwait(&flow->changed, &flow->lock, next) == 0)
        continue;
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    if (is_before(&now, next)) return false;
    *next = look_after(&now);
    return true;
}

void garim_watch(struct garim_flow *flow, unsigned count,
                 struct garim_checkpoint *checkpoint)
{
    const double begin = garim_flow_clock(flow);
    struct timespec next;
    (void)clock_gettime(CLOCK_MONOTONIC, &next);
    next = look_after(&next);
    (void)pthread_mutex_lock(&flow->lock);
    while (flow->finished < count) {
        ASSERT(flow->watermark.below.bytes_out <= flow->total.bytes_out);
        const bool look = sleep_until(flow, count, &next);
        if (flow->finished == count) break;
        const struct garim_tally total = flow->total;
        (void)pthread_mutex_unlock(&flow->lock);
        note_progress(flow, checkpoint);
        if (look && !report_progress(flow, &total, begin) && !flow->stop)
            interrupt(flow, checkpoint != NULL);
        (void)pthread_mutex_lock(&flow->lock);
    }
    (void)pthread_mutex_unlock(&flow->lock);
}
