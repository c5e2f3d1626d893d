/* findings.h - what checks found in one policy: a list in its arena
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_POLICY_FINDINGS_H
#define GARIM_POLICY_FINDINGS_H

#include "base/arena.h"
#include "config/reader.h"

/* Zeroed but for the first four, of which code and severity are those of the
 * check at work. */
struct garim_findings {
    struct garim_arena *arena; /* takes the list */
    const char *path;
    const char *code;
    enum garim_severity severity;
    struct garim_findings_row *rows; /* in the order in which they came */
    size_t count, room;
    bool no_memory;
};

/* Add one.  `field` is "" where it is about none.  Of all texts the pointer is
 * kept; `message` and `way_out` are NULL where memory for them ran out.  Beyond
 * GARIM_FINDINGS_MAX only errors are added, each in place of the last. */
void garim_findings_add(struct garim_findings *findings,
                        struct garim_place place, const char *field,
                        const char *message, const char *way_out);

/* The list in the order of places; those of one place stay as they came.
 * GARIM_USAGE: there are errors, and `error` is the first; the list is given
 * nevertheless.  GARIM_TEMPORARY: memory ran out, here or before. */
enum garim_status garim_findings_end(struct garim_findings *findings,
                                     const struct garim_finding **ret_list,
                                     size_t *ret_count,
                                     struct garim_error *error);

#endif
