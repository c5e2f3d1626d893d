/* disk.h - what copies a file, and how it is told apart
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BENCH_DISK_H
#define GARIM_BENCH_DISK_H

#include "bench.h"
#include "fio.h"
#include "job.h"
#include "scratch.h"

enum {
    GARIM_BENCH_COPIERS_MAX = 32,
    GARIM_BENCH_STEPS_MAX = 2,
};

struct garim_bench_disk;

/* From the input to the output of the scratch folder. */
struct garim_bench_copier {
    struct garim_bench_disk *disk;
    enum garim_status (*run)(struct garim_bench_copier *copier,
                             struct garim_bench_sample *ret_sample);
    struct garim_bench_job job;                      /* garim */
    struct garim_bench_fio fio;                      /* or fio */
    const char *const *steps[GARIM_BENCH_STEPS_MAX]; /* or these programs */
};

struct garim_bench_disk {
    struct garim_bench *bench;
    struct garim_bench_scratch scratch;
    struct garim_bench_told *told;
    uint64_t input_bytes;
    struct garim_bench_truth truth;
    char io[32];              /* what garim uses here */
    enum garim_status status; /* of the first sample that failed */
    struct garim_error *error;
    size_t copier_count;
    struct garim_bench_copier copiers[GARIM_BENCH_COPIERS_MAX];
};

/* ---- disk_copy.c --------------------------------------------------------- */

/* Run it, watching the disk; the output stays. */
enum garim_status garim_bench_disk_copy(struct garim_bench_copier *copier,
                                        struct garim_bench_sample *ret_sample);

/* Make a copy of `copier` a contender. */
struct garim_bench_contender *
garim_bench_disk_add(struct garim_bench_disk *disk,
                     struct garim_bench_case *one, const char *name,
                     const struct garim_bench_copier *copier);

/* Make it a contender, a peer, if it can do its work here. */
enum garim_status garim_bench_disk_try(struct garim_bench_disk *disk,
                                       struct garim_bench_case *one,
                                       const char *name,
                                       const struct garim_bench_copier *copier);

/* ---- disk_peers.c -------------------------------------------------------- */

/* GARIM_USAGE where --peers names what is none. */
enum garim_status garim_bench_disk_check_peers(const struct garim_bench *bench,
                                               struct garim_error *error);
/* A note for each one that is not here or can not work here. */
enum garim_status garim_bench_disk_add_peers(struct garim_bench_disk *disk,
                                             struct garim_bench_case *one);

/* ---- disk_goals.c -------------------------------------------------------- */

void garim_bench_disk_state_goals(const struct garim_bench_disk *disk);

#endif
