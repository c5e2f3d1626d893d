/* fault_io.h - a back end whose calls fail, or end the process, when told
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Plain calls behind a counter, for jobs with one thread.
 */
#ifndef GARIM_TESTS_UNIT_FAULT_IO_H
#define GARIM_TESTS_UNIT_FAULT_IO_H

#include "io/io.h"

/* Calls that leave a trace, or may fail on a real machine. */
enum fault_call {
    FAULT_ANY,
    FAULT_READ,  /* submit of a read */
    FAULT_WRITE, /* submit of a write */
    FAULT_OPEN,
    FAULT_CREATE,
    FAULT_MODE,
    FAULT_STATUS,
    FAULT_PREALLOCATE,
    FAULT_TRUNCATE,
    FAULT_SYNC,
    FAULT_SYNC_DATA,
    FAULT_SYNC_DIRECTORY,
    FAULT_READ_AT,
    FAULT_WRITE_AT,
    FAULT_LOCK,
    FAULT_PUBLISH,
    FAULT_CAN_PUBLISH,
    FAULT_REMOVE,
    FAULT_CALLS,
};

#define FAULT_EXIT 99 /* of a process that was ended */

enum {
    FAULT_KILL = 0,   /* end the process before the call */
    FAULT_POWER = -1, /* the same, with all that was not synced */
};

struct fault_plan {
    enum fault_call call;
    unsigned long when; /* which of them fails, from 1; 0: none */
    int error;          /* to answer with, or one of: */
};

/* Begin to count; the plan is kept by its address. */
void fault_begin(const struct fault_plan *plan);

/* How many calls of this kind there were. */
unsigned long fault_count(enum fault_call call);

/* Whether the planned call was reached. */
bool fault_struck(void);

extern const struct garim_io fault_io;

#endif
