/* disk_goals.c - what the project wants of its files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <string.h>

#include "disk.h"

struct ratio {
    const char *workload;
    const char *name, *other; /* contenders */
    double goal;
    bool rings; /* only where garim uses io_uring by itself */
};

static const struct ratio ratios[] = {
    {"card-transactions", "identity", "fio best", 1.0, false},
    {"card-transactions", "identity", "fio 1 MiB x 32", 1.1, false},
    {"card-transactions", "policy", "identity", 0.95, false},
    {"card-transactions", "policy", "cp + sync", 5, false},
    {"card-transactions", "identity, posix", "identity", 0.95, true},
    {"narrow", "policy", "identity", 0.9, false},
};

/* The median of the rounds' ratios. */
static double ratio_of(const struct garim_bench *bench,
                       const struct garim_bench_case *one, const char *name,
                       const char *other)
{
    return garim_bench_scaling(bench, garim_bench_find(one, name),
                               garim_bench_find(one, other));
}

/* Time and memory of garim, by the way that others have of most. */
static void state_costs(struct garim_bench *bench,
                        const struct garim_bench_case *one)
{
    enum { MIB = 1 << 20, GOAL_MIB = 128 };
    static const double four_gib = 4.0 * (1 << 30);
    double peak = 0;
    const struct garim_bench_contender *identity =
        garim_bench_find(one, "identity");
    struct garim_bench_figures figures =
        garim_bench_figures(bench, one, identity);
    garim_bench_add_goal(bench, 1e-9 * figures.nanoseconds.median * four_gib,
                         "s", 0.3, "%s, identity: CPU time of 4 GiB", one->name)
        ->at_most = true;
    for (size_t i = 0; i < one->contender_count; i++)
        if (!one->contenders[i].peer)
            peak =
                fmax(peak, garim_bench_figures(bench, one, &one->contenders[i])
                               .peak_bytes);
    garim_bench_add_goal(bench, peak / MIB, "MiB", GOAL_MIB,
                         "%s: peak memory, the most of all rounds", one->name)
        ->at_most = true;
    double without =
        ratio_of(bench, one, "identity, no checkpoints", "identity");
    garim_bench_add_goal(bench, 100 * (without - 1), "%", 2,
                         "%s, identity: cost of checkpoints", one->name)
        ->at_most = true;
}

void garim_bench_disk_state_goals(const struct garim_bench_disk *disk)
{
    struct garim_bench *bench = disk->bench;
    for (size_t i = 0; i < sizeof ratios / sizeof ratios[0]; i++) {
        const struct ratio *ratio = &ratios[i];
        const struct garim_bench_case *one =
            garim_bench_find_case(bench, "disk", ratio->workload);
        if (one == NULL) continue;
        double figure = ratio->rings && strncmp(disk->io, "io_uring", 8) != 0
                            ? NAN
                            : ratio_of(bench, one, ratio->name, ratio->other);
        (void)garim_bench_add_goal(bench, figure, "x", ratio->goal,
                                   "%s: %s to %s", ratio->workload, ratio->name,
                                   ratio->other);
    }
    if (bench->case_count > 0) state_costs(bench, bench->cases[0]);
}
