/* transform.h - a policy's rules over records that stand side by side
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RULES_TRANSFORM_H
#define GARIM_RULES_TRANSFORM_H

#include "rules/plan.h"

/* Working memory of one thread. */
struct garim_workspace;

/* `states` has one for each domain of the policy; they stay the caller's, in
 * secret memory, and outlive the workspace. */
enum garim_status garim_workspace_open(struct garim_workspace **ret_workspace,
                                       const struct garim_policy *policy,
                                       const struct garim_kernels *kernels,
                                       const struct garim_hmac_state *states,
                                       struct garim_error *error);
void garim_workspace_close(struct garim_workspace *workspace); /* wipes */

const struct garim_policy *
garim_workspace_policy(const struct garim_workspace *workspace);

/* A record that broke its layout, and in which step. */
struct garim_broken {
    size_t row;
    size_t step_index;
    enum garim_breach breach;
};

/* What a step saw: two entries a step in `counts`. */
enum { GARIM_COUNT_NULLS, GARIM_COUNT_EMPTIES, GARIM_COUNTS_PER_STEP };

/* Transform `count` records from `in` to `out`, which are the same or do not
 * overlap.  Broken ones become blank; the first `broken_max` of them go to
 * `broken`, ascending.  Adds to `counts` (step_count x GARIM_COUNTS_PER_STEP
 * entries, or NULL).  Returns how many broke. */
size_t garim_policy_transform(struct garim_workspace *workspace,
                              const uint8_t *in, uint8_t *out, size_t count,
                              uint64_t *counts, struct garim_broken *broken,
                              size_t broken_max);

#endif
