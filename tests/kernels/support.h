/* support.h - seeded cases, guard pages and tiers for kernel tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TESTS_KERNELS_SUPPORT_H
#define GARIM_TESTS_KERNELS_SUPPORT_H

#include "kernels/kernels.h"

/* ---- cases ---------------------------------------------------------------
 *
 * The seed is GARIM_SEED or the clock; each case has random numbers of its own,
 * made of the seed, the name and the number of the case. */

/* Run `run` for case 0 to cases - 1 with the kernels of the tier; where this
 * machine can not, the test is skipped and says so.  A case that crashes (a
 * guard page) names itself on the standard error. */
typedef void support_case(const struct garim_kernels *kernels);
void support_run(const char *name, support_case *run, enum garim_tier tier,
                 unsigned cases);

/* The case that runs, and how to run it again: to be shown where one fails. */
const char *support_where(void);

#define SUPPORT_TEST(suite, property, tier, number, cases)                     \
    Test(suite, property##_##tier)                                             \
    {                                                                          \
        support_run(#suite "/" #property, property, number, cases);            \
    }

/* One Criterion test for each tier above scalar: `property` is a
 * support_case. */
#define SUPPORT_TESTS(suite, property, cases)                                  \
    SUPPORT_TEST(suite, property, avx2, GARIM_TIER_AVX2, cases)                \
    SUPPORT_TEST(suite, property, shani, GARIM_TIER_SHANI, cases)              \
    SUPPORT_TEST(suite, property, avx512, GARIM_TIER_AVX512, cases)

/* ---- random numbers of the case ------------------------------------------ */

uint64_t support_random(void);
/* 0 to limit - 1; `limit` is not 0. */
uint32_t support_below(uint32_t limit);
/* low to high. */
uint32_t support_between(uint32_t low, uint32_t high);
bool support_one_in(uint32_t chances);
void support_randomize(uint8_t *bytes, size_t count);

/* How many values a call takes: mostly 0 to 100, now and then up to a
 * thousand. */
size_t support_count(void);

/* ---- guarded memory ------------------------------------------------------
 *
 * Whole pages between two that may not be touched. */

struct support_guarded {
    uint8_t *pages;
    size_t bytes;
};

/* Room for `bytes` bytes or more. */
struct support_guarded support_guarded_open(size_t bytes);
void support_guarded_close(struct support_guarded *guarded);

/* `bytes` bytes that end right before the upper guard page, or begin right
 * after the lower one. */
uint8_t *support_at_end(const struct support_guarded *guarded, size_t bytes);
uint8_t *support_at_start(const struct support_guarded *guarded, size_t bytes);
/* One of the two. */
uint8_t *support_at_edge(const struct support_guarded *guarded, size_t bytes);

/* ---- values --------------------------------------------------------------
 *
 * As a call names them: side by side, anywhere, or a column. */

struct support_values {
    uint8_t *data;
    uint32_t *offsets;
    uint32_t *lengths;
    size_t count;
    uint8_t *first; /* byte of a value */
    size_t bytes;   /* up to the end of the last */
};

/* Of some sizes around those of vectors, mostly below 200, of `limit` at
 * most. */
uint32_t support_length(uint32_t limit);

/* Values of the case, of random bytes, in memory of which `first` or the end
 * stands at a guard page; it is used again in the next case. */
struct support_values support_values(void);

/* Guarded memory of `bytes` bytes or more, used again in the next case. */
const struct support_guarded *support_memory(size_t bytes);

/* Memory before a guard page for `bytes` bytes of results, number `which` (0 to
 * 7), used again in the next case. */
void *support_results(size_t which, size_t bytes);

/* ---- results ------------------------------------------------------------- */

/* Fail at the first byte that differs, saying where it is. */
void support_expect_same(const char *what, const void *is, const void *wanted,
                         size_t bytes);

#endif
