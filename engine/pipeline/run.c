/* run.c - what the lanes of a running job share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/run.h"

void garim_run_fail(struct garim_run *run, const struct garim_error *error)
{
    (void)pthread_mutex_lock(&run->lock);
    if (run->error.status == GARIM_OK) run->error = *error;
    run->stop = true;
    (void)pthread_cond_broadcast(&run->changed);
    (void)pthread_mutex_unlock(&run->lock);
    garim_turn_release(&run->read_turn);
    garim_turn_release(&run->write_turn);
    garim_pace_release(&run->pace);
}

void garim_run_count(struct garim_run *run, const struct garim_tally *tally)
{
    (void)pthread_mutex_lock(&run->lock);
    run->total.records += tally->records;
    run->total.bytes_in += tally->bytes_in;
    run->total.bytes_out += tally->bytes_out;
    for (size_t i = 0; i < run->job->worker->count_size; i++)
        run->total.counts[i] += tally->counts[i];
    (void)pthread_mutex_unlock(&run->lock);
}
