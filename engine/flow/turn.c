/* turn.c - a ticket that passes from block to block, in their order
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/turn.h"

#include "base/assert.h"

void garim_turn_open(struct garim_turn *turn)
{
    ASSERT(pthread_mutex_init(&turn->lock, NULL) == 0);
    ASSERT(pthread_cond_init(&turn->passed, NULL) == 0);
    turn->next = 0;
    turn->released = false;
}

void garim_turn_close(struct garim_turn *turn)
{
    (void)pthread_cond_destroy(&turn->passed);
    (void)pthread_mutex_destroy(&turn->lock);
}

bool garim_turn_is(const struct garim_turn *turn, uint64_t index)
{
    return turn->next == index;
}

void garim_turn_pass(struct garim_turn *turn, uint64_t index)
{
    ASSERT(turn->next == index);
    (void)pthread_mutex_lock(&turn->lock);
    turn->next = index + 1;
    (void)pthread_cond_broadcast(&turn->passed);
    (void)pthread_mutex_unlock(&turn->lock);
}

void garim_turn_wait(struct garim_turn *turn, uint64_t index)
{
    (void)pthread_mutex_lock(&turn->lock);
    while (turn->next != index && !turn->released)
        (void)pthread_cond_wait(&turn->passed, &turn->lock);
    (void)pthread_mutex_unlock(&turn->lock);
}

void garim_turn_release(struct garim_turn *turn)
{
    (void)pthread_mutex_lock(&turn->lock);
    turn->released = true;
    (void)pthread_cond_broadcast(&turn->passed);
    (void)pthread_mutex_unlock(&turn->lock);
}
