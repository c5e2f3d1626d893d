/* leftovers.h - what an earlier run left beside the output, and what is done
 * with it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_PUBLISH_LEFTOVERS_H
#define GARIM_PUBLISH_LEFTOVERS_H

#include "publish/output.h"

/* Open and lock the state and the part of `output`, or refuse. */
enum garim_status garim_leftovers_open(struct garim_output *output,
                                       const struct garim_job_options *options,
                                       const struct garim_output_job *job,
                                       struct garim_error *error);

#endif
