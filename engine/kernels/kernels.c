/* kernels.c - the table of kernels of each tier
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/kernels.h"

#include <pthread.h>
#include <string.h>

#include "base/assert.h"
#if defined(__x86_64__)
#include "kernels/x86/x86.h"
#endif

const char *const garim_tier_names[] = {
    [GARIM_TIER_SCALAR] = "scalar",
    [GARIM_TIER_AVX2] = "avx2",
    [GARIM_TIER_SHANI] = "shani",
    [GARIM_TIER_AVX512] = "avx512",
};
static_assert(sizeof garim_tier_names / sizeof *garim_tier_names ==
                  GARIM_TIER_COUNT,
              "a name for each tier");

/* What a tier adds to the tiers below it, and what of them it stands on. */
struct tier {
    unsigned requires;
    unsigned prefers; /* to be chosen unasked */
    void (*fill)(struct garim_kernels *kernels);
};

#if defined(__x86_64__)
static const struct tier tiers[] = {
    [GARIM_TIER_AVX2] = {GARIM_CPU_AVX2, 0, garim_x86_fill_avx2},
    [GARIM_TIER_SHANI] = {GARIM_CPU_AVX2 | GARIM_CPU_SHANI, 0,
                          garim_x86_fill_shani},
    [GARIM_TIER_AVX512] = {GARIM_CPU_AVX2 | GARIM_CPU_SHANI | GARIM_CPU_AVX512,
                           GARIM_CPU_WIDE, garim_x86_fill_avx512},
};
static_assert(sizeof tiers / sizeof *tiers == GARIM_TIER_COUNT,
              "a row for each tier");
#else
static const struct tier tiers[GARIM_TIER_COUNT] = {{0}};

static unsigned garim_x86_cpu(void)
{
    return 0;
}

static void garim_x86_clear_registers(unsigned cpu)
{
    (void)cpu;
}
#endif

static struct garim_kernels tables[GARIM_TIER_COUNT] = {
    [GARIM_TIER_SCALAR] = {
        .hmac = garim_hmac_scalar,
        .scan = garim_scan_scalar,
        .guard = garim_guard_scalar,
        .fill = garim_fill_scalar,
        .find_last = garim_find_last_scalar,
        .translate = garim_translate_scalar,
        .digits = garim_digits_scalar,
        .encode = garim_encode_scalar,
    }};

static unsigned cpu;
static enum garim_tier limit = GARIM_TIER_COUNT - 1;

static void fill_tables(void)
{
    struct garim_kernels kernels = tables[GARIM_TIER_SCALAR];
    cpu = garim_x86_cpu();
    for (int tier = GARIM_TIER_SCALAR; tier < GARIM_TIER_COUNT; tier++) {
        if (tiers[tier].fill != NULL) tiers[tier].fill(&kernels);
        kernels.name = garim_tier_names[tier];
        tables[tier] = kernels;
    }
}

static void fill_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, fill_tables);
}

void garim_tier_limit(enum garim_tier highest)
{
    limit = highest;
}

bool garim_tier_usable(enum garim_tier tier)
{
    ASSERT(tier < GARIM_TIER_COUNT);
    fill_once();
    if (tier == GARIM_TIER_SCALAR) return true;
    return tier <= limit && tiers[tier].fill != NULL &&
           (tiers[tier].requires & ~cpu) == 0;
}

enum garim_tier garim_tier_best(void)
{
    enum garim_tier best = GARIM_TIER_COUNT - 1;
    while (!garim_tier_usable(best) || (tiers[best].prefers & ~cpu) != 0)
        best--;
    return best;
}

const struct garim_kernels *garim_kernels_of(enum garim_tier tier)
{
    ASSERT(garim_tier_usable(tier));
    return &tables[tier];
}

/* In a frame of its own, which begins where those of the functions before it
 * began; a sanitizer would keep a distance. */
static __attribute__((noinline, no_sanitize("address"))) void
clear_stack(size_t bytes)
{
    explicit_bzero(__builtin_alloca(bytes), bytes);
}

void garim_traces_clear(size_t stack_bytes)
{
    fill_once();
    clear_stack(stack_bytes);
    garim_x86_clear_registers(cpu);
}
