/* pace.h - a cap on the bytes that all lanes read in a second
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A bucket of tokens, kept as the time from which on the next read may begin.
 * Times are nanoseconds of a clock that is never set.
 */
#ifndef GARIM_FLOW_PACE_H
#define GARIM_FLOW_PACE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct garim_pace {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    uint64_t bytes_per_second; /* 0: no cap */
    uint64_t next;             /* when the next read may begin */
    bool released;
};

void garim_pace_open(struct garim_pace *pace);
void garim_pace_close(struct garim_pace *pace);

/* Whether `bytes` may be read at the time `now`: then they count as read. */
bool garim_pace_take(struct garim_pace *pace, size_t bytes, uint64_t now);

/* Sleep until the next read may begin or, once released, not at all. */
void garim_pace_wait(struct garim_pace *pace);

/* Wake all who wait, now and later: the job stops. */
void garim_pace_release(struct garim_pace *pace);

#endif
