/* rule.c - what rules share when they read their options
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/rule.h"

#include "base/assert.h"

void garim_rule_read_null(struct garim_rule_build *build,
                          struct garim_entry entry, struct garim_step *step)
{
    static const char *const words[] = {"apply"};
    if (entry.key == NULL) return;
    (void)garim_reader_choice(&build->reader, entry, NULL, words, 1);
    step->apply_to_null = true;
}

size_t garim_rule_take_secret(struct garim_rule_build *build,
                              struct garim_step *step)
{
    enum { ALIGNMENT = 64 };
    const size_t bytes = step->rule->secret_bytes;
    ASSERT(bytes > 0 && step->rule->derive != NULL);
    ASSERT(!step->derives && build->secret_bytes % ALIGNMENT == 0);
    step->derives = true;
    step->secret = build->secret_bytes;
    build->secret_bytes += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return step->secret;
}

size_t garim_rule_count_size(const struct garim_rule *rule)
{
    size_t count = 1;
    for (size_t i = 0; i < GARIM_COUNTERS_MAX; i++)
        count += rule->counters[i] != NULL ? 1 : 0;
    return count;
}
