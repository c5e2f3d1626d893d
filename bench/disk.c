/* disk.c - garim-bench disk: whole files, beside what others do with a disk
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A case is a workload: its input is made once, and every contender copies it
 * to an output of its own, which is then removed.  The first workload has the
 * peers.
 */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"
#include "disk.h"

/* garim in several ways; the first two in every case. */
struct way {
    const char *name;
    size_t kind;
    enum garim_io_choice io;
    uint64_t checkpoint_bytes;
};

static const struct way ways[] = {
    {"identity", 0, GARIM_IO_AUTO, 0},
    {"policy", 1, GARIM_IO_AUTO, 0},
    {"identity, posix", 0, GARIM_IO_POSIX, 0},
    {"policy, posix", 1, GARIM_IO_POSIX, 0},
    {"identity, no checkpoints", 0, GARIM_IO_AUTO, GARIM_NONE},
};
enum { WAY_COUNT = sizeof ways / sizeof ways[0] };

static enum garim_status run_garim(struct garim_bench_copier *copier,
                                   struct garim_bench_sample *ret_sample)
{
    struct garim_bench_disk *disk = copier->disk;
    struct garim_bench_child child = {.work = garim_bench_job_run,
                                      .context = &copier->job};
    double seconds;
    memset(&disk->told->error, 0, sizeof disk->told->error);
    enum garim_status status =
        garim_bench_children_run(&child, 1, &seconds, disk->error);
    if (status == GARIM_OK)
        status = garim_bench_job_status(&copier->job, child.code, disk->error);
    if (status == GARIM_OK)
        garim_bench_sample_set(ret_sample, disk->input_bytes, seconds,
                               child.core_seconds, child.peak_bytes);
    return status;
}

/* ---- garim --------------------------------------------------------------- */

static enum garim_status digest(struct garim_bench_disk *disk, const char *path,
                                uint8_t ret_digest[GARIM_BENCH_DIGEST_BYTES])
{
    struct garim_bench_job job = {.told = disk->told};
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return garim_error_set_path(disk->error, GARIM_OUTPUT, path,
                                    "is not there");
    garim_bench_progress("comparing");
    enum garim_status status = garim_bench_job_wait(
        &job, garim_bench_job_digest, file, 0, disk->error);
    (void)close(file);
    memcpy(ret_digest, disk->told->digest, GARIM_BENCH_DIGEST_BYTES);
    return status;
}

/* Its result is compared before anything is measured. */
static enum garim_status add_way(struct garim_bench_disk *disk,
                                 struct garim_bench_case *one,
                                 const char *workload, const struct way *way)
{
    const struct garim_bench_options *options = &disk->bench->options;
    uint8_t found[GARIM_BENCH_DIGEST_BYTES];
    struct garim_bench_sample sample;
    struct garim_bench_copier copier = {
        .disk = disk,
        .run = run_garim,
        .job = {.workloads = options->workloads,
                .kernels = options->kernels,
                .input = disk->scratch.input,
                .output = disk->scratch.output,
                .io = way->io,
                .checkpoint_bytes = way->checkpoint_bytes,
                .told = disk->told},
    };
    (void)snprintf(copier.job.policy, sizeof copier.job.policy, "%s.%s",
                   workload, garim_bench_kind_names[way->kind]);
    garim_bench_progress(way->name);
    enum garim_status status = garim_bench_disk_copy(&copier, &sample);
    if (status == GARIM_OK) status = digest(disk, disk->scratch.output, found);
    garim_bench_scratch_clear(&disk->scratch);
    if (status != GARIM_OK) return status;
    if (way == &ways[0])
        (void)snprintf(disk->io, sizeof disk->io, "%s%s", disk->told->io,
                       disk->told->direct ? ", O_DIRECT" : "");
    if (!garim_bench_truth_holds(&disk->truth, disk->bench, way->kind, found)) {
        fprintf(stderr, "garim-bench: disk, %s: %s gives wrong results\n",
                workload, way->name);
        disk->bench->wrong = true;
    }
    (void)garim_bench_disk_add(disk, one, way->name, &copier);
    return GARIM_OK;
}

