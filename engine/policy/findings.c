/* findings.c - what checks found in one policy: a list in its arena
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/findings.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"

struct garim_findings_row {
    struct garim_finding finding;
    size_t number; /* keeps qsort() from turning equals round */
};

enum { ROOM_FIRST = 16 };

/* Room for one more; what was outgrown stays in the arena. */
static bool make_room(struct garim_findings *findings)
{
    if (findings->count < findings->room) return true;
    size_t room = findings->room == 0 ? ROOM_FIRST : 2 * findings->room;
    if (room > GARIM_FINDINGS_MAX) room = GARIM_FINDINGS_MAX;
    struct garim_findings_row *rows =
        garim_arena_take(findings->arena, room * sizeof *rows);
    if (rows == NULL) return false;
    if (findings->count > 0)
        memcpy(rows, findings->rows, findings->count * sizeof *rows);
    findings->rows = rows;
    findings->room = room;
    return true;
}

void garim_findings_add(struct garim_findings *findings,
                        struct garim_place place, const char *field,
                        const char *message, const char *way_out)
{
    ASSERT(findings->code != NULL && field != NULL);
    ASSERT(place.line > 0 && place.column > 0);
    if (findings->count == GARIM_FINDINGS_MAX) {
        if (findings->severity != GARIM_SEVERITY_ERROR) return;
        findings->count--;
    }
    if (message == NULL || way_out == NULL || !make_room(findings)) {
        findings->no_memory = true;
        return;
    }
    findings->rows[findings->count] = (struct garim_findings_row){
        .finding = {.size = sizeof(struct garim_finding),
                    .code = findings->code,
                    .severity = findings->severity,
                    .path = findings->path,
                    .line = place.line,
                    .column = place.column,
                    .field = field,
                    .message = message,
                    .way_out = way_out},
        .number = findings->count,
    };
    findings->count++;
}

/* Below, equal, above: -1, 0, 1. */
static int order(size_t left, size_t right)
{
    return (left > right) - (left < right);
}

static int by_place(const void *left, const void *right)
{
    const struct garim_findings_row *a = left;
    const struct garim_findings_row *b = right;
    const int lines = order(a->finding.line, b->finding.line);
    const int columns = order(a->finding.column, b->finding.column);
    if (lines != 0) return lines;
    return columns != 0 ? columns : order(a->number, b->number);
}

static enum garim_status refuse(const struct garim_finding *finding,
                                struct garim_error *error)
{
    return garim_error_set_place(error, GARIM_USAGE, finding->path,
                                 finding->line, finding->column, "%s; %s",
                                 finding->message, finding->way_out);
}

enum garim_status garim_findings_end(struct garim_findings *findings,
                                     const struct garim_finding **ret_list,
                                     size_t *ret_count,
                                     struct garim_error *error)
{
    const size_t count = findings->count;
    *ret_list = NULL;
    *ret_count = 0;
    if (findings->no_memory) return garim_error_no_memory(error);
    if (count == 0) return GARIM_OK;
    struct garim_finding *list =
        garim_arena_take(findings->arena, count * sizeof *list);
    if (list == NULL) return garim_error_no_memory(error);
    qsort(findings->rows, count, sizeof *findings->rows, by_place);
    for (size_t i = 0; i < count; i++)
        list[i] = findings->rows[i].finding;
    *ret_list = list;
    *ret_count = count;
    for (size_t i = 0; i < count; i++)
        if (list[i].severity == GARIM_SEVERITY_ERROR)
            return refuse(&list[i], error);
    return GARIM_OK;
}
