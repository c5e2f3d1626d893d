/* bench.c - contenders take turns, round after round
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "crypto/crypto.h"

struct garim_bench_case *garim_bench_add_case(struct garim_bench *bench,
                                              const char *kernel,
                                              const char *name, size_t values,
                                              double value_bytes)
{
    ASSERT(bench->case_count < GARIM_BENCH_CASES_MAX);
    struct garim_bench_case *one = calloc(1, sizeof *one);
    ASSERT(one != NULL);
    one->kernel = kernel;
    one->unit = "value";
    one->values = values;
    one->value_bytes = value_bytes;
    (void)snprintf(one->name, sizeof one->name, "%s", name);
    bench->cases[bench->case_count++] = one;
    return one;
}

struct garim_bench_contender *
garim_bench_add_contender(struct garim_bench_case *one, const char *name,
                          void *context, void (*run)(void *context))
{
    ASSERT(one->contender_count < GARIM_BENCH_CONTENDERS_MAX);
    struct garim_bench_contender *contender =
        &one->contenders[one->contender_count++];
    (void)snprintf(contender->name, sizeof contender->name, "%s", name);
    contender->threads = 1;
    contender->context = context;
    contender->run = run;
    contender->sample = garim_bench_sample_runs;
    contender->values = one->values;
    return contender;
}

struct garim_bench_goal *garim_bench_add_goal(struct garim_bench *bench,
                                              double figure, const char *unit,
                                              double goal, const char *what,
                                              ...)
{
    ASSERT(bench->goal_count < GARIM_BENCH_GOALS_MAX);
    struct garim_bench_goal *one = &bench->goals[bench->goal_count++];
    *one = (struct garim_bench_goal){
        .figure = figure,
        .unit = unit,
        .goal = goal,
    };
    va_list arguments;
    va_start(arguments, what);
    (void)vsnprintf(one->what, sizeof one->what, what, arguments);
    va_end(arguments);
    return one;
}

void garim_bench_add_note(struct garim_bench *bench, const char *format, ...)
{
    ASSERT(bench->note_count < GARIM_BENCH_NOTES_MAX);
    char *note = bench->notes[bench->note_count++];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(note, sizeof bench->notes[0], format, arguments);
    va_end(arguments);
}

void garim_bench_close(struct garim_bench *bench)
{
    for (size_t i = 0; i < bench->case_count; i++) {
        struct garim_bench_case *one = bench->cases[i];
        for (size_t k = 0; k < one->contender_count; k++)
            if (one->contenders[k].close != NULL)
                one->contenders[k].close(one->contenders[k].context);
        free(one);
    }
    bench->case_count = 0;
}

void garim_bench_progress(const char *what)
{
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r%-40.40s\r", what);
}

/* ---- measuring ----------------------------------------------------------- */

static double seconds_of_runs(const struct garim_bench_contender *contender,
                              size_t runs)
{
    double start = garim_bench_thread_seconds();
    for (size_t i = 0; i < runs; i++)
        contender->run(contender->context);
    return garim_bench_thread_seconds() - start;
}

/* Runs that take about `seconds`; finding out warms caches and the clock. */
static size_t count_runs(const struct garim_bench_contender *contender,
                         double seconds)
{
    size_t runs = 1;
    for (;;) {
        double taken = seconds_of_runs(contender, runs);
        if (taken >= seconds) return runs;
        if (taken >= seconds / 4)
            return 1 + (size_t)((double)runs * seconds / taken);
        runs *= 2;
    }
}

void garim_bench_sample_runs(struct garim_bench_contender *contender,
                             double seconds,
                             struct garim_bench_sample *ret_sample)
{
    if (contender->runs == 0) contender->runs = count_runs(contender, seconds);
    contender->run(contender->context);
    double taken = seconds_of_runs(contender, contender->runs);
    double values = (double)contender->runs * (double)contender->values;
    *ret_sample = (struct garim_bench_sample){
        .nanoseconds = 1e9 * taken / values,
        .rate = values / taken,
    };
}

void garim_bench_sample_set(struct garim_bench_sample *ret_sample,
                            uint64_t bytes, double seconds, double core_seconds,
                            uint64_t peak_bytes)
{
    *ret_sample = (struct garim_bench_sample){
        .nanoseconds = 1e9 * core_seconds / (double)bytes,
        .rate = (double)bytes / seconds,
        .peak_bytes = peak_bytes,
    };
}

/* Every round begins with another contender.  The first turns warm up. */
void garim_bench_measure_case(struct garim_bench *bench,
                              struct garim_bench_case *one)
{
    for (size_t k = 0; k < one->contender_count && !one->jobs; k++) {
        struct garim_bench_sample warm_up;
        one->contenders[k].sample(&one->contenders[k], bench->slice_seconds,
                                  &warm_up);
    }
    for (size_t round = 0; round < bench->options.rounds; round++) {
        one->gigahertz[round] = garim_bench_gigahertz();
        for (size_t k = 0; k < one->contender_count; k++) {
            struct garim_bench_contender *contender =
                &one->contenders[(k + round) % one->contender_count];
            contender->sample(contender, bench->slice_seconds,
                              &contender->samples[round]);
        }
    }
}

void garim_bench_verify(struct garim_bench *bench)
{
    for (size_t i = 0; i < bench->case_count; i++) {
        struct garim_bench_case *one = bench->cases[i];
        for (size_t k = 0; k < one->contender_count; k++) {
            struct garim_bench_contender *contender = &one->contenders[k];
            if (contender->verify == NULL || contender->verify(contender))
                continue;
            fprintf(stderr, "garim-bench: %s, %s: %s gives wrong results\n",
                    one->kernel, one->name, contender->name);
            bench->wrong = true;
        }
    }
}

void garim_bench_measure(struct garim_bench *bench)
{
    for (size_t i = 0; i < bench->case_count; i++)
        garim_bench_measure_case(bench, bench->cases[i]);
    garim_bench_verify(bench);
}

/* ---- small helpers ------------------------------------------------------- */

void garim_bench_mix(uint8_t digest[GARIM_BENCH_DIGEST_BYTES], const void *data,
                     size_t bytes)
{
    uint8_t mixed[GARIM_BENCH_DIGEST_BYTES];
    int failed =
        garim_sha256(digest, GARIM_BENCH_DIGEST_BYTES, data, bytes, mixed);
    ASSERT(failed == 0);
    for (size_t i = 0; i < sizeof mixed; i++)
        digest[i] = mixed[i];
}

void *garim_bench_memory(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        fprintf(stderr, "garim-bench: no memory for %zu bytes\n", bytes);
        exit(GARIM_TEMPORARY);
    }
    (void)madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

void garim_bench_memory_free(void *memory, size_t bytes)
{
    (void)munmap(memory, bytes);
}
