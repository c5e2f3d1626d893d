/* lanes.h - the threads of a job
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_FLOW_LANES_H
#define GARIM_FLOW_LANES_H

#include "flow/flow.h"

struct garim_lanes {
    struct garim_flow *flow;
    pthread_t *threads;
    unsigned count;
};

/* Make and dispose of the locks and turns of `flow`. */
void garim_lanes_prepare(struct garim_flow *flow);
void garim_lanes_dispose(struct garim_flow *flow);

/* Start `count` lanes, each in a thread with all signals blocked.  No lane
 * begins before all have what they need.  Where a thread cannot be had, the
 * flow has failed.  What goes wrong in lanes stands in flow->error and
 * flow->rejects; flow->finished counts those that have ended. */
enum garim_status garim_lanes_start(struct garim_lanes *ret_lanes,
                                    struct garim_flow *flow, unsigned count,
                                    struct garim_error *error);

/* Wait until all have ended. */
void garim_lanes_join(struct garim_lanes *lanes);

#endif
