/* guard.h - what records must hold, before any rule writes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * All expectations of a layout, and the digits of fields under `keep`, are one
 * template over the record: ranges of each byte.  A row that it passes is
 * right; one that it does not is looked at field by field.
 */
#ifndef GARIM_RULES_GUARD_H
#define GARIM_RULES_GUARD_H

#include "base/arena.h"
#include "rules/rule.h"

/* Compile what the steps' fields must hold into `ret_guard`.  False: out of
 * memory. */
bool garim_guard_build(struct garim_policy_guard *ret_guard,
                       struct garim_arena *arena,
                       const struct garim_step *steps, size_t count);

/* Mark the rows of the piece that are not what they must be.  Overwrites what
 * scans find. */
void garim_guard_run(const struct garim_policy *policy,
                     struct garim_piece *piece);

/* How many bytes of a record are checked. */
size_t garim_guard_bytes(const struct garim_policy *policy);

#endif
