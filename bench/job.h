/* job.h - what garim does in a child: runs, samples, digests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BENCH_JOB_H
#define GARIM_BENCH_JOB_H

#include "bench.h"
#include "child.h"

/* What a child tells its parent, in memory of both. */
struct garim_bench_told {
    struct garim_error error;
    uint8_t digest[GARIM_BENCH_DIGEST_BYTES];
    char io[16]; /* the back end in use */
    bool direct; /* O_DIRECT, both ways */
};

struct garim_bench_job {
    const char *workloads;
    char policy[128]; /* its name there */
    const char *kernels;
    const char *input, *output; /* NULL: standard input, standard output */
    enum garim_io_choice io;
    uint64_t checkpoint_bytes;
    uint64_t bytes; /* of a sample */
    struct garim_bench_told *told;
};

struct garim_bench_told *garim_bench_told_open(void);
void garim_bench_told_close(struct garim_bench_told *told);

/* Work for a child, on a struct garim_bench_job; the exit code is a status. */
int garim_bench_job_run(void *context);
/* `bytes` of records, rounded down, under the layout of the policy. */
int garim_bench_job_synth(void *context);
/* told->digest of standard input. */
int garim_bench_job_digest(void *context);

/* Do such work in a child; the error is that of the child. */
enum garim_status garim_bench_job_wait(struct garim_bench_job *job,
                                       int (*work)(void *context), int in,
                                       int out, struct garim_error *error);
/* What is right: the digests of a source and of what a policy makes of it. */
enum { GARIM_BENCH_KINDS = 2 };
extern const char *const garim_bench_kind_names[GARIM_BENCH_KINDS];

struct garim_bench_truth {
    uint8_t digests[GARIM_BENCH_KINDS][GARIM_BENCH_DIGEST_BYTES];
};

/* From the digest of the source, which `bench` takes up. */
void garim_bench_truth_set(struct garim_bench_truth *truth,
                           struct garim_bench *bench,
                           const uint8_t source[GARIM_BENCH_DIGEST_BYTES]);
/* "identity" must be the source.  The first "policy" must not be, and those
 * after it are like it. */
bool garim_bench_truth_holds(struct garim_bench_truth *truth,
                             struct garim_bench *bench, size_t kind,
                             const uint8_t found[GARIM_BENCH_DIGEST_BYTES]);

/* The error of a child that has ended with `code`. */
enum garim_status garim_bench_job_status(const struct garim_bench_job *job,
                                         int code, struct garim_error *error);

#endif
