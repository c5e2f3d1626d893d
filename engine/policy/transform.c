/* transform.c - a policy's rules over records that stand side by side
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Records are worked on in pieces that stay in the cache, one step (a rule on
 * its field) over the whole piece after the other.
 */
#include "policy/transform.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"
#include "base/secret.h"
#include "crypto/crypto.h"
#include "policy/rule.h"

enum { PIECE_BYTES = 256 << 10 };

struct garim_workspace {
    const struct garim_policy *policy;
    size_t piece_records;
    uint16_t *live;
    uint64_t *discarded; /* counts that nobody asked for */
    struct garim_piece piece;
};

/* ---- working memory -------------------------------------------------------
 */

static size_t piece_records(const struct garim_policy *policy)
{
    size_t bytes = garim_policy_stride(policy) + policy->canonical_bytes_max;
    size_t records = PIECE_BYTES / bytes;
    if (records < 1) records = 1;
    return records < GARIM_PIECE_RECORDS ? records : GARIM_PIECE_RECORDS;
}

static size_t canonical_bytes(const struct garim_workspace *workspace)
{
    return workspace->piece_records * workspace->policy->canonical_bytes_max +
           1;
}

static bool take_scratch(struct garim_workspace *workspace)
{
    struct garim_piece *piece = &workspace->piece;
    size_t rows = workspace->piece_records;
    workspace->live = calloc(rows, sizeof *workspace->live);
    piece->marks = calloc(rows, sizeof *piece->marks);
    piece->canonical = malloc(canonical_bytes(workspace));
    piece->offsets = calloc(rows, sizeof *piece->offsets);
    piece->lengths = calloc(rows, sizeof *piece->lengths);
    piece->hashed = calloc(rows, sizeof *piece->hashed);
    piece->tags = malloc(rows * GARIM_TAG_BYTES);
    piece->hmacs =
        calloc(workspace->policy->domain_count + 1, sizeof *piece->hmacs);
    workspace->discarded =
        calloc(workspace->policy->step_count * GARIM_COUNTS_PER_STEP,
               sizeof *workspace->discarded);
    return workspace->live != NULL && piece->marks != NULL &&
           piece->canonical != NULL && piece->offsets != NULL &&
           piece->lengths != NULL && piece->hashed != NULL &&
           piece->tags != NULL && piece->hmacs != NULL &&
           workspace->discarded != NULL;
}

static enum garim_status open_hmacs(struct garim_workspace *workspace,
                                    const uint8_t *domain_keys,
                                    struct garim_error *error)
{
    for (size_t i = 0; i < workspace->policy->domain_count; i++)
        if (garim_hmac_open(&workspace->piece.hmacs[i],
                            domain_keys + i * GARIM_KEY_BYTES,
                            GARIM_KEY_BYTES) != 0)
            return garim_error_set(error, GARIM_KEY,
                                   "the crypto library cannot do HMAC-SHA-256; "
                                   "see whether its configuration forbids it");
    return GARIM_OK;
}

enum garim_status garim_workspace_open(struct garim_workspace **ret_workspace,
                                       const struct garim_policy *policy,
                                       const uint8_t *domain_keys,
                                       struct garim_error *error)
{
    struct garim_workspace *workspace = calloc(1, sizeof *workspace);
    if (workspace == NULL) return garim_error_no_memory(error);
    workspace->policy = policy;
    workspace->piece_records = piece_records(policy);
    enum garim_status status = take_scratch(workspace)
                                   ? open_hmacs(workspace, domain_keys, error)
                                   : garim_error_no_memory(error);
    if (status == GARIM_OK)
        *ret_workspace = workspace;
    else
        garim_workspace_close(workspace);
    return status;
}

