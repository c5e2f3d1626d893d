/* job.h - one file job: from its options to its report
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_JOB_JOB_H
#define GARIM_JOB_JOB_H

#include "job/description.h"

/* Run a job to its end: open, lanes, publish.  Fills all of `report` but
 * kernels, key_id, digest and fields: `ret_counts` gets garim_job_count_size()
 * words, the worker's counts and behind them the states of observers.  Errors
 * as in the table of exit codes. */
enum garim_status garim_job_run(const struct garim_job *job,
                                struct garim_report *report,
                                uint64_t *ret_counts,
                                struct garim_error *error);

#endif
