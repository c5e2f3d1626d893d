/* test_self_test.c - no kernel that is wrong anywhere passes the self-test
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "crypto/crypto.h"

/* Where the kernel under test is wrong: in a lane of so many, in batches of
 * messages that take so many blocks. */
static struct {
    size_t lanes, lane, blocks;
    enum { FLIPS, SWAPS, REPEATS } how;
} fault;

static void spoil(uint8_t *tags, size_t lane, size_t other)
{
    uint8_t *a = tags + lane * GARIM_TAG_BYTES;
    uint8_t *b = tags + other * GARIM_TAG_BYTES;
    uint8_t copy[GARIM_TAG_BYTES];
    memcpy(copy, a, sizeof copy);
    if (fault.how == FLIPS) a[31] ^= 1;
    if (fault.how != FLIPS) memcpy(a, b, sizeof copy);
    if (fault.how == SWAPS) memcpy(b, copy, sizeof copy);
}

/* The remainder, which fills no vector, is right. */
static void hash_wrong(const struct garim_hmac_state *state,
                       const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t *tags)
{
    garim_hmac_scalar(state, data, offsets, lengths, count, tags);
    if (count == 0 || garim_hmac_blocks(lengths[0]) != fault.blocks) return;
    for (size_t i = 0; i + fault.lanes <= count; i += fault.lanes)
        spoil(tags + i * GARIM_TAG_BYTES, fault.lane,
              (fault.lane + 1) % fault.lanes);
}

/* As many lanes as the tiers have, in messages of one, two and three blocks. */
Test(self_test, sees_each_lane)
{
    static const size_t lanes[] = {2, 4, 8, 16};
    struct garim_kernels kernels = *garim_kernels_of(GARIM_TIER_SCALAR);
    kernels.hmac = hash_wrong;
    for (fault.blocks = 1; fault.blocks <= 3; fault.blocks++)
        for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++)
            for (size_t k = 0; k < 3 * lanes[i]; k++) {
                fault.lanes = lanes[i];
                fault.lane = k / 3;
                fault.how = k % 3;
                cr_assert_neq(garim_self_test_hmac(&kernels), 0,
                              "%zu blocks, lane %zu of %zu, fault %zu",
                              fault.blocks, k / 3, lanes[i], k % 3);
            }
    fault.blocks = 0;
    cr_assert_eq(garim_self_test_hmac(&kernels), 0);
}

/* ---- one message for all lanes -------------------------------------------
 * Where they are swapped in a batch of equal lengths only, the messages must
 * tell them apart. */

static void hash_equals_swapped(const struct garim_hmac_state *state,
                                const uint8_t *data, const uint32_t *offsets,
                                const uint32_t *lengths, size_t count,
                                uint8_t *tags)
{
    garim_hmac_scalar(state, data, offsets, lengths, count, tags);
    if (count < 2 || garim_hmac_blocks(lengths[0]) != fault.blocks) return;
    for (size_t i = 1; i < count; i++)
        if (lengths[i] != lengths[0]) return;
    spoil(tags, 0, 1);
}

Test(self_test, has_a_message_of_its_own_for_each_lane)
{
    struct garim_kernels kernels = *garim_kernels_of(GARIM_TIER_SCALAR);
    kernels.hmac = hash_equals_swapped;
    fault.how = SWAPS;
    for (fault.blocks = 1; fault.blocks <= 3; fault.blocks += 2)
        cr_assert_neq(garim_self_test_hmac(&kernels), 0, "%zu blocks",
                      fault.blocks);
}
