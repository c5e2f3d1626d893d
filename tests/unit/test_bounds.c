/* test_bounds.c - the numbers of a state, each at its bound and one beyond
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/limits.h"
#include "publish/bounds.h"

struct change {
    size_t at; /* of a number of 64 bits */
    uint64_t value;
    bool good;
};

static void apply(void *to, const struct change *change)
{
    memcpy((uint8_t *)to + change->at, &change->value, sizeof change->value);
}

#define JOB(member) offsetof(struct garim_journal_job, member)
#define POINT(member) offsetof(struct garim_journal_point, member)

static const struct garim_journal_job good_job = {
    .resumable = 1,
    .window_bytes = 4096,
    .output_bytes = 10 * 4096 + 1, /* 11 windows */
    .count_size = 2,
    .rejects_max = 3,
    .trait_count = 1,
};

Test(bounds, jobs)
{
    static const struct change changes[] = {
        {JOB(resumable), 0, true},
        {JOB(resumable), 2, false},
        {JOB(window_bytes), 2048, false},
        {JOB(window_bytes), 4 << 20, true},
        {JOB(window_bytes), 8 << 20, false},
        {JOB(window_bytes), UINT64_C(1) << 63, false},
        {JOB(window_bytes), 12288, false},
        {JOB(window_bytes), 4097, false},
        {JOB(window_bytes), 0, false},
        {JOB(count_size), 1 << 24, true},
        {JOB(count_size), (1 << 24) + 1, false},
        {JOB(rejects_max), GARIM_REJECTS_MAX, true},
        {JOB(rejects_max), GARIM_REJECTS_MAX + 1, false},
        {JOB(trait_count), GARIM_JOURNAL_TRAITS_MAX, true},
        {JOB(trait_count), GARIM_JOURNAL_TRAITS_MAX + 1, false},
    };
    cr_assert(garim_bounds_hold_job(&good_job));
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct garim_journal_job job = good_job;
        apply(&job, &changes[i]);
        cr_assert_eq(garim_bounds_hold_job(&job), changes[i].good, "change %zu",
                     i);
    }
}

/* A text without an end would be read beyond it. */
Test(bounds, traits)
{
    for (size_t i = 0; i < GARIM_JOURNAL_TRAITS_MAX; i++) {
        struct garim_journal_job job = good_job;
        memset(job.traits[i].name, 'x', sizeof job.traits[i].name);
        cr_assert_not(garim_bounds_hold_job(&job), "name %zu", i);
        job.traits[i].name[sizeof job.traits[i].name - 1] = '\0';
        cr_assert(garim_bounds_hold_job(&job), "name %zu", i);
        memset(job.traits[i].value, 'x', sizeof job.traits[i].value);
        cr_assert_not(garim_bounds_hold_job(&job), "value %zu", i);
    }
}

static const struct garim_journal_bounds bounds = {
    .first_record = 100,
    .records = 50,
    .bytes_in = 9000,
    .reject_steps = 4,
    .reject_breaches = 2,
};

/* Two numbers each, since one alone is noticed by its neighbour. */
Test(bounds, points)
{
    static const struct change changes[][2] = {
        {{POINT(windows), 0, true}, {POINT(bytes_out), 0, true}},
        {{POINT(windows), 0, false}, {POINT(bytes_out), 1, false}},
        {{POINT(windows), 10, true}, {POINT(bytes_out), 40960, true}},
        {{POINT(windows), 10, false}, {POINT(bytes_out), 40961, false}},
        {{POINT(windows), 11, true}, {POINT(bytes_out), 40961, true}},
        {{POINT(windows), 12, false}, {POINT(bytes_out), 40961, false}},
        {{POINT(windows), UINT64_MAX, false}, {POINT(bytes_out), 40961, false}},
        {{POINT(windows), 1, true}, {POINT(records), 50, true}},
        {{POINT(windows), 1, false}, {POINT(records), 51, false}},
        {{POINT(windows), 1, true}, {POINT(bytes_in), 9000, true}},
        {{POINT(windows), 1, false}, {POINT(bytes_in), 9001, false}},
        {{POINT(windows), 1, false}, {POINT(complete), 1, false}},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct garim_journal_point point = {.bytes_out = 4096};
        apply(&point, &changes[i][0]);
        apply(&point, &changes[i][1]);
        cr_assert_eq(garim_bounds_hold_point(&good_job, &point, &bounds),
                     changes[i][0].good, "changes %zu", i);
    }
    struct garim_journal_point whole = {
        .windows = 11, .bytes_out = 40961, .complete = 1};
    cr_assert(garim_bounds_hold_point(&good_job, &whole, &bounds));
    whole.complete = 2;
    cr_assert_not(garim_bounds_hold_point(&good_job, &whole, &bounds));
}

Test(bounds, faults)
{
    static const struct {
        struct garim_reject faults[2];
        bool good;
    } cases[] = {
        {{{100, 0, 0}, {149, 3, 1}}, true},
        {{{99, 0, 0}, {149, 3, 1}}, false},
        {{{100, 0, 0}, {150, 3, 1}}, false},
        {{{100, 0, 0}, {UINT64_MAX, 3, 1}}, false},
        {{{100, 0, 0}, {100, 3, 1}}, false},
        {{{120, 0, 0}, {119, 3, 1}}, false},
        {{{100, 4, 0}, {149, 3, 1}}, false},
        {{{100, 0, 0}, {149, 3, 2}}, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(garim_bounds_hold_rejects(cases[i].faults, 2, &bounds),
                     cases[i].good, "case %zu", i);
}
