/* lanes.c - the threads of a job
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/lanes.h"

#include <signal.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/error.h"
#include "flow/lane.h"

void garim_lanes_prepare(struct garim_flow *flow)
{
    pthread_condattr_t attributes;
    flow->claim_end = GARIM_NONE;
    flow->wake_bytes = GARIM_NONE;
    flow->windows_past_checkpoint_max = GARIM_NONE;
    garim_turn_open(&flow->read_turn);
    garim_turn_open(&flow->place_turn);
    garim_pace_open(&flow->pace);
    ASSERT(pthread_mutex_init(&flow->lock, NULL) == 0);
    ASSERT(pthread_condattr_init(&attributes) == 0);
    ASSERT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    ASSERT(pthread_cond_init(&flow->changed, &attributes) == 0);
    (void)pthread_condattr_destroy(&attributes);
}

void garim_lanes_dispose(struct garim_flow *flow)
{
    (void)pthread_cond_destroy(&flow->changed);
    (void)pthread_mutex_destroy(&flow->lock);
    garim_pace_close(&flow->pace);
    garim_turn_close(&flow->place_turn);
    garim_turn_close(&flow->read_turn);
}

/* ---- a lane's thread ----------------------------------------------------- */

/* Add one to `counter` and, where `for_go`, wait for the start. */
static void signal_arrival(struct garim_flow *flow, unsigned *counter,
                           bool for_go)
{
    (void)pthread_mutex_lock(&flow->lock);
    (*counter)++;
    (void)pthread_cond_broadcast(&flow->changed);
    while (for_go && !flow->go)
        (void)pthread_cond_wait(&flow->changed, &flow->lock);
    (void)pthread_mutex_unlock(&flow->lock);
}

static void *lane_main(void *argument)
{
    struct garim_flow *flow = argument;
    struct garim_lane lane;
    struct garim_error error;
    if (garim_lane_open(&lane, flow, &error) != GARIM_OK)
        garim_flow_fail(flow, &error);
    signal_arrival(flow, &flow->ready, true);
    if (!flow->stop) {
        enum garim_step step;
        while ((step = garim_lane_step(&lane)) != GARIM_STEP_DONE)
            if (step == GARIM_STEP_WAIT) garim_lane_wait(&lane);
    }
    garim_lane_close(&lane);
    signal_arrival(flow, &flow->finished, false);
    return NULL;
}

/* ---- the calling thread -------------------------------------------------- */

static unsigned start_threads(struct garim_flow *flow, pthread_t *threads,
                              unsigned count)
{
    sigset_t all;
    sigset_t before;
    unsigned started = 0;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < count &&
           pthread_create(&threads[started], NULL, lane_main, flow) == 0)
        started++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

/* Let all lanes begin once all are ready. */
static void release_lanes(struct garim_flow *flow, unsigned count)
{
    (void)pthread_mutex_lock(&flow->lock);
    while (flow->ready < count)
        (void)pthread_cond_wait(&flow->changed, &flow->lock);
    flow->go = true;
    (void)pthread_cond_broadcast(&flow->changed);
    (void)pthread_mutex_unlock(&flow->lock);
}

enum garim_status garim_lanes_start(struct garim_lanes *ret_lanes,
                                    struct garim_flow *flow, unsigned count,
                                    struct garim_error *error)
{
    ASSERT(count > 0 && flow->threads > 0);
    pthread_t *threads = calloc(count, sizeof *threads);
    if (threads == NULL) return garim_error_no_memory(error);
    ASSERT(sem_init(&flow->gate, 0, flow->threads) == 0);
    const unsigned started = start_threads(flow, threads, count);
    struct garim_error trouble;
    if (started < count) {
        (void)garim_error_set(&trouble, GARIM_TEMPORARY,
                              "only %u of %u threads could be had; give fewer "
                              "with --threads, or more memory and processes "
                              "(ulimit -v, -u)",
                              started, count);
        garim_flow_fail(flow, &trouble);
    }
    release_lanes(flow, started);
    *ret_lanes = (struct garim_lanes){flow, threads, started};
    return GARIM_OK;
}

void garim_lanes_join(struct garim_lanes *lanes)
{
    for (unsigned i = 0; i < lanes->count; i++)
        ASSERT(pthread_join(lanes->threads[i], NULL) == 0);
    (void)sem_destroy(&lanes->flow->gate);
    free(lanes->threads);
}
