/* load_edge.h - what becomes of a header or a trailer, from a policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_POLICY_LOAD_EDGE_H
#define GARIM_POLICY_LOAD_EDGE_H

#include "rules/rule.h"

/* Read `entry` for the edge `name` ("header", "trailer") of the framing; it
 * must be there exactly where this has bytes, else `root` is refused.  Errors
 * through the reader. */
void garim_edge_read(struct garim_rule_build *build, struct garim_entry entry,
                     struct garim_entry root, const char *name,
                     struct garim_edge *edge);

#endif
