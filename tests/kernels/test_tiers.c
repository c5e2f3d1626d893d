/* test_tiers.c - which tiers there are, and what each brings
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stddef.h>
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

/* A processor that has everything, under systems that keep less and less. */
Test(tiers, registers_that_the_system_does_not_keep_are_not_used)
{
    const unsigned all = ~0u;
    const unsigned wide = GARIM_CPU_AVX512 | GARIM_CPU_ZMM;
    const unsigned half = GARIM_CPU_AVX2 | GARIM_CPU_YMM;
    static const struct {
        unsigned kept;
        bool ymm, zmm;
    } systems[] = {
        {0xE7, true, true},   {0x602E7, true, true}, {0x07, true, false},
        {0x27, true, false},  {0x67, true, false},   {0xC7, true, false},
        {0xA7, true, false},  {0xE3, false, false},  {0xE5, false, false},
        {0x03, false, false}, {0x00, false, false},
    };
    for (size_t i = 0; i < sizeof systems / sizeof *systems; i++) {
        const struct garim_x86_leaves leaves = {
            0x000806F8, all, all, all, all, systems[i].kept};
        unsigned cpu = garim_x86_decide(&leaves);
        cr_assert_eq(cpu & wide, systems[i].zmm ? wide : 0, "system %zu", i);
        cr_assert_eq(cpu & half, systems[i].ymm ? half : 0, "system %zu", i);
        cr_assert(cpu & GARIM_CPU_SHANI);
    }
}

/* Each bit by itself: a hypervisor may hide any of them. */
Test(tiers, a_bit_that_is_hidden_takes_its_tier_away)
{
    static const struct {
        size_t leaf;
        unsigned bit, tier;
    } bits[] = {
        {offsetof(struct garim_x86_leaves, leaf_1_ecx), 28, GARIM_CPU_AVX2},
        {offsetof(struct garim_x86_leaves, leaf_7_ebx), 5, GARIM_CPU_AVX2},
        {offsetof(struct garim_x86_leaves, leaf_7_ebx), 8, GARIM_CPU_AVX2},
        {offsetof(struct garim_x86_leaves, extended_1_ecx), 5, GARIM_CPU_AVX2},
        {offsetof(struct garim_x86_leaves, leaf_7_ebx), 29, GARIM_CPU_SHANI},
        {offsetof(struct garim_x86_leaves, leaf_7_ebx), 16, GARIM_CPU_AVX512},
        {offsetof(struct garim_x86_leaves, leaf_7_ebx), 30, GARIM_CPU_AVX512},
        {offsetof(struct garim_x86_leaves, leaf_7_ecx), 1, GARIM_CPU_AVX512},
        {offsetof(struct garim_x86_leaves, leaf_7_ecx), 6, GARIM_CPU_AVX512},
    };
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        struct garim_x86_leaves leaves = {0x000806F8, ~0u, ~0u, ~0u, ~0u, 0xE7};
        cr_assert(garim_x86_decide(&leaves) & bits[i].tier);
        *(unsigned *)(void *)((char *)&leaves + bits[i].leaf) ^= 1u
                                                                 << bits[i].bit;
        cr_assert_not(garim_x86_decide(&leaves) & bits[i].tier, "bit %zu", i);
    }
}

#endif
