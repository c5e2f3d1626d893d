/* slice.h - what a job's input holds, and which of it is wanted
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_JOB_SLICE_H
#define GARIM_JOB_SLICE_H

#include "flow/geometry.h"
#include "job/description.h"
#include "publish/input.h"

/* The geometry of the records of `job` that its options choose; a stream's is
 * that of no records.  GARIM_INPUT where the size is no whole number of them,
 * GARIM_USAGE where there are none of those chosen. */
enum garim_status garim_slice_measure(struct garim_geometry *ret_geometry,
                                      const struct garim_job *job,
                                      const struct garim_input *input,
                                      size_t window_bytes,
                                      struct garim_error *error);

/* GARIM_INPUT where `records`, all that the job has, are none, or not as many
 * as its options expect. */
enum garim_status garim_slice_check_count(const struct garim_job *job,
                                          const char *input_path,
                                          uint64_t records,
                                          struct garim_error *error);

#endif
