/* load_edge.h - what becomes of a header or a trailer, from a policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_POLICY_LOAD_EDGE_H
#define GARIM_POLICY_LOAD_EDGE_H

#include "rules/rule.h"

/* Read `entry` for the edge `name` ("header", "trailer") of `bytes` bytes; it
 * must be there exactly where these are not 0, else `root` is refused.  Errors
 * through the reader. */
void garim_edge_read(struct garim_rule_build *build, struct garim_entry entry,
                     struct garim_entry root, const char *name, size_t bytes,
                     struct garim_policy_edge *ret_edge);

#endif
