/* transform.c - a policy's rules over records that stand side by side
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Records are worked on in pieces that stay in the cache: first the guard looks
 * at the whole piece, then one step (a rule on its field) after the other.
 */
#include "rules/transform.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/secret.h"
#include "rules/guard.h"
#include "rules/rule.h"

enum { PIECE_BYTES = 256 << 10 };

struct garim_workspace {
    const struct garim_policy *policy;
    size_t piece_records;
    struct garim_scan *scans; /* one a step */
    uint8_t *memory;          /* of the piece's arrays */
    size_t memory_bytes;
    struct garim_piece piece;
};

/* ---- working memory ------------------------------------------------------ */

static size_t piece_records(const struct garim_policy *policy)
{
    size_t bytes = policy->framing.stride + policy->slot_bytes_max;
    ASSERT(policy->framing.stride >= policy->layout->record_bytes);
    ASSERT(policy->framing.stride > 0);
    size_t records = PIECE_BYTES / bytes;
    if (records < 1) records = 1;
    return records < GARIM_PIECE_RECORDS ? records : GARIM_PIECE_RECORDS;
}

/* The arrays of a piece, one element a record each, in one allocation. */
static bool take_arrays(struct garim_workspace *workspace)
{
    struct garim_piece *piece = &workspace->piece;
    struct garim_values *values = &piece->values;
    const struct {
        void *pointer; /* to the pointer to set */
        size_t element_bytes;
    } arrays[] = {
        {&values->slots, workspace->policy->slot_bytes_max},
        {&piece->tags, GARIM_TAG_BYTES},
        {&piece->offsets, sizeof *piece->offsets},
        {&piece->lengths, sizeof *piece->lengths},
        {&piece->fields, sizeof *piece->fields},
        {&piece->which, sizeof *piece->which},
        {&values->offsets, sizeof *values->offsets},
        {&values->lengths, sizeof *values->lengths},
        {&piece->marks, sizeof *piece->marks},
        {&piece->flags, sizeof *piece->flags},
        {&piece->value_flags, sizeof *piece->value_flags},
        {&values->breaches, sizeof *values->breaches},
        {&values->non_ascii, sizeof *values->non_ascii},
    };
    enum { ARRAYS = sizeof arrays / sizeof arrays[0], ALIGNMENT = 64 };
    size_t at = 0, places[ARRAYS];
    ASSERT(workspace->piece_records > 0);
    ASSERT(workspace->piece_records <= GARIM_PIECE_RECORDS);
    for (size_t i = 0; i < ARRAYS; i++) {
        places[i] = at;
        at += workspace->piece_records * arrays[i].element_bytes;
        at = (at + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
    workspace->memory = aligned_alloc(ALIGNMENT, at);
    if (workspace->memory == NULL) return false;
    workspace->memory_bytes = at;
    memset(workspace->memory, 0, at);
    for (size_t i = 0; i < ARRAYS; i++)
        *(uint8_t **)arrays[i].pointer = workspace->memory + places[i];
    return true;
}

static bool take_scratch(struct garim_workspace *workspace)
{
    const struct garim_policy *policy = workspace->policy;
    const size_t steps = policy->step_count;
    workspace->scans = calloc(steps + 1, sizeof *workspace->scans);
    if (workspace->scans == NULL) return false;
    for (size_t i = 0; i < steps; i++)
        workspace->scans[i] = garim_field_scan(policy->steps[i].field,
                                               !policy->steps[i].apply_to_null);
    return take_arrays(workspace);
}

enum garim_status garim_workspace_open(struct garim_workspace **ret_workspace,
                                       const struct garim_policy *policy,
                                       const struct garim_kernels *kernels,
                                       const uint8_t *secrets,
                                       struct garim_error *error)
{
    struct garim_workspace *workspace = calloc(1, sizeof *workspace);
    if (workspace == NULL) return garim_error_no_memory(error);
    workspace->policy = policy;
    workspace->piece_records = piece_records(policy);
    workspace->piece.kernels = kernels;
    workspace->piece.secrets = secrets;
    workspace->piece.stride = policy->framing.stride;
    ASSERT(secrets != NULL || policy->secret_bytes == 0);
    ASSERT(policy->step_count > 0 && policy->step_count <= UINT16_MAX);
    if (take_scratch(workspace)) {
        *ret_workspace = workspace;
        return GARIM_OK;
    }
    garim_workspace_close(workspace);
    return garim_error_no_memory(error);
}

void garim_workspace_close(struct garim_workspace *workspace)
{
    if (workspace == NULL) return;
    if (workspace->memory != NULL)
        garim_secret_wipe(workspace->memory, workspace->memory_bytes);
    free(workspace->memory);
    free(workspace->scans);
    free(workspace);
}

/* ---- records ------------------------------------------------------------- */

/* Of the rows that are counted. */
static uint64_t count_nulls(const struct garim_piece *piece)
{
    uint64_t nulls = 0;
    for (size_t row = piece->owned_first; row < piece->owned_end; row++)
        nulls += piece->flags[row] & GARIM_SCAN_NULL;
    return nulls;
}

static void transform_piece(struct garim_workspace *workspace, uint64_t *counts)
{
    const struct garim_policy *policy = workspace->policy;
    struct garim_piece *piece = &workspace->piece;
    ASSERT(piece->count > 0 && piece->count <= workspace->piece_records);
    ASSERT(piece->owned_first <= piece->owned_end);
    ASSERT(piece->owned_end <= piece->count);
    garim_guard_run(policy, piece);
    for (size_t i = 0; i < policy->step_count; i++) {
        const struct garim_step *step = &policy->steps[i];
        uint64_t *nulls = counts + step->counts;
        const struct garim_column column = {garim_piece_field(piece, step),
                                            piece->stride, step->field->bytes};
        if (step->rule->apply == NULL) continue;
        ASSERT(step->counts < policy->count_size);
        piece->step_index = i;
        piece->counts = nulls + 1;
        piece->kernels->scan(&workspace->scans[i], &column, piece->count,
                             piece->offsets, piece->lengths, piece->flags);
        *nulls += count_nulls(piece);
        step->rule->apply(step, piece);
    }
}

/* Make the broken rows of the piece blank, and name those that are owned: up to
 * `reject_max` of them.  The first row of the piece is record `first`. */
static size_t blank_broken(struct garim_workspace *workspace, uint64_t first,
                           struct garim_reject *rejects, size_t reject_max)
{
    const struct garim_policy *policy = workspace->policy;
    struct garim_piece *piece = &workspace->piece;
    size_t found = 0;
    for (size_t row = 0; piece->broken && row < piece->count; row++) {
        const struct garim_mark mark = piece->marks[row];
        if (mark.breach == GARIM_BREACH_NONE) continue;
        ASSERT_RECORD(mark.breach < GARIM_BREACH_COUNT, first + row);
        ASSERT_RECORD(mark.step_index < policy->step_count, first + row);
        piece->marks[row] = (struct garim_mark){0};
        memcpy(piece->rows + row * piece->stride, policy->blank_record,
               policy->layout->record_bytes);
        if (garim_piece_owns(piece, row) && found < reject_max)
            rejects[found++] = (struct garim_reject){
                first + row, mark.step_index, mark.breach};
    }
    piece->broken = false;
    return found;
}

/* Where `row` of a batch stands in a piece that begins at `done`. */
static size_t clamp(size_t row, size_t done, size_t count)
{
    const size_t at = row < done ? 0 : row - done;
    return at < count ? at : count;
}

void garim_policy_transform(void *state, const struct garim_batch *batch,
                            uint64_t *counts, struct garim_reject *rejects,
                            size_t reject_max, struct garim_made *ret_made)
{
    struct garim_workspace *workspace = state;
    struct garim_piece *piece = &workspace->piece;
    const size_t count =
        garim_framing_find_broken(&workspace->policy->framing, batch->in,
                                  batch->count, batch->last_unterminated);
    size_t found = 0;
    ASSERT_RECORD(count <= batch->count, batch->first_record);
    ASSERT_RECORD(batch->owned_first <= batch->owned_end, batch->first_record);
    ASSERT_RECORD(batch->owned_end <= batch->count, batch->first_record);
    for (size_t done = 0; done < count; done += piece->count) {
        const size_t at = done * piece->stride;
        piece->count = count - done < workspace->piece_records
                           ? count - done
                           : workspace->piece_records;
        piece->owned_first = clamp(batch->owned_first, done, piece->count);
        piece->owned_end = clamp(batch->owned_end, done, piece->count);
        piece->rows = batch->out + at;
        if (batch->in != batch->out)
            memcpy(piece->rows, batch->in + at, piece->count * piece->stride);
        transform_piece(workspace, counts);
        found += blank_broken(workspace, batch->first_record + done,
                              rejects + found, reject_max - found);
        ASSERT_RECORD(found <= reject_max, batch->first_record + done);
        ASSERT_RECORD(!piece->broken, batch->first_record + done);
    }
    const bool open_end = batch->last_unterminated && count == batch->count;
    *ret_made = (struct garim_made){
        .rows = count,
        .bytes = count * piece->stride -
                 (open_end ? workspace->policy->framing.terminator_bytes : 0),
        .broken_row = count < batch->count ? count : SIZE_MAX,
        .reject_count = found,
    };
}
