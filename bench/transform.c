/* transform.c - garim-bench transform: whole records, from memory, by threads
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "source.h"

enum { COUNTS_MAX = 16 }; /* of threads that are tried */

/* One policy at a source: what its threads share. */
struct transformer {
    struct garim_bench_engine engine;
    const struct garim_bench_source *source;
    size_t next_block; /* where the next sample goes on: the source streams */
    size_t thread_count;
    struct garim_context **contexts;
    uint8_t **outs; /* a block each, used again and again */
};

/* What a contender is: so many threads of a transformer. */
struct team {
    struct transformer *transformer;
    unsigned threads;
};

struct worker {
    pthread_t thread;
    struct transformer *transformer;
    pthread_barrier_t *start;
    unsigned index, threads;
    double seconds;      /* how long to work */
    double core_seconds; /* what it took */
    double wall_seconds;
    size_t blocks;
};

/* ---- sampling ------------------------------------------------------------ */

static void transform_block(struct worker *worker, size_t number)
{
    struct transformer *transformer = worker->transformer;
    const struct garim_bench_source *source = transformer->source;
    size_t block = number % source->blocks;
    size_t block_bytes = source->block_records * source->record_bytes;
    enum garim_status status = garim_transform(
        transformer->contexts[worker->index],
        source->data + block * block_bytes, source->block_records,
        transformer->outs[worker->index], block_bytes, NULL, NULL);
    ASSERT(status == GARIM_OK);
}

static void *work(void *context)
{
    struct worker *worker = context;
    size_t number = worker->transformer->next_block + worker->index;
    (void)garim_bench_pin(worker->index % garim_bench_cores());
    (void)pthread_barrier_wait(worker->start);
    double core = garim_bench_thread_seconds();
    double wall = garim_bench_wall_seconds();
    do {
        transform_block(worker, number);
        number += worker->threads;
        worker->blocks++;
        worker->wall_seconds = garim_bench_wall_seconds() - wall;
    } while (worker->wall_seconds < worker->seconds);
    worker->core_seconds = garim_bench_thread_seconds() - core;
    return NULL;
}

static void start_workers(struct worker *workers, struct team *team,
                          pthread_barrier_t *start, double seconds)
{
    for (unsigned i = 0; i < team->threads; i++) {
        workers[i] = (struct worker){
            .transformer = team->transformer,
            .start = start,
            .index = i,
            .threads = team->threads,
            .seconds = seconds,
        };
        int failed =
            pthread_create(&workers[i].thread, NULL, work, &workers[i]);
        ASSERT(failed == 0);
    }
}

static void sample_team(struct garim_bench_contender *contender, double seconds,
                        struct garim_bench_sample *ret_sample)
{
    struct team *team = contender->context;
    struct transformer *transformer = team->transformer;
    struct worker *workers = calloc(team->threads, sizeof *workers);
    ASSERT(workers != NULL);
    pthread_barrier_t start;
    (void)pthread_barrier_init(&start, NULL, team->threads);
    start_workers(workers, team, &start, seconds);

    double block_records = (double)transformer->source->block_records;
    double core_seconds = 0, records = 0, rate = 0;
    for (unsigned i = 0; i < team->threads; i++) {
        struct worker *worker = &workers[i];
        (void)pthread_join(worker->thread, NULL);
        double done = (double)worker->blocks * block_records;
        core_seconds += worker->core_seconds;
        records += done;
        rate += done / worker->wall_seconds;
        transformer->next_block += worker->blocks;
    }
    (void)pthread_barrier_destroy(&start);
    free(workers);
    *ret_sample = (struct garim_bench_sample){
        .nanoseconds = 1e9 * core_seconds / records,
        .rate = rate,
    };
}

/* ---- results ------------------------------------------------------------- */

/* The same records in uneven pieces, up to `count`. */
static enum garim_status
transform_pieces(struct garim_context *context,
                 const struct garim_bench_source *source, uint8_t *out,
                 size_t count, struct garim_error *error)
{
    enum garim_status status = GARIM_OK;
    for (size_t at = 0, piece = 1; at < count && status == GARIM_OK;) {
        if (piece > count - at) piece = count - at;
        status =
            garim_transform(context, source->data + at * source->record_bytes,
                            piece, out + at * source->record_bytes,
                            piece * source->record_bytes, NULL, error);
        at += piece;
        piece = piece * 3 / 2 + 1;
    }
    return status;
}

