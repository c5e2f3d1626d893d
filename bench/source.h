/* source.h - sample records in memory, many more than caches hold
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BENCH_SOURCE_H
#define GARIM_BENCH_SOURCE_H

#include "bench.h"

enum { GARIM_BENCH_BLOCK_BYTES = 1 << 20 };

struct garim_bench_source {
    uint8_t *data;
    size_t record_bytes;
    uint64_t records;     /* whole blocks of them */
    size_t block_records; /* a block is at most GARIM_BENCH_BLOCK_BYTES */
    size_t blocks;
};

/* As many records as the options say, written by all cores. */
void garim_bench_source_open(struct garim_bench_source *ret_source,
                             const struct garim_policy *policy,
                             const struct garim_bench_options *options);
void garim_bench_source_close(struct garim_bench_source *source);

/* Records in which a field that the policy tokenizes is not blank and equals
 * the field of the record above. */
uint64_t garim_bench_source_repeats(const struct garim_bench_source *source,
                                    const struct garim_policy *policy);

#endif
