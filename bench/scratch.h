/* scratch.h - a folder for the files of a benchmark, and the disk below it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BENCH_SCRATCH_H
#define GARIM_BENCH_SCRATCH_H

#include <limits.h>
#include <stdint.h>

#include "garim/garim.h"

struct garim_bench_scratch {
    char folder[PATH_MAX];
    char input[PATH_MAX + 8]; /* FOLDER/input */
    char output[PATH_MAX + 8];
    char device[64]; /* the file with its counters */
};

/* What the disk has done so far; all 0 where it has no counters. */
struct garim_bench_requests {
    uint64_t reads, read_bytes;
    uint64_t writes, write_bytes;
};

/* A new folder in `directory`, which must have room for `bytes`. */
enum garim_status
garim_bench_scratch_open(struct garim_bench_scratch *ret_scratch,
                         const char *directory, uint64_t bytes,
                         struct garim_error *error);
/* Remove the folder and all files in it. */
void garim_bench_scratch_close(struct garim_bench_scratch *scratch);
/* Remove all files but the input, and let the disk come to rest. */
void garim_bench_scratch_clear(const struct garim_bench_scratch *scratch);
/* The input out of the page cache. */
void garim_bench_scratch_cool(const struct garim_bench_scratch *scratch);

struct garim_bench_requests
garim_bench_scratch_requests(const struct garim_bench_scratch *scratch);

#endif
