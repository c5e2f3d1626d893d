/* kernels_mask.c - keep-first/keep-last over records, by the public interface
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels_mask.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "kernels/kernels.h"

/* Records in and out together stay inside L2. */
enum { RECORDS = 1024, SEED = 1 };
static const char case_name[] = "card-transactions";

/* The policy by the kernels of one tier. */
struct masker {
    struct garim_bench_engine engine;
    struct garim_context *context;
    const struct garim_bench_mask *mask;
};

struct garim_bench_mask {
    size_t masker_count;
    struct masker maskers[GARIM_TIER_COUNT];
    size_t bytes;
    uint8_t *in, *out, *expected;
};

static void run(void *context)
{
    struct masker *masker = context;
    const struct garim_bench_mask *mask = masker->mask;
    enum garim_status status = garim_transform(
        masker->context, mask->in, RECORDS, mask->out, mask->bytes, NULL, NULL);
    ASSERT(status == GARIM_OK);
}

static bool verify(struct garim_bench_contender *contender)
{
    struct masker *masker = contender->context;
    const struct garim_bench_mask *mask = masker->mask;
    memset(mask->out, 0, mask->bytes);
    run(masker);
    return memcmp(mask->out, mask->expected, mask->bytes) == 0;
}

/* The field under the rule `mask`. */
static struct garim_span_info masked_span(const struct garim_policy *policy)
{
    struct garim_policy_info info = {.size = sizeof info};
    struct garim_span_info span = {.size = sizeof span};
    garim_policy_describe(policy, &info);
    for (size_t i = 0; i < info.span_count; i++) {
        garim_policy_span(policy, i, &span);
        if (strcmp(span.rule, "mask") == 0) break;
    }
    return span;
}

/* The mask of the policy, written out: six characters, stars, four. */
static void expect(struct garim_bench_mask *mask,
                   const struct garim_policy *policy, size_t record_bytes)
{
    enum { FIRST = 6, LAST = 4, LEAST = 6 };
    struct garim_span_info span = masked_span(policy);
    memcpy(mask->expected, mask->in, mask->bytes);
    for (size_t i = 0; i < RECORDS; i++) {
        uint8_t *field = mask->expected + i * record_bytes + span.at;
        size_t bytes = span.bytes;
        while (bytes > 0 && field[bytes - 1] == ' ')
            bytes--;
        if (bytes < FIRST + LAST + LEAST)
            memset(field, '*', bytes);
        else
            memset(field + FIRST, '*', bytes - FIRST - LAST);
    }
}

static enum garim_status open_masker(struct garim_bench *bench,
                                     struct garim_bench_mask *mask,
                                     const char *tier,
                                     struct garim_error *error)
{
    struct masker *masker = &mask->maskers[mask->masker_count];
    masker->mask = mask;
    enum garim_status status =
        garim_bench_engine_open(&masker->engine, bench->options.workloads,
                                "card-transactions.mask", tier, error);
    if (status != GARIM_OK) return status;
    mask->masker_count++;
    return garim_context_open(&masker->context, masker->engine.engine, error);
}

static enum garim_status open_maskers(struct garim_bench *bench,
                                      struct garim_bench_mask *mask,
                                      struct garim_error *error)
{
    const char *wanted = bench->options.kernels;
    enum garim_status status = GARIM_OK;
    for (enum garim_tier tier = 0;
         tier < GARIM_TIER_COUNT && status == GARIM_OK; tier++) {
        const char *name = garim_tier_names[tier];
        if (!garim_tier_usable(tier)) continue;
        if (wanted != NULL && strcmp(wanted, name) != 0) continue;
        status = open_masker(bench, mask, name, error);
    }
    return status;
}

static void make_records(struct garim_bench_mask *mask, size_t record_bytes)
{
    const struct garim_policy *policy = mask->maskers[0].engine.policy;
    mask->bytes = RECORDS * record_bytes;
    mask->in = garim_bench_memory(3 * mask->bytes);
    mask->out = mask->in + mask->bytes;
    mask->expected = mask->out + mask->bytes;
    garim_synth_fill(garim_policy_layout(policy), SEED, 0, RECORDS, mask->in);
    expect(mask, policy, record_bytes);
}

enum garim_status garim_bench_mask_open(struct garim_bench *bench,
                                        struct garim_bench_mask **ret_mask,
                                        struct garim_error *error)
{
    struct garim_bench_mask *mask = calloc(1, sizeof *mask);
    ASSERT(mask != NULL);
    enum garim_status status = open_maskers(bench, mask, error);
    if (status != GARIM_OK) {
        garim_bench_mask_close(mask);
        return status;
    }
    struct garim_policy_info info = {.size = sizeof info};
    garim_policy_describe(mask->maskers[0].engine.policy, &info);
    make_records(mask, info.input_bytes);
    garim_bench_mix(bench->digest, mask->expected, mask->bytes);
    struct garim_bench_case *one = garim_bench_add_case(
        bench, "mask", case_name, RECORDS, (double)info.input_bytes);
    one->unit = "record";
    for (size_t i = 0; i < mask->masker_count; i++) {
        struct masker *masker = &mask->maskers[i];
        const char *tier = garim_engine_kernels(masker->engine.engine);
        garim_bench_add_contender(one, tier, masker, run)->verify = verify;
    }
    *ret_mask = mask;
    return GARIM_OK;
}

void garim_bench_mask_goal(struct garim_bench *bench, const char *tier)
{
    const struct garim_bench_case *one =
        garim_bench_find_case(bench, "mask", case_name);
    if (one == NULL) return;
    const struct garim_bench_contender *contender = garim_bench_find(one, tier);
    struct garim_bench_figures figures =
        garim_bench_figures(bench, one, contender);
    (void)garim_bench_add_goal(bench, figures.gigabytes_core, "GB/s", 10,
                               "mask over card-transactions (%s)", tier);
}

void garim_bench_mask_close(struct garim_bench_mask *mask)
{
    if (mask == NULL) return;
    for (size_t i = 0; i < mask->masker_count; i++) {
        garim_context_close(mask->maskers[i].context);
        garim_bench_engine_close(&mask->maskers[i].engine);
    }
    if (mask->in != NULL) garim_bench_memory_free(mask->in, 3 * mask->bytes);
    free(mask);
}
