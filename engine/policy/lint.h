/* lint.h - what is wrong with, or odd about, a policy that can be compiled
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_POLICY_LINT_H
#define GARIM_POLICY_LINT_H

#include <time.h>

#include "rules/plan.h"

/* Look at a policy whose every other member is set, as of `now` (seconds since
 * 1970), and set its findings, for which `arena` gives the memory.
 * GARIM_USAGE: some are errors, and `error` is the first of them by place; the
 * findings are set nevertheless.  GARIM_TEMPORARY: memory ran out. */
enum garim_status garim_lint(struct garim_policy *policy, time_t now,
                             struct garim_arena *arena,
                             struct garim_error *error);

#endif