void garim_workspace_close(struct garim_workspace *workspace)
{
    if (workspace == NULL) return;
    struct garim_piece *piece = &workspace->piece;
    if (piece->canonical != NULL)
        garim_secret_wipe(piece->canonical, canonical_bytes(workspace));
    for (size_t i = 0; i < workspace->policy->domain_count; i++)
        if (piece->hmacs != NULL) garim_hmac_close(piece->hmacs[i]);
    free(piece->hmacs);
    free(piece->tags);
    free(piece->hashed);
    free(piece->lengths);
    free(piece->offsets);
    free(piece->canonical);
    free(piece->marks);
    free(workspace->discarded);
    free(workspace->live);
    free(workspace);
}

const struct garim_policy *
garim_workspace_policy(const struct garim_workspace *workspace)
{
    return workspace->policy;
}

/* ---- lines ----------------------------------------------------------------
 */

size_t garim_policy_stride(const struct garim_policy *policy)
{
    return policy->layout->record_bytes + policy->layout->terminator_bytes;
}

size_t garim_policy_find_misframed(const struct garim_policy *policy,
                                   const uint8_t *rows, size_t count,
                                   bool last_open)
{
    const struct garim_layout *layout = policy->layout;
    size_t stride = garim_policy_stride(policy);
    if (layout->terminator_bytes == 0) return count;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = rows + i * stride;
        const uint8_t *end = row + layout->record_bytes;
        if (memchr(row, '\n', layout->record_bytes) != NULL) return i;
        if (last_open && i + 1 == count) return count;
        if (memcmp(end, layout->terminator, layout->terminator_bytes) != 0)
            return i;
    }
    return count;
}

/* ---- records --------------------------------------------------------------
 */

/* The rows that a step works on; counts the nulls among the others. */
static uint64_t find_live(struct garim_workspace *workspace,
                          const struct garim_step *step, size_t count)
{
    struct garim_piece *piece = &workspace->piece;
    uint64_t nulls = 0;
    size_t live = 0;
    for (size_t row = 0; row < count; row++) {
        if (!step->apply_to_null &&
            garim_field_is_null(step->field,
                                garim_piece_field(piece, step, row)))
            nulls++;
        else
            workspace->live[live++] = (uint16_t)row;
    }
    piece->live = workspace->live;
    piece->live_count = live;
    return nulls;
}

static void transform_piece(struct garim_workspace *workspace, size_t count,
                            uint64_t *counts)
{
    const struct garim_policy *policy = workspace->policy;
    struct garim_piece *piece = &workspace->piece;
    memset(piece->marks, 0, count * sizeof *piece->marks);
    for (size_t i = 0; i < policy->step_count; i++) {
        const struct garim_step *step = &policy->steps[i];
        uint64_t *seen = counts + i * GARIM_COUNTS_PER_STEP;
        if (step->rule->apply == NULL) continue;
        piece->step_index = i;
        piece->empties = 0;
        seen[GARIM_COUNT_NULLS] += find_live(workspace, step, count);
        step->rule->apply(step, piece);
        seen[GARIM_COUNT_EMPTIES] += piece->empties;
    }
}

size_t garim_policy_transform(struct garim_workspace *workspace, uint8_t *rows,
                              size_t count, uint64_t *counts,
                              struct garim_broken *broken, size_t broken_max)
{
    const struct garim_policy *policy = workspace->policy;
    struct garim_piece *piece = &workspace->piece;
    size_t found = 0;
    piece->stride = garim_policy_stride(policy);
    for (size_t done = 0; done < count;) {
        size_t some = count - done;
        if (some > workspace->piece_records) some = workspace->piece_records;
        piece->rows = rows + done * piece->stride;
        transform_piece(workspace, some,
                        counts == NULL ? workspace->discarded : counts);
        for (size_t row = 0; row < some; row++) {
            struct garim_mark mark = piece->marks[row];
            if (mark.breach == GARIM_BREACH_NONE) continue;
            memcpy(piece->rows + row * piece->stride, policy->blank_record,
                   policy->layout->record_bytes);
            if (found < broken_max)
                broken[found] =
                    (struct garim_broken){done + row, mark.step_index,
                                          (enum garim_breach)mark.breach};
            found++;
        }
        done += some;
    }
    return found;
}
