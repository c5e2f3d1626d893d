/* job.c - what garim does in a child: runs, samples, digests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"

struct garim_bench_told *garim_bench_told_open(void)
{
    void *memory =
        mmap(NULL, sizeof(struct garim_bench_told), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    ASSERT(memory != MAP_FAILED);
    return memory;
}

void garim_bench_told_close(struct garim_bench_told *told)
{
    (void)munmap(told, sizeof *told);
}

int garim_bench_job_run(void *context)
{
    const struct garim_bench_job *job = context;
    struct garim_bench_told *told = job->told;
    struct garim_bench_engine engine = {0};
    struct garim_report report = {.size = sizeof report};
    const struct garim_job_options options = {
        .size = sizeof options,
        .input = job->input,
        .output = job->output,
        .io = job->io,
        .checkpoint_bytes = job->checkpoint_bytes,
    };
    enum garim_status status = garim_bench_engine_open(
        &engine, job->workloads, job->policy, job->kernels, &told->error);
    if (status == GARIM_OK)
        status = garim_run(engine.engine, &options, &report, &told->error);
    if (status == GARIM_OK) {
        (void)snprintf(told->io, sizeof told->io, "%s", report.io);
        told->direct = report.direct_in && report.direct_out;
    }
    garim_report_clear(&report);
    garim_bench_engine_close(&engine);
    return (int)status;
}

int garim_bench_job_synth(void *context)
{
    enum { SEED = 1 };
    const struct garim_bench_job *job = context;
    struct garim_policy *policy = NULL;
    struct garim_policy_info info = {.size = sizeof info};
    struct garim_report report = {.size = sizeof report};
    char path[1024];
    const struct garim_job_options options = {.size = sizeof options,
                                              .output = job->output};
    (void)snprintf(path, sizeof path, "%s/%s.yaml", job->workloads,
                   job->policy);
    enum garim_status status =
        garim_policy_open(&policy, path, &job->told->error);
    if (status != GARIM_OK) return (int)status;
    garim_policy_describe(policy, &info);
    status = garim_synth(garim_policy_layout(policy), SEED,
                         job->bytes / info.input_bytes, &options, &report,
                         &job->told->error);
    garim_report_clear(&report);
    garim_policy_close(policy);
    return (int)status;
}

/* As much as there is, up to `size`: a pipe gives it in small pieces. */
static ssize_t read_whole(uint8_t *data, size_t size)
{
    size_t filled = 0;
    while (filled < size) {
        ssize_t count = read(STDIN_FILENO, data + filled, size - filled);
        if (count < 0) return -1;
        if (count == 0) break;
        filled += (size_t)count;
    }
    return (ssize_t)filled;
}

int garim_bench_job_digest(void *context)
{
    enum { PIECE_BYTES = 1 << 20 };
    const struct garim_bench_job *job = context;
    uint8_t *data = malloc(PIECE_BYTES);
    ASSERT(data != NULL);
    ssize_t count;
    memset(job->told->digest, 0, sizeof job->told->digest);
    while ((count = read_whole(data, PIECE_BYTES)) > 0)
        garim_bench_mix(job->told->digest, data, (size_t)count);
    free(data);
    return count < 0 ? (int)garim_error_set(&job->told->error, GARIM_INPUT,
                                            "what was made can not be read")
                     : GARIM_OK;
}

enum garim_status garim_bench_job_status(const struct garim_bench_job *job,
                                         int code, struct garim_error *error)
{
    enum { SIGNALLED = 128 };
    if (code == GARIM_OK) return GARIM_OK;
    if (code >= GARIM_BENCH_CHILD_ABSENT || job->told->error.message[0] == '\0')
        return garim_error_set(error, GARIM_TEMPORARY,
                               code > SIGNALLED ? "garim died of signal %d"
                                                : "garim ended with %d",
                               code > SIGNALLED ? code - SIGNALLED : code);
    *error = job->told->error;
    return error->status;
}

enum garim_status garim_bench_job_wait(struct garim_bench_job *job,
                                       int (*work)(void *context), int in,
                                       int out, struct garim_error *error)
{
    double seconds;
    struct garim_bench_child child = {
        .work = work, .context = job, .in = in, .out = out};
    memset(&job->told->error, 0, sizeof job->told->error);
    enum garim_status status =
        garim_bench_children_run(&child, 1, &seconds, error);
    return status == GARIM_OK ? garim_bench_job_status(job, child.code, error)
                              : status;
}

/* ---- what is right ------------------------------------------------------- */

const char *const garim_bench_kind_names[GARIM_BENCH_KINDS] = {"identity",
                                                               "policy"};

void garim_bench_truth_set(struct garim_bench_truth *truth,
                           struct garim_bench *bench,
                           const uint8_t source[GARIM_BENCH_DIGEST_BYTES])
{
    *truth = (struct garim_bench_truth){0};
    memcpy(truth->digests[0], source, GARIM_BENCH_DIGEST_BYTES);
    garim_bench_mix(bench->digest, source, GARIM_BENCH_DIGEST_BYTES);
}

bool garim_bench_truth_holds(struct garim_bench_truth *truth,
                             struct garim_bench *bench, size_t kind,
                             const uint8_t found[GARIM_BENCH_DIGEST_BYTES])
{
    static const uint8_t unknown[GARIM_BENCH_DIGEST_BYTES];
    uint8_t *wanted = truth->digests[kind];
    if (memcmp(wanted, unknown, sizeof unknown) != 0)
        return memcmp(wanted, found, sizeof unknown) == 0;
    memcpy(wanted, found, sizeof unknown);
    garim_bench_mix(bench->digest, found, sizeof unknown);
    return memcmp(found, truth->digests[0], sizeof unknown) != 0;
}
