/* test_fill.c - fill and find_last of each tier against scalar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

/* What stands between the values must stay. */
static void same_as_scalar(const struct garim_kernels *kernels)
{
    struct support_values values = support_values();
    uint8_t byte = (uint8_t)support_below(256);
    uint8_t *wanted = malloc(values.bytes + 1);
    cr_assert(wanted != NULL);
    memcpy(wanted, values.first, values.bytes);
    garim_fill_scalar(wanted - (values.first - values.data), values.offsets,
                      values.lengths, values.count, byte);
    kernels->fill(values.data, values.offsets, values.lengths, values.count,
                  byte);
    support_expect_same("bytes", values.first, wanted, values.bytes);
    free(wanted);
}

SUPPORT_TESTS(fill, same_as_scalar, 6000)

/* Few bytes are the one sought, and many are next to it. */
static void same_place_as_scalar(const struct garim_kernels *kernels)
{
    struct support_values values = support_values();
    uint8_t byte = (uint8_t)support_below(256);
    uint32_t one_in = support_between(1, 100);
    for (size_t i = 0; i < values.bytes; i++)
        values.first[i] =
            (uint8_t)(byte + (support_one_in(one_in) ? 0 : 1 - (i & 2)));
    size_t words = values.count * sizeof(uint32_t);
    uint32_t *positions = support_results(4, words);
    uint32_t *wanted = support_results(5, words);
    kernels->find_last(values.data, values.offsets, values.lengths,
                       values.count, byte, positions);
    garim_find_last_scalar(values.data, values.offsets, values.lengths,
                           values.count, byte, wanted);
    support_expect_same("positions", positions, wanted, words);
}

SUPPORT_TESTS(find_last, same_place_as_scalar, 6000)
