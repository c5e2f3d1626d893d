/* pace.c - a cap on the bytes that all lanes read in a second
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/pace.h"

#include <errno.h>
#include <time.h>

#include "base/assert.h"

enum {
    NANOSECONDS = 1000 * 1000 * 1000,
    /* What was not read in time may be read later, up to this much of it. */
    CATCH_UP_NANOSECONDS = 50 * 1000 * 1000,
};

void garim_pace_open(struct garim_pace *pace)
{
    pthread_condattr_t attributes;
    *pace = (struct garim_pace){0};
    ASSERT(pthread_mutex_init(&pace->lock, NULL) == 0);
    ASSERT(pthread_condattr_init(&attributes) == 0);
    ASSERT(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0);
    ASSERT(pthread_cond_init(&pace->changed, &attributes) == 0);
    (void)pthread_condattr_destroy(&attributes);
}

void garim_pace_close(struct garim_pace *pace)
{
    (void)pthread_cond_destroy(&pace->changed);
    (void)pthread_mutex_destroy(&pace->lock);
}

bool garim_pace_take(struct garim_pace *pace, size_t bytes, uint64_t now)
{
    if (pace->bytes_per_second == 0) return true;
    (void)pthread_mutex_lock(&pace->lock);
    const bool may = pace->next <= now;
    if (may) {
        const uint64_t earliest =
            now < CATCH_UP_NANOSECONDS ? 0 : now - CATCH_UP_NANOSECONDS;
        if (pace->next == 0) pace->next = now;
        if (pace->next < earliest) pace->next = earliest;
        pace->next += (uint64_t)((double)bytes * NANOSECONDS /
                                 (double)pace->bytes_per_second);
    }
    (void)pthread_mutex_unlock(&pace->lock);
    return may;
}

void garim_pace_wait(struct garim_pace *pace)
{
    (void)pthread_mutex_lock(&pace->lock);
    const struct timespec until = {
        .tv_sec = (time_t)(pace->next / NANOSECONDS),
        .tv_nsec = (long)(pace->next % NANOSECONDS),
    };
    while (!pace->released &&
           pthread_cond_timedwait(&pace->changed, &pace->lock, &until) !=
               ETIMEDOUT)
        continue;
    (void)pthread_mutex_unlock(&pace->lock);
}

void garim_pace_release(struct garim_pace *pace)
{
    (void)pthread_mutex_lock(&pace->lock);
    pace->released = true;
    (void)pthread_cond_broadcast(&pace->changed);
    (void)pthread_mutex_unlock(&pace->lock);
}
