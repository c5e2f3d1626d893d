/* sim_lanes.c - lanes that are stepped in one thread, in an order that is drawn
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_lanes.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/error.h"
#include "flow/lane.h"
#include "flow/lanes.h"
#include "job/verify.h"
#include "job/watch.h"
#include "sim_io.h"

enum { LANES_MAX = 16, IDLE_MAX = 2000 };

uint64_t sim_drain_after;
uint64_t sim_steps;
const char *sim_stalled;

static struct garim_lane lanes[LANES_MAX];
static bool ended[LANES_MAX];

enum garim_status __wrap_garim_lanes_start(struct garim_lanes *ret_lanes,
                                           struct garim_flow *flow,
                                           unsigned count,
                                           struct garim_error *error);
void __wrap_garim_lanes_join(struct garim_lanes *group);
void __wrap_garim_watch(struct garim_flow *flow, unsigned count,
                        struct garim_checkpoint *checkpoint);
enum garim_status __wrap_garim_verify(struct garim_flow *flow,
                                      const struct garim_output *output,
                                      bool all, struct garim_error *error);

enum garim_status __wrap_garim_lanes_start(struct garim_lanes *ret_lanes,
                                           struct garim_flow *flow,
                                           unsigned count,
                                           struct garim_error *error)
{
    struct garim_error trouble;
    (void)error;
    ASSERT(count <= LANES_MAX);
    ASSERT(sem_init(&flow->gate, 0, flow->threads) == 0);
    for (unsigned i = 0; i < count; i++) {
        if (garim_lane_open(&lanes[i], flow, &trouble) != GARIM_OK)
            garim_flow_fail(flow, &trouble);
        ended[i] = false;
    }
    *ret_lanes = (struct garim_lanes){flow, NULL, count};
    return GARIM_OK;
}

void __wrap_garim_lanes_join(struct garim_lanes *group)
{
    for (unsigned i = 0; i < group->count; i++)
        garim_lane_close(&lanes[i]);
    (void)sem_destroy(&group->flow->gate);
}

/* It has threads of its own, and a test of its own. */
enum garim_status __wrap_garim_verify(struct garim_flow *flow,
                                      const struct garim_output *output,
                                      bool all, struct garim_error *error)
{
    (void)flow;
    (void)output;
    (void)all;
    (void)error;
    return GARIM_OK;
}

static void fail(struct garim_flow *flow, const char *why)
{
    struct garim_error error;
    (void)garim_error_set(&error, GARIM_TEMPORARY, "%s", why);
    garim_flow_fail(flow, &error);
}

static void meet_fate(struct garim_flow *flow)
{
    if (sim_io_has_ended() && !flow->stop) fail(flow, "ended");
    if (sim_drain_after > 0 && --sim_drain_after == 0) flow->drain = true;
}

static void note(struct garim_flow *flow, struct garim_checkpoint *checkpoint)
{
    struct garim_error error;
    if (checkpoint != NULL && !flow->stop && !flow->drain &&
        garim_checkpoint_is_due(checkpoint) &&
        garim_checkpoint_take(checkpoint, &error) != GARIM_OK)
        garim_flow_fail(flow, &error);
}

void __wrap_garim_watch(struct garim_flow *flow, unsigned count,
                        struct garim_checkpoint *checkpoint)
{
    unsigned alive = count;
    for (uint64_t idle = 0; alive > 0; sim_steps++) {
        const unsigned i = (unsigned)sim_draw(count);
        if (sim_draw(8) == 0) note(flow, checkpoint);
        meet_fate(flow);
        sim_io_pass(1 + sim_draw(1000000));
        if (ended[i]) continue;
        const enum garim_step step = garim_lane_step(&lanes[i]);
        idle = step == GARIM_STEP_WAIT ? idle + 1 : 0;
        ended[i] = step == GARIM_STEP_DONE;
        alive -= ended[i];
        if (idle < IDLE_MAX) continue;
        sim_stalled = sim_io_is_busy() ? "no request ends" : "all lanes wait";
        sim_io_end(0, false);
        fail(flow, sim_stalled);
        idle = 0;
    }
    flow->finished = count;
}
