/* release.h - what an output is for, until when, and how sure its tokens are
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_POLICY_RELEASE_H
#define GARIM_POLICY_RELEASE_H

#include "config/reader.h"
#include "rules/plan.h"

/* The map `release` of a policy, expired or not. */
void garim_release_read(struct garim_reader *reader, struct garim_entry entry,
                        struct garim_release *ret_release);

/* The budget of colliding pairs, a number above 0; the default where `entry` is
 * not there. */
double garim_budget_read(struct garim_reader *reader, struct garim_entry entry);

#endif
