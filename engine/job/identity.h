/* identity.h - what makes a job the one it is
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_JOB_IDENTITY_H
#define GARIM_JOB_IDENTITY_H

#include "flow/geometry.h"
#include "job/description.h"
#include "publish/input.h"
#include "publish/journal.h"

/* The traits of `job` and its input, and what follows from them; of a job that
 * cannot be resumed, since its input cannot be read again, next to nothing. */
struct garim_journal_job garim_identity(const struct garim_job *job,
                                        const struct garim_input *input,
                                        const struct garim_geometry *geometry);

#endif
