/* test_translate.c - translate and digits of each tier against scalar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

/* ---- where the values go ------------------------------------------------- */

struct moved {
    struct support_values values;
    uint8_t *slots;
    size_t slot_bytes;
    uint8_t *wanted; /* what scalar makes of them, with the same slots */
};

static size_t longest_of(const struct support_values *values)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < values->count; i++)
        if (values->lengths[i] > longest) longest = values->lengths[i];
    return longest;
}

/* The values are copied to where they go. */
static void move_in_place(struct moved *moved)
{
    struct support_values *values = &moved->values;
    for (size_t i = 0; i < values->count; i++) {
        uint8_t *slot = moved->slots + i * moved->slot_bytes;
        memcpy(slot, values->data + values->offsets[i], values->lengths[i]);
        values->offsets[i] = (uint32_t)(i * moved->slot_bytes);
    }
    values->data = moved->slots;
}

static struct moved any_moved(void (*change)(struct support_values *values))
{
    struct moved moved = {.values = support_values()};
    size_t rounded = (longest_of(&moved.values) + 63) / 64 * 64;
    moved.slot_bytes = rounded + (support_one_in(2) ? support_below(150) : 0);
    size_t all = moved.values.count * moved.slot_bytes;
    moved.slots = support_at_edge(support_memory(all), all);
    moved.wanted = calloc(all + 1, 1);
    cr_assert(moved.wanted != NULL);
    support_randomize(moved.slots, all);
    change(&moved.values);
    return moved;
}

static void expect_slots(const struct moved *moved, const uint32_t *lengths)
{
    for (size_t i = 0; i < moved->values.count; i++)
        support_expect_same("a slot", moved->slots + i * moved->slot_bytes,
                            moved->wanted + i * moved->slot_bytes, lengths[i]);
}

/* ---- translate ----------------------------------------------------------- */

static void leave(struct support_values *values)
{
    (void)values;
}

/* High bytes are many, few or none. */
static void any_table(uint8_t table[256])
{
    uint32_t kind = support_below(3);
    support_randomize(table, 256);
    for (size_t i = 0; kind > 0 && i < 256; i++)
        table[i] &= 0x7F;
    if (kind == 1) table[support_below(256)] |= 0x80;
    if (kind == 1 && support_one_in(2)) table[0] |= 0x80;
}

static void expect_translated(const struct garim_kernels *kernels,
                              struct moved *moved, bool in_place)
{
    const struct support_values *values = &moved->values;
    uint8_t given[256], *table = given;
    any_table(given);
    if (values->count == 0) table = NULL;
    uint8_t *non_ascii = support_results(4, values->count);
    uint8_t *wanted = support_results(5, values->count);
    garim_translate_scalar(table, values->data, values->offsets,
                           values->lengths, values->count, moved->wanted,
                           moved->slot_bytes, wanted);
    if (in_place) move_in_place(moved);
    kernels->translate(table, values->data, values->offsets, values->lengths,
                       values->count, moved->slots, moved->slot_bytes,
                       non_ascii);
    expect_slots(moved, values->lengths);
    support_expect_same("non_ascii", non_ascii, wanted, values->count);
    free(moved->wanted);
}

static void same_as_scalar(const struct garim_kernels *kernels)
{
    struct moved moved = any_moved(leave);
    expect_translated(kernels, &moved, false);
}

static void same_in_place(const struct garim_kernels *kernels)
{
    struct moved moved = any_moved(leave);
    expect_translated(kernels, &moved, true);
}

SUPPORT_TESTS(translate, same_as_scalar, 4000)
SUPPORT_TESTS(translate, same_in_place, 4000)

/* ---- digits -------------------------------------------------------------- */

static void sprinkle_digits(struct support_values *values)
{
    static const char letters[] = "0123456789/:- ()+\xB0\xB9\x10\x19";
    uint32_t one_in = support_between(1, 10);
    for (size_t i = 0; i < values->bytes; i++)
        if (!support_one_in(one_in))
            values->first[i] = (uint8_t)letters[support_below(sizeof letters)];
}

static void expect_digits(const struct garim_kernels *kernels,
                          struct moved *moved, bool in_place)
{
    const struct support_values *values = &moved->values;
    size_t words = values->count * sizeof(uint32_t);
    uint32_t *digits = support_results(4, words);
    uint32_t *wanted = support_results(5, words);
    garim_digits_scalar(values->data, values->offsets, values->lengths,
                        values->count, moved->wanted, moved->slot_bytes,
                        wanted);
    if (in_place) move_in_place(moved);
    kernels->digits(values->data, values->offsets, values->lengths,
                    values->count, moved->slots, moved->slot_bytes, digits);
    support_expect_same("digits", digits, wanted, words);
    expect_slots(moved, wanted);
    free(moved->wanted);
}

static void same_digits(const struct garim_kernels *kernels)
{
    struct moved moved = any_moved(sprinkle_digits);
    expect_digits(kernels, &moved, false);
}

static void same_digits_in_place(const struct garim_kernels *kernels)
{
    struct moved moved = any_moved(sprinkle_digits);
    expect_digits(kernels, &moved, true);
}

SUPPORT_TESTS(digits, same_digits, 4000)
SUPPORT_TESTS(digits, same_digits_in_place, 4000)
