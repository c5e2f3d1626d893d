/* test_tiers.c - which tiers there are, and what each brings
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "kernels/kernels.h"
#if defined(__x86_64__)
#include "kernels/x86/x86.h"
#endif

Test(tiers, the_best_one_is_usable)
{
    cr_assert(garim_tier_usable(garim_tier_best()));
    cr_assert(garim_tier_usable(GARIM_TIER_SCALAR));
}

Test(tiers, a_usable_one_is_complete)
{
    for (enum garim_tier tier = 0; tier < GARIM_TIER_COUNT; tier++) {
        if (!garim_tier_usable(tier)) continue;
        const struct garim_kernels *kernels = garim_kernels_of(tier);
        cr_assert_str_eq(kernels->name, garim_tier_names[tier]);
        cr_assert(kernels->hmac != NULL);
        cr_assert(kernels->scan != NULL);
        cr_assert(kernels->fill != NULL);
        cr_assert(kernels->find_last != NULL);
        cr_assert(kernels->translate != NULL);
        cr_assert(kernels->digits != NULL);
        cr_assert(kernels->encode != NULL);
    }
}

Test(tiers, a_limit_takes_those_above_away)
{
    for (enum garim_tier tier = GARIM_TIER_COUNT; tier-- > 0;) {
        garim_tier_limit(tier);
        cr_assert(garim_tier_best() <= tier);
        cr_assert(garim_tier_usable(garim_tier_best()));
        for (enum garim_tier above = tier + 1; above < GARIM_TIER_COUNT;
             above++)
            cr_assert(!garim_tier_usable(above));
    }
}

/* Whoever peels tiers off, or emulates a processor, says what must be left. */
Test(tiers, the_highest_usable_one_is_as_expected)
{
    const char *expected = getenv("GARIM_TEST_TIER_EXPECTED");
    if (expected == NULL) cr_skip_test("no tier is expected");
    enum garim_tier highest = GARIM_TIER_COUNT - 1;
    while (!garim_tier_usable(highest))
        highest--;
    cr_assert_str_eq(garim_tier_names[highest], expected);
}

#if defined(__x86_64__)

static void expect_all_new(const struct garim_kernels *kernels,
                           const struct garim_kernels *below)
{
    cr_assert(kernels->hmac != below->hmac);
    cr_assert(kernels->scan != below->scan);
    cr_assert(kernels->fill != below->fill);
    cr_assert(kernels->find_last != below->find_last);
    cr_assert(kernels->translate != below->translate);
    cr_assert(kernels->digits != below->digits);
    cr_assert(kernels->encode != below->encode);
}

Test(tiers, avx2_replaces_everything)
{
    if (!garim_tier_usable(GARIM_TIER_AVX2))
        cr_skip_test("this machine can not run the tier avx2");
    expect_all_new(garim_kernels_of(GARIM_TIER_AVX2),
                   garim_kernels_of(GARIM_TIER_SCALAR));
}

Test(tiers, shani_replaces_hmac_alone)
{
    if (!garim_tier_usable(GARIM_TIER_SHANI))
        cr_skip_test("this machine can not run the tier shani");
    struct garim_kernels shani = *garim_kernels_of(GARIM_TIER_SHANI);
    const struct garim_kernels *avx2 = garim_kernels_of(GARIM_TIER_AVX2);
    cr_assert(shani.hmac != avx2->hmac);
    shani.hmac = avx2->hmac;
    shani.name = avx2->name;
    cr_assert(memcmp(&shani, avx2, sizeof shani) == 0);
}

Test(tiers, avx512_replaces_everything)
{
    if (!garim_tier_usable(GARIM_TIER_AVX512))
        cr_skip_test("this machine can not run the tier avx512");
    expect_all_new(garim_kernels_of(GARIM_TIER_AVX512),
                   garim_kernels_of(GARIM_TIER_SHANI));
}

/* Signatures as CPUID leaf 1 gives them. */
Test(tiers, some_processors_slow_down_under_512_bits)
{
    cr_assert(!garim_x86_keeps_clock(0x00050654)); /* Skylake server */
    cr_assert(!garim_x86_keeps_clock(0x00050657)); /* Cascade Lake */
    cr_assert(!garim_x86_keeps_clock(0x0005065B)); /* Cooper Lake */
    cr_assert(garim_x86_keeps_clock(0x000606A6));  /* Ice Lake server */
    cr_assert(garim_x86_keeps_clock(0x000806C1));  /* Tiger Lake */
    cr_assert(garim_x86_keeps_clock(0x000806F8));  /* Sapphire Rapids */
    cr_assert(garim_x86_keeps_clock(0x00A10F11));  /* Zen 4 */
    cr_assert(garim_x86_keeps_clock(0x00B40F40));  /* Zen 5 */
    cr_assert(garim_x86_keeps_clock(0x00050F54));  /* family 15 */
}

#endif
