/* print_table.c - a bench as tables, for people
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <stdio.h>

#include "bench.h"

static void print_machine(const struct garim_bench *bench)
{
    struct garim_bench_machine machine;
    garim_bench_machine(bench, &machine);
    printf("garim-bench %s %s, kernels %s, %s, OpenSSL %s", bench->command,
           machine.library, machine.kernels, machine.compiler, machine.openssl);
    if (machine.ipsec_mb != NULL) printf(", ipsec-mb %s", machine.ipsec_mb);
    printf("\n%s, cores: %u, about %.2f GHz, load %.2f; medians of %u rounds\n",
           machine.cpu, bench->cores, machine.gigahertz, bench->load,
           bench->options.rounds);
    if (!machine.optimized) puts("Built without optimization: no figures.");
}

/* By rate where threads share the work, else by core time. */
static double times_the_first(const struct garim_bench *bench,
                              const struct garim_bench_case *one,
                              const struct garim_bench_contender *contender)
{
    const struct garim_bench_contender *first = &one->contenders[0];
    return contender->threads > 1
               ? garim_bench_scaling(bench, contender, first)
               : garim_bench_speedup(bench, contender, first);
}

static void print_case(const struct garim_bench *bench,
                       const struct garim_bench_case *one)
{
    printf("\n%-38s %12s %7s %12s %9s %8s %7s\n", "", "ns", "spread", "cycles",
           "M/s", "GB/s", "x");
    printf("%s, %s\n", one->kernel, one->name);
    for (size_t i = 0; i < one->contender_count; i++) {
        const struct garim_bench_contender *contender = &one->contenders[i];
        struct garim_bench_figures figures =
            garim_bench_figures(bench, one, contender);
        printf("  %-36s %12.2f %5.1f %% %12.1f %9.2f %8.3f %7.2f\n",
               contender->name, figures.nanoseconds.median,
               100 * figures.nanoseconds.spread, figures.cycles,
               1e-6 * figures.rate.median, figures.gigabytes,
               times_the_first(bench, one, contender));
    }
}

/* A figure of bytes in `unit`, or a dash. */
static void print_bytes(double bytes, double unit)
{
    if (isnan(bytes))
        printf(" %9s", "-");
    else
        printf(" %9.1f", bytes / unit);
}

static void print_jobs(const struct garim_bench *bench,
                       const struct garim_bench_case *one)
{
    enum { KIB = 1 << 10, MIB = 1 << 20 };
    printf("\n%-38s %8s %7s %8s %9s %9s %9s %7s\n", "", "GB/s", "spread",
           "CPU s", "peak MiB", "KiB/read", "KiB/write", "x");
    printf("%s, %s\n", one->kernel, one->name);
    for (size_t i = 0; i < one->contender_count; i++) {
        const struct garim_bench_contender *contender = &one->contenders[i];
        struct garim_bench_figures figures =
            garim_bench_figures(bench, one, contender);
        printf("  %-36s %8.3f %5.1f %% %8.3f", contender->name,
               figures.gigabytes, 100 * figures.rate.spread,
               figures.core_seconds);
        print_bytes(figures.peak_bytes, MIB);
        print_bytes(figures.read_request_bytes, KIB);
        print_bytes(figures.write_request_bytes, KIB);
        printf(" %7.2f\n",
               garim_bench_scaling(bench, contender, &one->contenders[0]));
    }
}

static void print_goal(const struct garim_bench_goal *goal)
{
    const char *verdict = "can not be had here";
    if (!isnan(goal->figure))
        verdict = garim_bench_reached(goal) ? "reached" : "missed";
    printf("  %-60s ", goal->what);
    if (isnan(goal->figure))
        printf("%8s", "-");
    else
        printf("%8.2f", goal->figure);
    printf("  %s %g %s: %s\n", goal->at_most ? "at most" : "at least",
           goal->goal, goal->unit, verdict);
}

void garim_bench_print_table(const struct garim_bench *bench)
{
    char digest[2 * GARIM_BENCH_DIGEST_BYTES + 1];
    print_machine(bench);
    for (size_t i = 0; i < bench->case_count; i++)
        (bench->cases[i]->jobs ? print_jobs : print_case)(bench,
                                                          bench->cases[i]);
    if (bench->goal_count > 0) puts("\nGoals");
    for (size_t i = 0; i < bench->goal_count; i++)
        print_goal(&bench->goals[i]);
    putchar('\n');
    for (size_t i = 0; i < bench->note_count; i++)
        puts(bench->notes[i]);
    printf("Results are right; their digest is %s\n",
           garim_bench_digest_text(bench, digest));
}
