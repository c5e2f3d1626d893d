/* rule_blank.c - blank: the field's pad, over the whole field
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/rule.h"

static void blank_read(struct garim_rule_build *build, struct garim_entry entry,
                       bool flagged, void *options, struct garim_step *step)
{
    (void)build;
    (void)entry;
    (void)flagged;
    (void)options;
    (void)step;
}

static void blank_apply(const struct garim_step *step,
                        struct garim_piece *piece)
{
    ASSERT(step->field->at + step->field->bytes <= piece->stride);
    for (size_t row = 0; row < piece->count; row++) {
        piece->offsets[row] = (uint32_t)(row * piece->stride);
        piece->lengths[row] =
            garim_piece_is_null(piece, row) ? 0 : (uint32_t)step->field->bytes;
    }
    piece->kernels->fill(garim_piece_field(piece, step), piece->offsets,
                         piece->lengths, piece->count, step->field->pad);
}

const struct garim_rule garim_rule_blank = {
    .name = "blank",
    .participle = "blanked",
    .traits = GARIM_TYPE_ANY,
    .read = blank_read,
    .apply = blank_apply,
};
