/* lane.h - a worker with its own ring and its own blocks
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A lane is a state machine: its thread, or a simulator of many lanes, calls
 * step() until it is done.  A lane waits for a turn only while none of its own
 * requests is in flight, and has one block at a time where its input is a
 * stream: so it never sleeps while it holds the lowest block.
 */
#ifndef GARIM_FLOW_LANE_H
#define GARIM_FLOW_LANE_H

#include "flow/block.h"
#include "flow/flow.h"

struct garim_lane {
    struct garim_flow *flow;
    const struct garim_io *io;
    struct garim_io_queue *queue;
    void *worker; /* the worker's state */
    uint8_t *memory;
    size_t memory_bytes;
    struct garim_reject *rejects;
    uint64_t *counts;
    struct garim_block *blocks; /* run->depth of them */
    unsigned in_flight;
    bool paced; /* must not read yet */
    bool ended; /* claims no more blocks */
};

enum garim_step {
    GARIM_STEP_PROGRESS,
    GARIM_STEP_WAIT, /* for a request in flight, a turn, or room */
    GARIM_STEP_DONE,
};

/* Take all memory, the queue and the worker's state, in the lane's own thread.
 * Close it there too, also after a failure. */
enum garim_status garim_lane_open(struct garim_lane *lane,
                                  struct garim_flow *flow,
                                  struct garim_error *error);
void garim_lane_close(struct garim_lane *lane);

/* Do one piece of what can be done without waiting. */
enum garim_step garim_lane_step(struct garim_lane *lane);

/* After WAIT: sleep until a step may do something. */
void garim_lane_wait(struct garim_lane *lane);

#endif
