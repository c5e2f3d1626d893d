/* job_state.h - what a running job holds, and how its report is filled
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_JOB_JOB_STATE_H
#define GARIM_JOB_JOB_STATE_H

#include "job/checkpoint.h"
#include "job/description.h"

/* What a job holds besides what its lanes share. */
struct garim_job_state {
    const struct garim_job *job;
    struct garim_flow flow;
    struct garim_input input;
    struct garim_output output;
    struct garim_checkpoint checkpoint;
    struct garim_report *report;
    size_t window_bytes;
    double begin_seconds; /* on garim_flow_clock() */
    unsigned lanes;
    bool resumable;
    bool noted;               /* what it does without */
    uint64_t resumed_windows; /* by an earlier run */
};

/* Add a note to the report. */
void garim_job_note(struct garim_report *report, const char *text);

/* Note what the job does without, once. */
void garim_job_note_ways(struct garim_job_state *state);

/* Bytes of the output, of a stream as far as it has come. */
uint64_t garim_job_output_bytes(const struct garim_flow *flow);

/* The numbers of the job as they stand. */
void garim_job_fill_report(const struct garim_job_state *state);

#endif
