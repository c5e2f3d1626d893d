/* child.h - work in processes of their own, whose cost is theirs alone
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BENCH_CHILD_H
#define GARIM_BENCH_CHILD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "garim/garim.h"

enum { GARIM_BENCH_CHILD_ABSENT = 127 }; /* no such program */

struct garim_bench_child {
    const char *const *arguments; /* of a program; NULL: call `work` */
    int (*work)(void *context);   /* has standard input and output only */
    void *context;
    const char *folder;   /* to start in, or NULL */
    const char *variable; /* NAME=VALUE, added to the environment, or NULL */
    int in, out;          /* descriptors; 0: nothing */
    bool piped;           /* its output is the input of the next */

    /* Afterwards: */
    int code; /* of its exit; 128 and a signal */
    double core_seconds;
    uint64_t peak_bytes;
    pid_t pid;
    bool ended;
};

/* From here to the end of the program signals interrupt children, not us. */
void garim_bench_children_prepare(void);

/* Start all, wait for all.  GARIM_TEMPORARY: interrupted, all are dead; else
 * look at their codes.  `*ret_seconds` is from the first start to the last end.
 */
enum garim_status garim_bench_children_run(struct garim_bench_child *children,
                                           size_t count, double *ret_seconds,
                                           struct garim_error *error);

/* Whether there is such a program. */
bool garim_bench_child_exists(const char *program);

#endif
