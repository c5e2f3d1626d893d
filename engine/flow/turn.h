/* turn.h - a ticket that passes from block to block, in their order
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_FLOW_TURN_H
#define GARIM_FLOW_TURN_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct garim_turn {
    pthread_mutex_t lock;
    pthread_cond_t passed;
    _Atomic uint64_t next; /* whose turn it is */
    bool released;
};

void garim_turn_open(struct garim_turn *turn); /* the first turn is block 0's */
void garim_turn_close(struct garim_turn *turn);

/* Whether it is the turn of block `index`. */
bool garim_turn_is(const struct garim_turn *turn, uint64_t index);

/* Give the turn on to block `index + 1`; the caller has it. */
void garim_turn_pass(struct garim_turn *turn, uint64_t index);

/* Sleep until it is the turn of block `index` or, once released, not at all. */
void garim_turn_wait(struct garim_turn *turn, uint64_t index);

/* Wake all who wait, now and later: the job stops. */
void garim_turn_release(struct garim_turn *turn);

#endif
