/* test_rejects.c - the lowest faults, in whatever order blocks bring them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <criterion/criterion.h>

#include "base/error.h"
#include "job_support.h"
#include "flow/rejects.h"

enum { BLOCKS = 12, BLOCK_RECORDS = 10, RECORDS = BLOCKS * BLOCK_RECORDS };

/* Which records are faulty, and where the input breaks. */
struct faulty {
    bool records[RECORDS];
    uint64_t breaks[2]; /* or GARIM_NONE */
};

static void add_block(struct garim_rejects *rejects,
                      const struct faulty *faulty, size_t block)
{
    struct garim_reject faults[BLOCK_RECORDS];
    size_t count = 0;
    for (size_t i = 0; i < BLOCK_RECORDS; i++) {
        const uint64_t record = block * BLOCK_RECORDS + i;
        if (faulty->records[record])
            faults[count++] = (struct garim_reject){.record = record};
    }
    if (count > 0) garim_rejects_add(rejects, faults, count);
    for (size_t i = 0; i < 2; i++) {
        struct garim_error error = {0};
        const uint64_t record = faulty->breaks[i];
        if (record == GARIM_NONE || record / BLOCK_RECORDS != block) continue;
        error.record = record;
        garim_rejects_break(rejects, record, &error);
    }
}

/* By the plainest of ways: the faults in their order. */
static void check(struct garim_rejects *rejects, const struct faulty *faulty,
                  size_t max)
{
    struct garim_reject copy[RECORDS];
    const uint64_t *breaks = faulty->breaks;
    const uint64_t first = breaks[0] < breaks[1] ? breaks[0] : breaks[1];
    uint64_t excess = GARIM_NONE;
    size_t count = 0;
    for (uint64_t record = 0; record < RECORDS; record++) {
        cr_assert_eq(garim_rejects_copy(rejects, record, copy),
                     count < max + 1 ? count : max + 1);
        if (!faulty->records[record]) continue;
        if (count <= max) cr_assert_eq(rejects->list[count].record, record);
        if (count == max) excess = record;
        count++;
    }
    cr_assert_eq(garim_rejects_stop(rejects), excess < first ? excess : first);
    cr_assert_eq(rejects->break_record, first);
    if (first != GARIM_NONE) cr_assert_eq(rejects->break_error.record, first);
    const struct garim_reject *found = garim_rejects_excess(rejects);
    cr_assert_eq(found != NULL, excess < first);
    if (found != NULL) cr_assert_eq(found->record, excess);
}

Test(rejects, any_order_gives_the_lowest)
{
    for (size_t round = 0; round < 3000; round++) {
        const size_t max = (size_t)job_draw(20), rarity = 2 + job_draw(30);
        struct faulty faulty = {.breaks = {GARIM_NONE, GARIM_NONE}};
        struct garim_rejects rejects;
        size_t order[BLOCKS];
        for (size_t i = 0; i < RECORDS; i++)
            faulty.records[i] = job_draw(rarity) == 0;
        for (size_t i = 0; i < job_draw(3); i++)
            faulty.breaks[i] = job_draw(RECORDS);
        for (size_t i = 0; i < BLOCKS; i++) {
            const size_t j = (size_t)job_draw(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        cr_assert_eq(garim_rejects_open(&rejects, max), 0);
        for (size_t i = 0; i < BLOCKS; i++)
            add_block(&rejects, &faulty, order[i]);
        check(&rejects, &faulty, max);
        garim_rejects_close(&rejects);
    }
}
