/* pipe.c - garim-bench pipe: whole streams, beside cat
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * cat writes records from memory into a pipe, the contender stands in the
 * middle, and cat again throws away what comes out.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"
#include "job.h"

static const char *const cat[] = {"cat", NULL};

/* What stands in the middle. */
struct way {
    const char *name;
    size_t kind;
    enum garim_io_choice io;
    bool peer;  /* cat */
    bool empty; /* nothing: two processes */
};

static const struct way ways[] = {
    {"identity", 0, GARIM_IO_AUTO, false, false},
    {"policy", 1, GARIM_IO_AUTO, false, false},
    {"identity, posix", 0, GARIM_IO_POSIX, false, false},
    {"policy, posix", 1, GARIM_IO_POSIX, false, false},
    {"cat | cat | cat", 0, GARIM_IO_AUTO, true, false},
    {"cat | cat", 0, GARIM_IO_AUTO, true, true},
};
enum { WAY_COUNT = sizeof ways / sizeof ways[0], PROCESSES_MAX = 3 };

struct line {
    struct garim_bench *bench;
    const char *workload;
    int source; /* the records: a file in memory */
    uint64_t source_bytes;
    struct garim_bench_truth truth;
    struct garim_bench_told *told;
    enum garim_status status; /* of the first sample that failed */
    struct garim_error *error;
    char io[16];
};

/* A contender. */
struct place {
    struct line *line;
    const struct way *way;
    struct garim_bench_job job;
};

/* ---- running ------------------------------------------------------------- */

static enum garim_status check_codes(const struct place *place,
                                     const struct garim_bench_child *children,
                                     size_t count)
{
    struct garim_error *error = place->line->error;
    enum garim_status status = GARIM_OK;
    if (!place->way->peer)
        status = garim_bench_job_status(&place->job, children[1].code, error);
    for (size_t i = 0; i < count && status == GARIM_OK; i++)
        if (children[i].code != 0)
            status = garim_error_set(error, GARIM_OUTPUT, "%s ended with %d",
                                     children[i].arguments == NULL
                                         ? "a reader"
                                         : children[i].arguments[0],
                                     children[i].code);
    return status;
}

/* Into `reader`, or nowhere.  CPU time and memory are those of the middle, or
 * of the reader where there is none. */
static enum garim_status run_place(struct place *place,
                                   const struct garim_bench_child *reader,
                                   struct garim_bench_sample *ret_sample)
{
    struct line *line = place->line;
    struct garim_bench_child children[PROCESSES_MAX] = {
        {.arguments = cat, .in = line->source}};
    size_t count = 1;
    double seconds;
    if (!place->way->empty && place->way->peer)
        children[count++] = (struct garim_bench_child){.arguments = cat};
    if (!place->way->peer)
        children[count++] = (struct garim_bench_child){
            .work = garim_bench_job_run, .context = &place->job};
    children[count++] = *reader;
    memset(&line->told->error, 0, sizeof line->told->error);
    if (lseek(line->source, 0, SEEK_SET) != 0) return GARIM_TEMPORARY;
    for (size_t i = 0; i + 1 < count; i++)
        children[i].piped = true;
    enum garim_status status =
        garim_bench_children_run(children, count, &seconds, line->error);
    if (status == GARIM_OK) status = check_codes(place, children, count);
    if (status == GARIM_OK)
        garim_bench_sample_set(ret_sample, line->source_bytes, seconds,
                               children[1].core_seconds,
                               children[1].peak_bytes);
    return status;
}

static void sample_place(struct garim_bench_contender *contender,
                         double seconds, struct garim_bench_sample *ret_sample)
{
    const struct garim_bench_child reader = {.arguments = cat};
    struct place *place = contender->context;
    (void)seconds;
    if (place->line->status != GARIM_OK) return;
    garim_bench_progress(contender->name);
    place->line->status = run_place(place, &reader, ret_sample);
}

/* ---- results ------------------------------------------------------------- */

/* A run whose reader makes a digest. */
static enum garim_status check_place(struct place *place)
{
    struct line *line = place->line;
    struct garim_bench_job digest = {.told = line->told};
    const struct garim_bench_child reader = {.work = garim_bench_job_digest,
                                             .context = &digest};
    struct garim_bench_sample sample;
    garim_bench_progress(place->way->name);
    enum garim_status status = run_place(place, &reader, &sample);
    if (status != GARIM_OK) return status;
    if (!garim_bench_truth_holds(&line->truth, line->bench, place->way->kind,
                                 line->told->digest)) {
        fprintf(stderr, "garim-bench: pipe, %s: %s gives wrong results\n",
                line->workload, place->way->name);
        line->bench->wrong = true;
    }
    if (place->way == &ways[0])
        (void)snprintf(line->io, sizeof line->io, "%s", line->told->io);
    return GARIM_OK;
}

/* ---- a case -------------------------------------------------------------- */

