/* rule_blank.c - blank: the field's pad, over the whole field
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "policy/rule.h"

static void read(struct garim_rule_build *build, struct garim_entry options,
                 struct garim_step *step)
{
    (void)build;
    (void)options;
    (void)step;
}

static void apply(const struct garim_step *step, struct garim_piece *piece)
{
    for (size_t i = 0; i < piece->live_count; i++)
        memset(garim_piece_field(piece, step, piece->live[i]), step->field->pad,
               step->field->bytes);
}

const struct garim_rule garim_rule_blank = {
    .name = "blank",
    .for_type = {true, true, true},
    .read = read,
    .apply = apply,
};
