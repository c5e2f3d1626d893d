/* rejects.c - the lowest broken records, and where a job must stop for them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/rejects.h"

#include <stdlib.h>

#include "base/assert.h"

int garim_rejects_open(struct garim_rejects *rejects, size_t max_rejects)
{
    *rejects = (struct garim_rejects){
        .capacity = max_rejects + 1,
        .break_record = GARIM_NONE,
        .stop = GARIM_NONE,
    };
    rejects->list = calloc(rejects->capacity, sizeof *rejects->list);
    if (rejects->list == NULL) return -1;
    ASSERT(pthread_mutex_init(&rejects->lock, NULL) == 0);
    return 0;
}

void garim_rejects_close(struct garim_rejects *rejects)
{
    if (rejects->list == NULL) return;
    (void)pthread_mutex_destroy(&rejects->lock);
    free(rejects->list);
    rejects->list = NULL;
}

static void lower_stop(struct garim_rejects *rejects, uint64_t record)
{
    if (record < rejects->stop) rejects->stop = record;
}

/* Merge from the back; what falls off the end is not among the lowest. */
static void merge(struct garim_rejects *rejects,
                  const struct garim_reject *list, size_t count)
{
    struct garim_reject *kept = rejects->list;
    size_t old = rejects->count;
    const size_t sum = old + count;
    for (size_t place = sum; count > 0;) {
        const bool take_old =
            old > 0 && kept[old - 1].record > list[count - 1].record;
        const struct garim_reject taken =
            take_old ? kept[--old] : list[--count];
        if (--place < rejects->capacity) kept[place] = taken;
    }
    rejects->count = sum < rejects->capacity ? sum : rejects->capacity;
}

void garim_rejects_add(struct garim_rejects *rejects,
                       const struct garim_reject *list, size_t count)
{
    for (size_t i = 1; i < count; i++)
        ASSERT(list[i - 1].record < list[i].record);
    (void)pthread_mutex_lock(&rejects->lock);
    merge(rejects, list, count);
    if (rejects->count == rejects->capacity)
        lower_stop(rejects, rejects->list[rejects->capacity - 1].record);
    (void)pthread_mutex_unlock(&rejects->lock);
}

void garim_rejects_break(struct garim_rejects *rejects, uint64_t record,
                         const struct garim_error *error)
{
    (void)pthread_mutex_lock(&rejects->lock);
    if (record < rejects->break_record) {
        rejects->break_record = record;
        rejects->break_error = *error;
        lower_stop(rejects, record);
    }
    (void)pthread_mutex_unlock(&rejects->lock);
}

size_t garim_rejects_copy(struct garim_rejects *rejects, uint64_t record_end,
                          struct garim_reject *copy)
{
    size_t count = 0;
    (void)pthread_mutex_lock(&rejects->lock);
    while (count < rejects->count && rejects->list[count].record < record_end) {
        copy[count] = rejects->list[count];
        count++;
    }
    (void)pthread_mutex_unlock(&rejects->lock);
    return count;
}

const struct garim_reject *
garim_rejects_excess(const struct garim_rejects *rejects)
{
    if (rejects->count < rejects->capacity) return NULL;
    const struct garim_reject *excess = &rejects->list[rejects->capacity - 1];
    return excess->record < rejects->break_record ? excess : NULL;
}