/* By the scalar kernels, in pieces: what every other way must give. */
static enum garim_status transform_scalar(const char *folder, const char *name,
                                          const struct garim_bench_source *from,
                                          uint8_t *out, size_t count,
                                          struct garim_error *error)
{
    struct garim_bench_engine engine = {0};
    struct garim_context *context = NULL;
    enum garim_status status =
        garim_bench_engine_open(&engine, folder, name, "scalar", error);
    if (status == GARIM_OK)
        status = garim_context_open(&context, engine.engine, error);
    if (status == GARIM_OK)
        status = transform_pieces(context, from, out, count, error);
    garim_context_close(context);
    garim_bench_engine_close(&engine);
    return status;
}

/* The first block, against the scalar kernels, and against itself where the
 * policy keeps everything. */
static enum garim_status verify(struct garim_bench *bench,
                                struct transformer *transformer,
                                const char *name, bool identity,
                                struct garim_error *error)
{
    const struct garim_bench_source *source = transformer->source;
    size_t count = source->block_records;
    size_t bytes = count * source->record_bytes;
    uint8_t *expected = garim_bench_memory(bytes);
    uint8_t *out = transformer->outs[0];
    enum garim_status status = transform_scalar(bench->options.workloads, name,
                                                source, expected, count, error);
    if (status == GARIM_OK)
        status = garim_transform(transformer->contexts[0], source->data, count,
                                 out, bytes, NULL, error);
    if (status == GARIM_OK) {
        bool right = memcmp(out, expected, bytes) == 0;
        if (identity) right = right && memcmp(out, source->data, bytes) == 0;
        if (!right)
            fprintf(stderr, "garim-bench: %s gives wrong results\n", name);
        bench->wrong = bench->wrong || !right;
        garim_bench_mix(bench->digest, expected, bytes);
    }
    garim_bench_memory_free(expected, bytes);
    return status;
}

/* ---- a policy ------------------------------------------------------------ */

static void close_transformer(struct transformer *transformer)
{
    for (size_t i = 0; i < transformer->thread_count; i++) {
        garim_context_close(transformer->contexts[i]);
        if (transformer->outs[i] != NULL)
            garim_bench_memory_free(transformer->outs[i],
                                    GARIM_BENCH_BLOCK_BYTES);
    }
    free(transformer->contexts);
    free(transformer->outs);
    garim_bench_engine_close(&transformer->engine);
}

static enum garim_status open_transformer(struct transformer *transformer,
                                          size_t threads,
                                          struct garim_error *error)
{
    enum garim_status status = GARIM_OK;
    transformer->contexts = calloc(threads, sizeof *transformer->contexts);
    transformer->outs = calloc(threads, sizeof *transformer->outs);
    ASSERT(transformer->contexts != NULL && transformer->outs != NULL);
    for (size_t i = 0; i < threads && status == GARIM_OK; i++) {
        transformer->thread_count = i + 1;
        transformer->outs[i] = garim_bench_memory(GARIM_BENCH_BLOCK_BYTES);
        status = garim_context_open(&transformer->contexts[i],
                                    transformer->engine.engine, error);
    }
    return status;
}

/* 1, 2, 3 ... to `most`, or only powers of two and `most` where that is a lot;
 * how many counts there are. */
static size_t list_counts(unsigned most, unsigned *counts)
{
    enum { FEW = 8 };
    size_t count = 0;
    for (unsigned threads = 1; threads < most && count + 1 < COUNTS_MAX;)
        counts[count++] = threads, threads += most > FEW ? threads : 1;
    counts[count++] = most;
    return count;
}

static void add_teams(struct garim_bench_case *one,
                      struct transformer *transformer, struct team *teams,
                      unsigned threads)
{
    unsigned counts[COUNTS_MAX];
    size_t count = list_counts(threads, counts);
    for (size_t i = 0; i < count; i++) {
        char name[40];
        (void)snprintf(name, sizeof name, "%u thread%s", counts[i],
                       counts[i] == 1 ? "" : "s");
        teams[i] = (struct team){transformer, counts[i]};
        struct garim_bench_contender *contender =
            garim_bench_add_contender(one, name, &teams[i], NULL);
        contender->threads = counts[i];
        contender->sample = sample_team;
    }
}

