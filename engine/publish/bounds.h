/* bounds.h - whether the numbers of a state can be true
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A seal without a key keeps nobody from writing other numbers: none is used
 * before it has been here.
 */
#ifndef GARIM_PUBLISH_BOUNDS_H
#define GARIM_PUBLISH_BOUNDS_H

#include "publish/journal.h"

bool garim_bounds_hold_job(const struct garim_journal_job *job);

/* `job` is one that holds. */
bool garim_bounds_hold_point(const struct garim_journal_job *job,
                             const struct garim_journal_point *point,
                             const struct garim_journal_bounds *bounds);

bool garim_bounds_hold_rejects(const struct garim_reject *rejects,
                               uint64_t count,
                               const struct garim_journal_bounds *bounds);

#endif
