/* test_guard.c - guard of each tier against scalar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#include <string.h>

#include <criterion/criterion.h>

struct guarded {
    struct garim_guard guard;
    uint8_t *rows;
    size_t stride;
    size_t count;
};

/* Ranges of which many are one byte, and many are all. */
static uint8_t any_span(void)
{
    const uint8_t spans[] = {
        0, 0, 9, 25, 255, 255, (uint8_t)support_below(256)};
    return spans[support_below(sizeof spans)];
}

static struct garim_guard any_guard(void)
{
    static const uint32_t lengths[] = {40, 300, 900};
    struct garim_guard guard = {
        .at = support_one_in(2) ? 0 : support_below(70),
        .bytes = support_between(1, lengths[support_below(3)]),
        .layers = support_between(1, GARIM_GUARD_LAYERS_MAX),
    };
    size_t all = guard.layers * guard.bytes;
    size_t room = all + GARIM_GUARD_SPARE_BYTES;
    uint8_t *lows = support_results(6, room);
    uint8_t *spans = support_results(7, room);
    support_randomize(lows, room);
    support_randomize(spans, room);
    for (size_t i = 0; i < all; i++)
        spans[i] = any_span();
    /* Nothing is asked of many bytes side by side. */
    for (size_t at = support_below(500); at < guard.bytes; at += 400)
        memset(spans + at, 255,
               guard.bytes - at < 200 ? guard.bytes - at : 200);
    guard.lows = lows;
    guard.spans = spans;
    return guard;
}

/* In a range of one of the layers, often at its border. */
static uint8_t any_passing(const struct garim_guard *guard, size_t k)
{
    size_t i = support_below((uint32_t)guard->layers) * guard->bytes + k;
    uint32_t step = support_below(guard->spans[i] + 1U);
    if (support_one_in(3)) step = guard->spans[i];
    return (uint8_t)(guard->lows[i] + step);
}

/* Every row passes but for a byte in some, often just beyond a border. */
static struct guarded any_guarded(void)
{
    struct guarded guarded = {.guard = any_guard(), .count = support_count()};
    const struct garim_guard *guard = &guarded.guard;
    size_t least = guard->at + guard->bytes;
    guarded.stride = least + (support_one_in(3) ? 0 : support_below(90));
    size_t all =
        guarded.count == 0 ? 0 : (guarded.count - 1) * guarded.stride + least;
    guarded.rows = support_at_edge(support_memory(all), all);
    support_randomize(guarded.rows, all);
    for (size_t row = 0; row < guarded.count; row++) {
        uint8_t *bytes = guarded.rows + row * guarded.stride + guard->at;
        for (size_t k = 0; k < guard->bytes; k++)
            bytes[k] = any_passing(guard, k);
        if (support_one_in(2)) continue;
        size_t k = support_below((uint32_t)guard->bytes);
        bytes[k] = (uint8_t)(guard->lows[k] - 1 +
                             support_below(2) * (guard->spans[k] + 2U));
    }
    return guarded;
}

static void same_as_scalar(const struct garim_kernels *kernels)
{
    struct guarded guarded = any_guarded();
    size_t bytes = guarded.count * sizeof(uint32_t);
    uint32_t *which = support_results(0, bytes);
    uint32_t *wanted = support_results(1, bytes);
    size_t found = kernels->guard(&guarded.guard, guarded.rows, guarded.stride,
                                  guarded.count, which);
    size_t right = garim_guard_scalar(&guarded.guard, guarded.rows,
                                      guarded.stride, guarded.count, wanted);
    cr_assert_eq(found, right, "%zu rows found, not %zu", found, right);
    support_expect_same("which", which, wanted, found * sizeof(uint32_t));
}

SUPPORT_TESTS(guard, same_as_scalar, 6000)

/* A lone wrong byte at every place of a row, and which row it is. */
static void a_lone_byte(const struct garim_kernels *kernels)
{
    enum { ROWS = 3 };
    size_t bytes = support_between(1, 140), stride = bytes + support_below(3);
    size_t all = (ROWS - 1) * stride + bytes;
    size_t room = bytes + GARIM_GUARD_SPARE_BYTES;
    uint8_t *lows = support_results(6, room);
    uint8_t *spans = support_results(7, room);
    uint8_t *rows = support_at_edge(support_memory(all), all);
    memset(lows, '0', room);
    memset(spans, 9, room);
    memset(rows, '5', all);
    struct garim_guard guard = {0, bytes, 1, lows, spans};
    for (size_t k = 0; k < bytes; k++) {
        uint32_t which[ROWS] = {9, 9, 9};
        uint32_t row = support_below(ROWS);
        uint8_t *lone = rows + row * stride + k;
        cr_expect_eq(kernels->guard(&guard, rows, stride, ROWS, which), 0);
        *lone = support_one_in(2) ? '0' - 1 : '9' + 1;
        cr_expect_eq(kernels->guard(&guard, rows, stride, ROWS, which), 1);
        cr_expect_eq(which[0], row, "byte %zu of %zu", k, bytes);
        *lone = '9';
    }
}

SUPPORT_TESTS(guard, a_lone_byte, 500)
