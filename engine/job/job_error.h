/* job_error.h - what the lanes came to, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_JOB_JOB_ERROR_H
#define GARIM_JOB_JOB_ERROR_H

#include "flow/flow.h"

/* The error that ended the lanes, the one of the lowest record where there are
 * several; GARIM_OK: they came to the end of their work, or were told to. */
enum garim_status garim_job_judge(const struct garim_flow *flow,
                                  struct garim_error *error);

/* List the records that were allowed to be broken in `report`. */
enum garim_status garim_job_list_rejects(const struct garim_flow *flow,
                                         struct garim_report *report,
                                         struct garim_error *error);

#endif