/* `kind` is "policy" or "identity". */
static enum garim_status measure_policy(struct garim_bench *bench,
                                        const struct garim_bench_source *source,
                                        const char *workload, const char *kind,
                                        struct garim_error *error)
{
    struct transformer transformer = {.source = source};
    struct team teams[COUNTS_MAX];
    char name[128], case_name[48];
    unsigned threads = bench->options.threads;
    (void)snprintf(name, sizeof name, "%s.%s", workload, kind);
    (void)snprintf(case_name, sizeof case_name, "%s, %s", workload, kind);
    enum garim_status status =
        garim_bench_engine_open(&transformer.engine, bench->options.workloads,
                                name, bench->options.kernels, error);
    if (status == GARIM_OK)
        status = open_transformer(&transformer, threads, error);
    if (status == GARIM_OK)
        status = verify(bench, &transformer, name,
                        strcmp(kind, "identity") == 0, error);
    if (status == GARIM_OK && !bench->wrong) {
        struct garim_bench_case *one =
            garim_bench_add_case(bench, "transform", case_name, source->records,
                                 (double)source->record_bytes);
        one->unit = "record";
        add_teams(one, &transformer, teams, threads);
        garim_bench_measure_case(bench, one);
    }
    close_transformer(&transformer);
    return status;
}

/* ---- a workload ---------------------------------------------------------- */

static enum garim_status measure_workload(struct garim_bench *bench,
                                          const char *workload,
                                          struct garim_error *error)
{
    struct garim_bench_source source = {0};
    struct garim_policy *policy = NULL;
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s.policy.yaml",
                   bench->options.workloads, workload);
    enum garim_status status = garim_policy_open(&policy, path, error);
    if (status != GARIM_OK) return status;
    garim_bench_source_open(&source, policy, &bench->options);
    uint64_t repeats = garim_bench_source_repeats(&source, policy);
    garim_bench_add_note(bench,
                         "%s: %llu records, %.0f MiB; in %.4f %% a tokenized "
                         "field repeats that of the record above",
                         workload, (unsigned long long)source.records,
                         (double)(source.records * source.record_bytes) /
                             (1 << 20),
                         100 * (double)repeats / (double)source.records);
    garim_policy_close(policy);
    status = measure_policy(bench, &source, workload, "policy", error);
    if (status == GARIM_OK)
        status = measure_policy(bench, &source, workload, "identity", error);
    garim_bench_source_close(&source);
    return status;
}

static void state_goals(struct garim_bench *bench)
{
    const struct garim_bench_case *one =
        garim_bench_find_case(bench, "transform", "card-transactions, policy");
    if (one == NULL) return;
    const struct garim_bench_contender *single =
        garim_bench_find(one, "1 thread");
    const struct garim_bench_contender *two =
        garim_bench_find(one, "2 threads");
    struct garim_bench_figures figures =
        garim_bench_figures(bench, one, single);
    (void)garim_bench_add_goal(bench, 1e3 / figures.nanoseconds.median,
                               "M records/s", 12,
                               "card-transactions, one core");
    (void)garim_bench_add_goal(bench, figures.gigabytes_core, "GB/s", 1.5,
                               "card-transactions, one core");
    (void)garim_bench_add_goal(bench, garim_bench_scaling(bench, two, single),
                               "x", 1.9, "card-transactions, two threads");
}

enum garim_status garim_bench_transform(struct garim_bench *bench,
                                        struct garim_error *error)
{
    static const char *const all[] = {"card-transactions", "narrow", "wide"};
    struct garim_bench_options *options = &bench->options;
    if (options->threads == 0) options->threads = bench->cores;
    if (options->threads > GARIM_THREADS_MAX)
        return garim_bench_fail(error, "--threads: at most %d",
                                GARIM_THREADS_MAX);
    enum garim_status status = GARIM_OK;
    if (options->workload != NULL)
        status = measure_workload(bench, options->workload, error);
    else
        for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
            if (status == GARIM_OK && !bench->wrong)
                status = measure_workload(bench, all[i], error);
    if (status == GARIM_OK && !bench->wrong) state_goals(bench);
    return status;
}
