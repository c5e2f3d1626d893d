/* checkpoint.h - what is finished is made durable, and then noted in the state
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Taken by the thread that waits for the lanes, which go on meanwhile.
 */
#ifndef GARIM_JOB_CHECKPOINT_H
#define GARIM_JOB_CHECKPOINT_H

#include "publish/output.h"
#include "flow/flow.h"

struct garim_checkpoint {
    struct garim_flow *flow;
    struct garim_output *output;
    const struct garim_input *input;
    uint64_t every_bytes;
    double every_seconds;
    double next_seconds; /* on garim_flow_clock() */
    uint64_t *counts;    /* a copy of what is to be noted */
    struct garim_reject *rejects;
    bool folder_synced;
    bool failed; /* in doubt: no other is taken */
};

/* For a job that can be resumed; the output is open. */
enum garim_status garim_checkpoint_open(struct garim_checkpoint *ret_checkpoint,
                                        struct garim_flow *flow,
                                        struct garim_output *output,
                                        const struct garim_input *input,
                                        struct garim_error *error);
void garim_checkpoint_close(struct garim_checkpoint *checkpoint);

/* Begin at the checkpoint that was read from the state.  GARIM_VERIFY: it is
 * not that of any run. */
enum garim_status garim_checkpoint_restore(struct garim_checkpoint *checkpoint,
                                           struct garim_error *error);

/* Whether it is time for one. */
bool garim_checkpoint_is_due(const struct garim_checkpoint *checkpoint);

/* Take one, unless nothing new is finished, one has failed, or the job ends in
 * an error of its input, which leaves no part. */
enum garim_status garim_checkpoint_take(struct garim_checkpoint *checkpoint,
                                        struct garim_error *error);

/* The same once the part is finished and synced. */
enum garim_status garim_checkpoint_complete(struct garim_checkpoint *checkpoint,
                                            struct garim_error *error);

#endif
