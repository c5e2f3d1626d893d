/* test_scan.c - scan of each tier against scalar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#include <string.h>

#include <criterion/criterion.h>

/* ---- what is scanned ----------------------------------------------------- */

struct scanned {
    struct garim_scan scan;
    struct garim_column column;
    size_t count;
    uint8_t *data;
    uint8_t letters[32]; /* on both sides of every border */
};

static struct garim_scan any_scan(void)
{
    struct garim_scan scan = {0};
    support_randomize(scan.pads, sizeof scan.pads);
    support_randomize(scan.nulls, sizeof scan.nulls);
    if (support_one_in(2)) scan.pads[1] = scan.pads[0];
    if (support_one_in(2)) scan.nulls[0] = scan.pads[0];
    scan.from_start = support_one_in(2);
    scan.null_count = (uint8_t)support_below(5);
    scan.plain_low = (uint8_t)support_below(256);
    scan.plain_high = (uint8_t)support_below(256);
    if (support_one_in(8)) scan.plain_high = scan.plain_low;
    if (support_one_in(8)) scan.plain_high = (uint8_t)(scan.plain_low - 1);
    if (support_one_in(8)) scan.plain_low = 0;
    if (support_one_in(8)) scan.plain_high = 255;
    return scan;
}

static void set_letters(struct scanned *scanned)
{
    const struct garim_scan *scan = &scanned->scan;
    const uint8_t borders[10] = {
        scan->pads[0],
        scan->pads[1],
        scan->nulls[0],
        scan->nulls[1],
        scan->nulls[2],
        scan->nulls[3],
        0,
        0x80,
        scan->plain_low,
        scan->plain_high,
    };
    for (size_t i = 0; i < 30; i++)
        scanned->letters[i] = (uint8_t)(borders[i / 3] + i % 3 - 1);
    scanned->letters[30] = scan->pads[0];
    scanned->letters[31] = scan->pads[1];
}

static uint8_t any_letter(const struct scanned *scanned)
{
    return scanned->letters[support_below(sizeof scanned->letters)];
}

static uint8_t any_plain(const struct garim_scan *scan)
{
    uint8_t span = (uint8_t)(scan->plain_high - scan->plain_low);
    return (uint8_t)(scan->plain_low + support_below(span + 1U));
}

static uint8_t any_null(const struct garim_scan *scan)
{
    return scan
        ->nulls[scan->null_count == 0 ? 0 : support_below(scan->null_count)];
}

/* Padding of any width at the end that is trimmed, or at the other. */
static void pad(const struct scanned *scanned, uint8_t *field)
{
    size_t bytes = scanned->column.bytes;
    size_t some = support_below((uint32_t)bytes + 1);
    bool at_start = scanned->scan.from_start ^ support_one_in(8);
    for (size_t i = 0; i < some; i++)
        field[at_start ? i : bytes - 1 - i] =
            scanned->scan.pads[support_below(2)];
}

static void set_field(const struct scanned *scanned, size_t row)
{
    const struct garim_scan *scan = &scanned->scan;
    size_t bytes = scanned->column.bytes;
    uint8_t *field = scanned->data + row * scanned->column.stride;
    uint32_t kind = support_below(6);
    if (kind >= 4 && row > 0)
        memcpy(field, field - scanned->column.stride, bytes);
    else if (kind == 3)
        support_randomize(field, bytes);
    else
        for (size_t i = 0; i < bytes; i++)
            field[i] = kind == 0   ? any_letter(scanned)
                       : kind == 1 ? any_null(scan)
                                   : any_plain(scan);
    if (kind <= 3 && support_one_in(2)) pad(scanned, field);
    if (support_one_in(2))
        field[support_below((uint32_t)bytes)] = any_letter(scanned);
}

static uint32_t any_bytes(void)
{
    if (support_one_in(500)) return 65536 - support_below(2);
    uint32_t bytes = support_length(5000);
    return bytes > 0 ? bytes : 1;
}

static struct scanned any_scanned(void)
{
    struct scanned scanned = {.scan = any_scan(), .count = support_count()};
    uint32_t bytes = any_bytes();
    uint32_t gap = support_one_in(3) ? 0 : support_below(200);
    if (bytes > 300) scanned.count %= 20;
    set_letters(&scanned);
    size_t stride = bytes + gap;
    size_t all = scanned.count == 0 ? 0 : (scanned.count - 1) * stride + bytes;
    scanned.data = support_at_edge(support_memory(all), all);
    support_randomize(scanned.data, all);
    scanned.column = (struct garim_column){scanned.data, stride, bytes};
    for (size_t i = 0; i < scanned.count; i++)
        set_field(&scanned, i);
    return scanned;
}

/* ---- the tests ----------------------------------------------------------- */

static void expect_scan(const struct garim_kernels *kernels,
                        const struct scanned *scanned)
{
    size_t count = scanned->count, words = count * sizeof(uint32_t);
    uint32_t *offsets = support_results(0, words);
    uint32_t *lengths = support_results(1, words);
    uint8_t *flags = support_results(2, count);
    uint32_t *wanted_offsets = support_results(3, words);
    uint32_t *wanted_lengths = support_results(4, words);
    uint8_t *wanted_flags = support_results(5, count);
    kernels->scan(&scanned->scan, &scanned->column, count, offsets, lengths,
                  flags);
    garim_scan_scalar(&scanned->scan, &scanned->column, count, wanted_offsets,
                      wanted_lengths, wanted_flags);
    support_expect_same("offsets", offsets, wanted_offsets, words);
    support_expect_same("lengths", lengths, wanted_lengths, words);
    support_expect_same("flags", flags, wanted_flags, count);
}

static void same_as_scalar(const struct garim_kernels *kernels)
{
    struct scanned scanned = any_scanned();
    expect_scan(kernels, &scanned);
}

SUPPORT_TESTS(scan, same_as_scalar, 6000)

/* One byte that is of a kind of its own, at each place of a field of each
 * size, between fields that lack it. */
static void a_lone_byte(const struct garim_kernels *kernels)
{
    enum { ROWS = 3 };
    struct scanned scanned = {.scan = any_scan(), .count = ROWS};
    size_t bytes = support_between(1, 140), stride = bytes + support_below(3);
    size_t all = (ROWS - 1) * stride + bytes;
    set_letters(&scanned);
    scanned.data = support_at_edge(support_memory(all), all);
    scanned.column = (struct garim_column){scanned.data, stride, bytes};
    memset(scanned.data, any_letter(&scanned), all);
    for (size_t i = 0; i < bytes; i++) {
        uint8_t *lone = scanned.data + support_below(ROWS) * stride + i;
        uint8_t before = *lone;
        *lone = any_letter(&scanned);
        expect_scan(kernels, &scanned);
        *lone = before;
    }
}

SUPPORT_TESTS(scan, a_lone_byte, 1000)
