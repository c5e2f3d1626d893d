/* watch.h - the thread that waits for the lanes: progress, interruption,
 * checkpoints
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_JOB_WATCH_H
#define GARIM_JOB_WATCH_H

#include "job/checkpoint.h"

/* Wait until `count` lanes have ended, and call options->progress meanwhile.
 * `checkpoint` is NULL where the job cannot be resumed; else one is taken when
 * it is due, and an interrupted job finishes what it has claimed. */
void garim_watch(struct garim_flow *flow, unsigned count,
                 struct garim_checkpoint *checkpoint);

#endif
