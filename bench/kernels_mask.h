/* kernels_mask.h - the case of a mask over whole records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BENCH_KERNELS_MASK_H
#define GARIM_BENCH_KERNELS_MASK_H

#include "bench.h"

struct garim_bench_mask;

/* Add the case; it needs `*ret_mask` until the bench is measured. */
enum garim_status garim_bench_mask_open(struct garim_bench *bench,
                                        struct garim_bench_mask **ret_mask,
                                        struct garim_error *error);
/* State the goal, for the kernels of `tier`. */
void garim_bench_mask_goal(struct garim_bench *bench, const char *tier);
void garim_bench_mask_close(struct garim_bench_mask *mask); /* NULL: nothing */

#endif
