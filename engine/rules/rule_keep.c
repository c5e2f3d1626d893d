/* rule_keep.c - keep: the bytes stay; guard.c looks whether they are valid
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/rule.h"

static void keep_read(struct garim_rule_build *build, struct garim_entry entry,
                      bool flagged, void *options, struct garim_step *step)
{
    const bool checks = step->field->type->valid_bytes != NULL;
    (void)options;
    if (step->apply_to_null)
        garim_reader_refuse(&build->reader, entry,
                            "keep does not look at nulls; remove null: apply");
    if (flagged && !checks)
        garim_reader_refuse(&build->reader, entry,
                            "keep checks fields of type digits only; write "
                            "keep alone (field %s)",
                            step->field->name);
    step->checked = checks && !flagged;
    if (flagged) step->details = "unchecked";
}

const struct garim_rule garim_rule_keep = {
    .name = "keep",
    .participle = "kept",
    .traits = GARIM_TYPE_ANY,
    .flag = "unchecked",
    .keeps = true,
    .read = keep_read,
};