/* A quarter of the free memory, and no more than is plainly not in a cache. */
static uint64_t usual_bytes(void)
{
    static const uint64_t most = (uint64_t)2 << 30;
    long pages = sysconf(_SC_AVPHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    uint64_t bytes = pages < 0 ? 0 : (uint64_t)pages * (uint64_t)page_bytes / 4;
    return bytes == 0 || bytes > most ? most : bytes;
}

static enum garim_status make_source(struct line *line)
{
    const struct garim_bench_options *options = &line->bench->options;
    struct stat made;
    struct garim_bench_job job = {
        .workloads = options->workloads,
        .bytes = options->bytes,
        .told = line->told,
    };
    (void)snprintf(job.policy, sizeof job.policy, "%s.policy", line->workload);
    line->source = memfd_create("records", MFD_CLOEXEC);
    if (line->source < 0)
        return garim_error_set(line->error, GARIM_TEMPORARY,
                               "no file in memory: %s",
                               garim_error_text(errno));
    garim_bench_progress("making records");
    enum garim_status status = garim_bench_job_wait(
        &job, garim_bench_job_synth, 0, line->source, line->error);
    if (status != GARIM_OK || lseek(line->source, 0, SEEK_SET) != 0 ||
        fstat(line->source, &made) != 0)
        return status;
    line->source_bytes = (uint64_t)made.st_size;
    status = garim_bench_job_wait(&job, garim_bench_job_digest, line->source, 0,
                                  line->error);
    garim_bench_truth_set(&line->truth, line->bench, line->told->digest);
    return status;
}

static enum garim_status measure(struct line *line)
{
    const struct garim_bench_options *options = &line->bench->options;
    struct place places[WAY_COUNT];
    struct garim_bench_case *one = garim_bench_add_case(
        line->bench, "pipe", line->workload, line->source_bytes, 1);
    enum garim_status status = GARIM_OK;
    one->unit = "byte";
    one->jobs = true;
    for (size_t i = 0; i < WAY_COUNT && status == GARIM_OK; i++) {
        places[i] = (struct place){
            .line = line,
            .way = &ways[i],
            .job = {.workloads = options->workloads,
                    .kernels = options->kernels,
                    .io = ways[i].io,
                    .told = line->told},
        };
        (void)snprintf(places[i].job.policy, sizeof places[i].job.policy,
                       "%s.%s", line->workload,
                       garim_bench_kind_names[ways[i].kind]);
        status = check_place(&places[i]);
        struct garim_bench_contender *contender =
            garim_bench_add_contender(one, ways[i].name, &places[i], NULL);
        contender->sample = sample_place;
        contender->peer = ways[i].peer;
    }
    if (status != GARIM_OK || line->bench->wrong) return status;
    garim_bench_measure_case(line->bench, one);
    return line->status;
}

/* As fast as cat, nearly, or as fast as a disk: the better of the two. */
static void state_goals(struct garim_bench *bench)
{
    static const double ratio_goal = 0.8, gigabytes_goal = 1.5;
    const struct garim_bench_case *one = bench->cases[0];
    const struct garim_bench_contender *policy =
        garim_bench_find(one, "policy");
    double ratio =
        garim_bench_scaling(bench, policy, garim_bench_find(one, "cat | cat"));
    double gigabytes = garim_bench_figures(bench, one, policy).gigabytes;
    if (ratio / ratio_goal > gigabytes / gigabytes_goal)
        (void)garim_bench_add_goal(bench, ratio, "x", ratio_goal,
                                   "%s: policy to cat | cat", one->name);
    else
        (void)garim_bench_add_goal(bench, gigabytes, "GB/s", gigabytes_goal,
                                   "%s: policy through pipes", one->name);
}

enum garim_status garim_bench_pipe(struct garim_bench *bench,
                                   struct garim_error *error)
{
    static const uint64_t smoke_bytes = 8 << 20;
    struct garim_bench_options *options = &bench->options;
    struct line line = {
        .bench = bench,
        .workload = options->workload,
        .source = -1,
        .error = error,
    };
    if (line.workload == NULL) line.workload = "card-transactions";
    if (options->bytes == 0)
        options->bytes = options->smoke ? smoke_bytes : usual_bytes();
    if (!garim_bench_child_exists("cat"))
        return garim_bench_fail(error, "cat is not installed");
    garim_bench_children_prepare();
    line.told = garim_bench_told_open();
    enum garim_status status = make_source(&line);
    if (status == GARIM_OK) status = measure(&line);
    garim_bench_told_close(line.told);
    if (line.source >= 0) (void)close(line.source);
    garim_bench_progress("");
    if (status != GARIM_OK || bench->wrong) return status;
    garim_bench_add_note(bench,
                         "pipe: %.0f MiB from memory; garim by %s; CPU time "
                         "and memory are those of the process in the middle",
                         (double)line.source_bytes / (1 << 20), line.io);
    state_goals(bench);
    return GARIM_OK;
}
