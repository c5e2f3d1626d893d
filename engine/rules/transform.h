/* transform.h - a policy's rules over records that stand side by side
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RULES_TRANSFORM_H
#define GARIM_RULES_TRANSFORM_H

#include "flow/worker.h"
#include "rules/plan.h"

/* Working memory of one thread. */
struct garim_workspace;

/* `secrets` are those of garim_keys_open(); they stay the caller's and outlive
 * the workspace. */
enum garim_status garim_workspace_open(struct garim_workspace **ret_workspace,
                                       const struct garim_policy *policy,
                                       const struct garim_kernels *kernels,
                                       const uint8_t *secrets,
                                       struct garim_error *error);
void garim_workspace_close(struct garim_workspace *workspace); /* wipes */

/* As garim_worker.transform wants it: `state` is a workspace, `counts` has
 * step_count x GARIM_COUNTS_PER_STEP entries. */
void garim_policy_transform(void *state, const struct garim_batch *batch,
                            uint64_t *counts, struct garim_reject *rejects,
                            size_t reject_max, struct garim_made *ret_made);

#endif
