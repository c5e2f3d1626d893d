/* flow.c - what the lanes of a running job share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/flow.h"

double garim_flow_clock(const struct garim_flow *flow)
{
    return (double)flow->io->clock() * 1e-9;
}

void garim_flow_fail(struct garim_flow *flow, const struct garim_error *error)
{
    (void)pthread_mutex_lock(&flow->lock);
    if (flow->error.status == GARIM_OK) flow->error = *error;
    flow->stop = true;
    flow->wake_bytes = GARIM_NONE;
    (void)pthread_cond_broadcast(&flow->changed);
    (void)pthread_mutex_unlock(&flow->lock);
    garim_turn_release(&flow->read_turn);
    garim_turn_release(&flow->place_turn);
    garim_pace_release(&flow->pace);
}

uint64_t garim_flow_claim(struct garim_flow *flow)
{
    uint64_t index = flow->next_index;
    do {
        if (index >= flow->claim_end) return GARIM_NONE;
    } while (
        !atomic_compare_exchange_weak(&flow->next_index, &index, index + 1));
    return index;
}

/* Nothing is left to claim, or shall be. */
static bool is_ending(struct garim_flow *flow)
{
    return flow->stop || flow->drain ||
           (!flow->source->in_turn &&
            flow->next_index >= flow->geometry.window_count) ||
           garim_rejects_stop(&flow->rejects) != GARIM_NONE;
}

void garim_flow_wait_for_room(struct garim_flow *flow)
{
    (void)pthread_mutex_lock(&flow->lock);
    flow->waiting++;
    while (flow->next_index >= flow->claim_end && !is_ending(flow))
        (void)pthread_cond_wait(&flow->changed, &flow->lock);
    flow->waiting--;
    (void)pthread_mutex_unlock(&flow->lock);
}

static uint64_t add_up_to_none(uint64_t a, uint64_t b)
{
    return a > GARIM_NONE - b ? GARIM_NONE : a + b;
}

static void make_room(struct garim_flow *flow)
{
    const uint64_t leash = add_up_to_none(flow->durable_windows,
                                          flow->windows_past_checkpoint_max);
    const uint64_t reach = flow->watermark.windows + flow->watermark.reach;
    flow->claim_end = leash < reach ? leash : reach;
}

void garim_flow_set_durable(struct garim_flow *flow, uint64_t windows,
                            uint64_t wake_bytes)
{
    (void)pthread_mutex_lock(&flow->lock);
    flow->durable_windows = windows;
    flow->wake_bytes = wake_bytes;
    make_room(flow);
    (void)pthread_cond_broadcast(&flow->changed);
    (void)pthread_mutex_unlock(&flow->lock);
}

bool garim_flow_is_ahead(const struct garim_flow *flow)
{
    const struct garim_watermark *watermark = &flow->watermark;
    if (flow->stop || flow->drain) return false;
    if (watermark->below.bytes_out >= flow->wake_bytes) return true;
    return flow->durable_windows <= watermark->windows &&
           watermark->windows - flow->durable_windows >=
               flow->windows_past_checkpoint_max;
}

void garim_flow_count(struct garim_flow *flow, uint64_t index,
                      const struct garim_tally *tally)
{
    struct garim_watermark *watermark = &flow->watermark;
    (void)pthread_mutex_lock(&flow->lock);
    garim_tally_add(&flow->total, tally, flow->worker->count_size);
    if (garim_watermark_finish(watermark, index, tally)) make_room(flow);
    if (flow->waiting > 0 || garim_flow_is_ahead(flow))
        (void)pthread_cond_broadcast(&flow->changed);
    (void)pthread_mutex_unlock(&flow->lock);
}
