/* rule.c - what rules share when they read their options
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/rule.h"

void garim_rule_read_null(struct garim_rule_build *build,
                          struct garim_entry entry, struct garim_step *step)
{
    static const char *const words[] = {"apply"};
    if (entry.key == NULL) return;
    (void)garim_reader_choice(&build->reader, entry, NULL, words, 1);
    step->apply_to_null = true;
}
