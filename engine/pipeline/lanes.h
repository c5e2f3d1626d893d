/* lanes.h - the threads of a job, and the one that waits for them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_PIPELINE_LANES_H
#define GARIM_PIPELINE_LANES_H

#include "pipeline/checkpoint.h"

/* Make and dispose of the locks and turns of `run`. */
void garim_lanes_prepare(struct garim_run *run);
void garim_lanes_dispose(struct garim_run *run);

/* Run `count` lanes to their end, each in a thread with all signals blocked,
 * and call options->progress meanwhile.  No lane begins before all have what
 * they need.  `checkpoint` is NULL where the job cannot be resumed; else one is
 * taken when it is due, and an interrupted job finishes what it has claimed.
 * Fails where a thread cannot be had; what went wrong in lanes
 * stands in run->error and run->rejects. */
enum garim_status garim_lanes_run(struct garim_run *run, unsigned count,
                                  struct garim_checkpoint *checkpoint,
                                  struct garim_error *error);

#endif
