/* run.c - what the lanes of a running job share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/run.h"

#include <time.h>

double garim_run_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void garim_run_fail(struct garim_run *run, const struct garim_error *error)
{
    (void)pthread_mutex_lock(&run->lock);
    if (run->error.status == GARIM_OK) run->error = *error;
    run->stop = true;
    run->wake_bytes = GARIM_NONE;
    (void)pthread_cond_broadcast(&run->changed);
    (void)pthread_mutex_unlock(&run->lock);
    garim_turn_release(&run->read_turn);
    garim_turn_release(&run->write_turn);
    garim_pace_release(&run->pace);
}

uint64_t garim_run_claim(struct garim_run *run)
{
    uint64_t index = run->next_index;
    do {
        if (index >= run->claim_end) return GARIM_NONE;
    } while (
        !atomic_compare_exchange_weak(&run->next_index, &index, index + 1));
    return index;
}

/* Nothing is left to claim, or shall be.  Only where there are windows. */
static bool is_ending(struct garim_run *run)
{
    return run->stop || run->drain ||
           run->next_index >= run->geometry.window_count ||
           garim_rejects_stop(&run->rejects) != GARIM_NONE;
}

void garim_run_wait_for_room(struct garim_run *run)
{
    (void)pthread_mutex_lock(&run->lock);
    run->waiting++;
    while (run->next_index >= run->claim_end &&
           run->next_index < run->geometry.window_count && !is_ending(run))
        (void)pthread_cond_wait(&run->changed, &run->lock);
    run->waiting--;
    (void)pthread_mutex_unlock(&run->lock);
}

static uint64_t add_up_to_none(uint64_t a, uint64_t b)
{
    return a > GARIM_NONE - b ? GARIM_NONE : a + b;
}

static void make_room(struct garim_run *run)
{
    const uint64_t leash =
        add_up_to_none(run->noted_windows, run->leash_windows);
    const uint64_t reach = run->watermark.windows + run->watermark.reach;
    run->claim_end = leash < reach ? leash : reach;
}

void garim_run_note(struct garim_run *run, uint64_t windows,
                    uint64_t wake_bytes)
{
    (void)pthread_mutex_lock(&run->lock);
    run->noted_windows = windows;
    run->wake_bytes = wake_bytes;
    make_room(run);
    (void)pthread_cond_broadcast(&run->changed);
    (void)pthread_mutex_unlock(&run->lock);
}

void garim_run_count(struct garim_run *run, uint64_t index,
                     const struct garim_tally *tally)
{
    struct garim_watermark *watermark = &run->watermark;
    (void)pthread_mutex_lock(&run->lock);
    garim_tally_add(&run->total, tally, run->job->worker->count_size);
    if (watermark->reach > 0 && garim_watermark_finish(watermark, index, tally))
        make_room(run);
    if (run->waiting > 0 || watermark->below.bytes_out >= run->wake_bytes)
        (void)pthread_cond_broadcast(&run->changed);
    (void)pthread_mutex_unlock(&run->lock);
}
