/* test_sizing.c - lanes, memory bounds and the cap on what is read
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "base/limits.h"
#include "flow/pace.h"
#include "io/io.h"
#include "flow/sizing.h"

/* ---- lanes and memory ---------------------------------------------------- */

static uint64_t bytes_of(const struct garim_sizing *plan,
                         const struct garim_sizing_facts *facts)
{
    return plan->lanes *
           (uint64_t)garim_sizing_round(plan->depth * facts->buffer_bytes);
}

Test(plan, buffers_stay_below_the_bound)
{
    for (unsigned i = 0; i < 16; i++) {
        const struct garim_sizing_facts facts = {
            .synchronous = i & 1,
            .in_turn = i & 2,
            .windows = i & 4 ? 3 : 1000000,
            .window_bytes = i & 8 ? 4096 : 1 << 20,
            .buffer_bytes = (i & 8 ? 4096 : 1 << 20) + 12345,
        };
        struct garim_job_options options = {.threads = 7};
        struct garim_sizing plan;
        struct garim_error error;
        unsigned lanes = 1;
        for (uint64_t bytes = 8192; bytes < 64 << 20; bytes += bytes / 7) {
            options.memory_bytes = bytes;
            if (garim_sizing_make(&plan, &options, &facts, &error) !=
                GARIM_OK) {
                cr_assert_eq(error.status, GARIM_USAGE);
                cr_assert_lt(bytes, garim_sizing_round(facts.buffer_bytes));
                continue;
            }
            cr_assert_geq(plan.depth, 1);
            cr_assert_leq(bytes_of(&plan, &facts), bytes);
            cr_assert_geq(plan.lanes, lanes, "fewer lanes with more memory");
            lanes = plan.lanes;
        }
        options.memory_bytes = 0;
        cr_assert_eq(garim_sizing_make(&plan, &options, &facts, &error),
                     GARIM_OK);
        cr_assert_eq(plan.threads, 7);
        cr_assert_geq(plan.lanes, lanes);
        if (!facts.in_turn) cr_assert_leq(plan.lanes, facts.windows);
    }
}

Test(plan, too_little_names_what_is_needed)
{
    const struct garim_sizing_facts facts = {
        .windows = 10, .window_bytes = 1 << 20, .buffer_bytes = (1 << 20) + 9};
    struct garim_job_options options = {.memory_bytes = (2 << 20) - 1};
    struct garim_sizing plan;
    struct garim_error error;
    cr_assert_eq(garim_sizing_make(&plan, &options, &facts, &error),
                 GARIM_USAGE);
    cr_assert_not_null(strstr(error.message, "--memory 2048k"));
    options.memory_bytes = 2 << 20;
    cr_assert_eq(garim_sizing_make(&plan, &options, &facts, &error), GARIM_OK);
    cr_assert_eq(plan.lanes, 1);
    cr_assert_eq(plan.depth, 1);
}

/* ---- pace ---------------------------------------------------------------- */

static const uint64_t second = 1000 * 1000 * 1000;

/* Whoever asks all the time gets the rate, and never more than it and what a
 * moment leaves over. */
Test(pace, rate_is_kept)
{
    struct garim_pace pace;
    garim_pace_open(&pace);
    pace.bytes_per_second = 1000000;
    uint64_t taken = 0;
    const uint64_t begin = 77 * second;
    for (uint64_t now = begin; now < begin + 10 * second; now += 12345) {
        const size_t bytes = 4096 + now % 5000;
        if (garim_pace_take(&pace, bytes, now)) taken += bytes;
        cr_assert_leq(taken, 10000 + (now - begin) / 1000);
    }
    cr_assert_geq(taken, 10000000 - 10000);
    garim_pace_close(&pace);
}

/* After a pause no more than a moment is caught up. */
Test(pace, pauses_are_not_saved_up)
{
    struct garim_pace pace;
    garim_pace_open(&pace);
    pace.bytes_per_second = 1000000;
    cr_assert(garim_pace_take(&pace, 1000, second));
    cr_assert_not(garim_pace_take(&pace, 1000, second));
    uint64_t taken = 0;
    while (garim_pace_take(&pace, 1000, 3600 * second))
        taken += 1000;
    cr_assert_leq(taken, 51000);
    garim_pace_close(&pace);
}

Test(pace, no_cap_and_release)
{
    struct garim_pace pace;
    garim_pace_open(&pace);
    for (int i = 0; i < 100; i++)
        cr_assert(garim_pace_take(&pace, SIZE_MAX, 5));
    pace.bytes_per_second = 1;
    cr_assert(garim_pace_take(&pace, 1000000, garim_io_posix.clock()));
    garim_pace_release(&pace);
    garim_pace_wait(&pace); /* or for 11 days */
    garim_pace_close(&pace);
}