/* ---- a workload ---------------------------------------------------------- */

static enum garim_status make_input(struct garim_bench_disk *disk,
                                    const char *workload)
{
    const struct garim_bench_options *options = &disk->bench->options;
    uint8_t found[GARIM_BENCH_DIGEST_BYTES];
    struct stat status;
    struct garim_bench_job job = {
        .workloads = options->workloads,
        .output = disk->scratch.input,
        .bytes = options->bytes,
        .told = disk->told,
    };
    (void)snprintf(job.policy, sizeof job.policy, "%s.policy", workload);
    garim_bench_progress("making records");
    enum garim_status made =
        garim_bench_job_wait(&job, garim_bench_job_synth, 0, 0, disk->error);
    if (made != GARIM_OK) return made;
    ASSERT(stat(disk->scratch.input, &status) == 0);
    disk->input_bytes = (uint64_t)status.st_size;
    made = digest(disk, disk->scratch.input, found);
    garim_bench_truth_set(&disk->truth, disk->bench, found);
    return made;
}

static enum garim_status measure_workload(struct garim_bench_disk *disk,
                                          const char *workload, bool first)
{
    struct garim_bench *bench = disk->bench;
    enum garim_status status = make_input(disk, workload);
    if (status != GARIM_OK) return status;
    struct garim_bench_case *one =
        garim_bench_add_case(bench, "disk", workload, disk->input_bytes, 1);
    one->unit = "byte";
    one->jobs = true;
    for (size_t i = 0; i < (first ? (size_t)WAY_COUNT : GARIM_BENCH_KINDS); i++)
        if (status == GARIM_OK) status = add_way(disk, one, workload, &ways[i]);
    if (status == GARIM_OK && first && !bench->wrong)
        status = garim_bench_disk_add_peers(disk, one);
    if (status == GARIM_OK && !bench->wrong) {
        garim_bench_measure_case(bench, one);
        status = disk->status;
    }
    (void)unlink(disk->scratch.input);
    garim_bench_scratch_clear(&disk->scratch);
    return status;
}

static enum garim_status measure(struct garim_bench_disk *disk)
{
    static const char *const all[] = {"card-transactions", "narrow", "wide"};
    const char *only = disk->bench->options.workload;
    if (only != NULL) return measure_workload(disk, only, true);
    enum garim_status status = GARIM_OK;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (status == GARIM_OK && !disk->bench->wrong)
            status = measure_workload(disk, all[i], i == 0);
    return status;
}

static void add_notes(const struct garim_bench_disk *disk)
{
    enum { MIB = 1 << 20 };
    garim_bench_add_note(disk->bench,
                         "disk: inputs of %.0f MiB; garim by %s; times with "
                         "the start of the program and the sync",
                         (double)disk->bench->options.bytes / MIB, disk->io);
}

enum garim_status garim_bench_disk(struct garim_bench *bench,
                                   struct garim_error *error)
{
    static const uint64_t usual_bytes = (uint64_t)4 << 30;
    static const uint64_t smoke_bytes = 8 << 20, spare_bytes = 16 << 20;
    struct garim_bench_options *options = &bench->options;
    struct garim_bench_disk disk = {.bench = bench, .error = error};
    if (options->bytes == 0)
        options->bytes = options->smoke ? smoke_bytes : usual_bytes;
    if (options->directory == NULL) options->directory = ".";
    enum garim_status status = garim_bench_disk_check_peers(bench, error);
    if (status != GARIM_OK) return status;
    garim_bench_children_prepare();
    status = garim_bench_scratch_open(&disk.scratch, options->directory,
                                      2 * options->bytes + spare_bytes, error);
    if (status == GARIM_OK) {
        disk.told = garim_bench_told_open();
        status = measure(&disk);
        garim_bench_told_close(disk.told);
    }
    garim_bench_progress("");
    garim_bench_scratch_close(&disk.scratch);
    if (status != GARIM_OK || bench->wrong) return status;
    add_notes(&disk);
    garim_bench_disk_state_goals(&disk);
    return GARIM_OK;
}
