/* rejects.h - the lowest broken records, and where a job must stop for them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Lanes report in any order.  Since every block below a claimed block has been
 * claimed too, and claimed blocks are finished, the result does not depend on
 * the number of lanes.
 */
#ifndef GARIM_FLOW_REJECTS_H
#define GARIM_FLOW_REJECTS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/worker.h"

struct garim_rejects {
    pthread_mutex_t lock;
    struct garim_reject *list; /* the lowest, ascending */
    size_t count;
    size_t capacity;       /* one more than are allowed */
    uint64_t break_record; /* of `break_error`, or GARIM_NONE */
    struct garim_error break_error;
    _Atomic uint64_t stop; /* nothing of this record and all after it may be
                              written; or GARIM_NONE */
};

/* Room for `max_rejects` of them and one more.  -1: out of memory. */
int garim_rejects_open(struct garim_rejects *rejects, size_t max_rejects);
void garim_rejects_close(struct garim_rejects *rejects);

/* Those of one block, ascending. */
void garim_rejects_add(struct garim_rejects *rejects,
                       const struct garim_reject *list, size_t count);

/* The input cannot be understood from `record` on; the lowest such error is
 * the job's. */
void garim_rejects_break(struct garim_rejects *rejects, uint64_t record,
                         const struct garim_error *error);

/* Copy those before `record_end`; returns how many. */
size_t garim_rejects_copy(struct garim_rejects *rejects, uint64_t record_end,
                          struct garim_reject *copy);

static inline uint64_t garim_rejects_stop(const struct garim_rejects *rejects)
{
    return rejects->stop;
}

/* Once all lanes are done: the reject that was one too many, where it comes
 * before any break, or NULL. */
const struct garim_reject *
garim_rejects_excess(const struct garim_rejects *rejects);

#endif
