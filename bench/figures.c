/* figures.c - medians, spreads and ratios of what was measured
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static int compare(const void *left, const void *right)
{
    double a, b;
    memcpy(&a, left, sizeof a);
    memcpy(&b, right, sizeof b);
    return (a > b) - (a < b);
}

/* Of values in order. */
static double middle(const double *values, size_t count)
{
    if (count == 0) return NAN;
    return (values[(count - 1) / 2] + values[count / 2]) / 2;
}

struct garim_bench_figure garim_bench_figure(const double *values, size_t count)
{
    double sorted[GARIM_BENCH_ROUNDS_MAX], apart[GARIM_BENCH_ROUNDS_MAX];
    if (count == 0) return (struct garim_bench_figure){NAN, NAN, NAN, NAN};
    memcpy(sorted, values, count * sizeof *values);
    qsort(sorted, count, sizeof *sorted, compare);
    double median = middle(sorted, count);
    for (size_t i = 0; i < count; i++)
        apart[i] = fabs(values[i] - median);
    qsort(apart, count, sizeof *apart, compare);
    return (struct garim_bench_figure){
        .median = median,
        .least = sorted[0],
        .most = sorted[count - 1],
        .spread = middle(apart, count) / median,
    };
}

/* The median of those that are known. */
static double known(const double *values, size_t count)
{
    double found[GARIM_BENCH_ROUNDS_MAX];
    size_t found_count = 0;
    for (size_t i = 0; i < count; i++)
        if (values[i] > 0) found[found_count++] = values[i];
    return garim_bench_figure(found, found_count).median;
}

static void add_job_figures(struct garim_bench_figures *figures,
                            const struct garim_bench_contender *contender,
                            size_t rounds)
{
    double peaks[GARIM_BENCH_ROUNDS_MAX], reads[GARIM_BENCH_ROUNDS_MAX];
    double writes[GARIM_BENCH_ROUNDS_MAX];
    for (size_t i = 0; i < rounds; i++) {
        const struct garim_bench_sample *sample = &contender->samples[i];
        peaks[i] = (double)sample->peak_bytes;
        reads[i] = sample->read_request_bytes;
        writes[i] = sample->write_request_bytes;
    }
    figures->core_seconds =
        1e-9 * figures->nanoseconds.median * (double)contender->values;
    figures->peak_bytes = garim_bench_figure(peaks, rounds).most;
    figures->read_request_bytes = known(reads, rounds);
    figures->write_request_bytes = known(writes, rounds);
}

struct garim_bench_figures
garim_bench_figures(const struct garim_bench *bench,
                    const struct garim_bench_case *one,
                    const struct garim_bench_contender *contender)
{
    double times[GARIM_BENCH_ROUNDS_MAX], rates[GARIM_BENCH_ROUNDS_MAX];
    double cycles[GARIM_BENCH_ROUNDS_MAX];
    size_t rounds = bench->options.rounds;
    for (size_t i = 0; i < rounds; i++) {
        times[i] = contender->samples[i].nanoseconds;
        rates[i] = contender->samples[i].rate;
        cycles[i] = times[i] * one->gigahertz[i];
    }
    struct garim_bench_figures figures = {
        .nanoseconds = garim_bench_figure(times, rounds),
        .rate = garim_bench_figure(rates, rounds),
        .cycles = garim_bench_figure(cycles, rounds).median,
    };
    figures.gigabytes = 1e-9 * figures.rate.median * one->value_bytes;
    figures.gigabytes_core = one->value_bytes / figures.nanoseconds.median;
    add_job_figures(&figures, contender, rounds);
    return figures;
}

double garim_bench_speedup(const struct garim_bench *bench,
                           const struct garim_bench_contender *contender,
                           const struct garim_bench_contender *other)
{
    double ratios[GARIM_BENCH_ROUNDS_MAX];
    if (contender == NULL || other == NULL) return NAN;
    for (size_t i = 0; i < bench->options.rounds; i++)
        ratios[i] =
            other->samples[i].nanoseconds / contender->samples[i].nanoseconds;
    return garim_bench_figure(ratios, bench->options.rounds).median;
}

double garim_bench_scaling(const struct garim_bench *bench,
                           const struct garim_bench_contender *contender,
                           const struct garim_bench_contender *other)
{
    double ratios[GARIM_BENCH_ROUNDS_MAX];
    if (contender == NULL || other == NULL) return NAN;
    for (size_t i = 0; i < bench->options.rounds; i++)
        ratios[i] = contender->samples[i].rate / other->samples[i].rate;
    return garim_bench_figure(ratios, bench->options.rounds).median;
}

bool garim_bench_reached(const struct garim_bench_goal *goal)
{
    if (isnan(goal->figure)) return false;
    return goal->at_most ? goal->figure <= goal->goal
                         : goal->figure >= goal->goal;
}

const char *garim_bench_digest_text(const struct garim_bench *bench,
                                    char text[2 * GARIM_BENCH_DIGEST_BYTES + 1])
{
    for (size_t i = 0; i < GARIM_BENCH_DIGEST_BYTES; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", bench->digest[i]);
    return text;
}

const struct garim_bench_case *
garim_bench_find_case(const struct garim_bench *bench, const char *kernel,
                      const char *name)
{
    for (size_t i = 0; i < bench->case_count; i++)
        if (strcmp(bench->cases[i]->kernel, kernel) == 0 &&
            strcmp(bench->cases[i]->name, name) == 0)
            return bench->cases[i];
    return NULL;
}

const struct garim_bench_contender *
garim_bench_find(const struct garim_bench_case *one, const char *name)
{
    for (size_t i = 0; one != NULL && i < one->contender_count; i++)
        if (strcmp(one->contenders[i].name, name) == 0)
            return &one->contenders[i];
    return NULL;
}

const struct garim_bench_contender *
garim_bench_fastest(const struct garim_bench *bench,
                    const struct garim_bench_case *one, const char *prefix)
{
    const struct garim_bench_contender *best = NULL;
    for (size_t i = 0; one != NULL && i < one->contender_count; i++) {
        const struct garim_bench_contender *candidate = &one->contenders[i];
        if (strncmp(candidate->name, prefix, strlen(prefix)) != 0) continue;
        if (best == NULL || garim_bench_speedup(bench, candidate, best) > 1)
            best = candidate;
    }
    return best;
}
