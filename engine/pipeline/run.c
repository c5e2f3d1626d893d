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

void garim_run_wait_for_room(struct garim_run *run)
{
    (void)pthread_mutex_lock(&run->lock);
    run->waiting++;
    while (run->next_index >= run->claim_end && !run->stop)
        (void)pthread_cond_wait(&run->changed, &run->lock);
    run->waiting--;
    (void)pthread_mutex_unlock(&run->lock);
}

void garim_run_count(struct garim_run *run, uint64_t index,
                     const struct garim_tally *tally)
{
    struct garim_watermark *watermark = &run->watermark;
    bool signal = false;
    (void)pthread_mutex_lock(&run->lock);
    garim_tally_add(&run->total, tally, run->job->worker->count_size);
    if (watermark->reach > 0 &&
        garim_watermark_finish(watermark, index, tally)) {
        run->claim_end = watermark->windows + watermark->reach;
        signal = run->waiting > 0;
    }
    if (signal || run->total.bytes_out >= run->wake_bytes)
        (void)pthread_cond_broadcast(&run->changed);
    (void)pthread_mutex_unlock(&run->lock);
}
