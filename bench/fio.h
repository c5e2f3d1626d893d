/* fio.h - fio reads the input and writes an output at the same time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BENCH_FIO_H
#define GARIM_BENCH_FIO_H

#include "bench.h"
#include "scratch.h"

struct garim_bench_fio {
    const char *memory; /* what its buffers are, in words */
    const char *option; /* to have them so */
    const char *variable;
    unsigned block_kib, depth, threads; /* of each side */
};

/* 1 MiB x 32, as most people begin. */
extern const struct garim_bench_fio garim_bench_fio_plain;

/* `bytes` of the input and as many of an output, side by side: O_DIRECT,
 * io_uring, registered buffers, preallocated.  Time is what fio counts: without
 * its start, without a sync. */
enum garim_status garim_bench_fio_run(const struct garim_bench_fio *settings,
                                      const struct garim_bench_scratch *scratch,
                                      uint64_t bytes,
                                      struct garim_bench_sample *ret_sample,
                                      struct garim_error *error);

/* The fastest settings on this disk, and how many were tried: all of them
 * once, the best ones again. */
enum garim_status
garim_bench_fio_search(struct garim_bench_fio *ret_best, unsigned *ret_tried,
                       const struct garim_bench_scratch *scratch,
                       uint64_t bytes, bool smoke, struct garim_error *error);

#endif
