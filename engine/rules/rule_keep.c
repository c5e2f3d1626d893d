/* rule_keep.c - keep: the bytes stay; guard.c looks whether digits are some
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/rule.h"

static void read(struct garim_rule_build *build, struct garim_entry options,
                 struct garim_step *step)
{
    if (step->apply_to_null)
        garim_reader_refuse(&build->reader, options,
                            "keep does not look at nulls; remove null: apply");
    if (step->unchecked && step->field->type->valid_bytes == NULL)
        garim_reader_refuse(&build->reader, options,
                            "keep checks fields of type digits only; write "
                            "keep alone (field %s)",
                            step->field->name);
    if (step->unchecked) step->details = "unchecked";
}

const struct garim_rule garim_rule_keep = {
    .name = "keep",
    .traits = GARIM_TYPE_ANY,
    .takes_unchecked = true,
    .read = read,
};
