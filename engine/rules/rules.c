/* rules.c - the table of rules, and reading one from a policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/rule.h"

#include <string.h>

#include "base/assert.h"

/* In the order in which summaries and messages name them. */
#define RULES(RULE)                                                            \
    RULE(keep)                                                                 \
    RULE(blank)                                                                \
    RULE(constant)                                                             \
    RULE(mask)                                                                 \
    RULE(token)

#define DECLARE(name) extern const struct garim_rule garim_rule_##name;
#define POINT(name) &garim_rule_##name,

RULES(DECLARE)
static const struct garim_rule *const rules[] = {RULES(POINT)};

#define COUNT (sizeof rules / sizeof rules[0])
static_assert(COUNT <= GARIM_RULES_MAX, "room for all rules in a message");

const struct garim_rule *garim_rule_at(size_t index)
{
    return index < COUNT ? rules[index] : NULL;
}

static void read_options(struct garim_rule_build *build,
                         const struct garim_rule *rule,
                         struct garim_entry entry, bool flagged,
                         struct garim_step *step)
{
    const struct garim_field *field = step->field;
    ASSERT(rule->read != NULL && field != NULL && field->type != NULL);
    if ((rule->traits & field->type->traits) == 0) {
        garim_reader_refuse(
            &build->reader, entry, "rule %s is not for type %s (field %s); %s",
            rule->name, field->type->name, field->name, rule->way_out);
        return;
    }
    void *options =
        garim_arena_take(build->reader.arena, rule->options_bytes + 1);
    if (options == NULL) {
        garim_reader_no_memory(&build->reader);
        return;
    }
    step->rule = rule;
    step->options = options;
    step->details = "";
    ASSERT(!flagged || rule->flag != NULL);
    rule->read(build, entry, flagged, options, step);
}

/* `keep`, `blank`: the word alone. */
static void read_word(struct garim_rule_build *build, struct garim_entry entry,
                      struct garim_step *step)
{
    const char *words[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        words[i] = rules[i]->name;
    size_t index =
        garim_reader_choice(&build->reader, entry, "rule", words, COUNT);
    if (build->reader.status != GARIM_OK) return;
    ASSERT(index < COUNT);
    const struct garim_rule *rule = rules[index];
    if (rule->takes_options)
        garim_reader_refuse(&build->reader, entry,
                            "rule %s needs options: {%s: ...}; see POLICY.md",
                            rule->name, rule->name);
    else
        read_options(build, rule, entry, false, step);
}

/* `{keep: true}`, or the flag of the rule: `{keep: unchecked}`.  Returns
 * whether it is that. */
static bool read_flag(struct garim_rule_build *build,
                      const struct garim_rule *rule, struct garim_entry entry)
{
    enum { FALSE, TRUE, FLAG };
    const char *const words[] = {"false", "true", rule->flag};
    const size_t word = garim_reader_choice(&build->reader, entry, NULL, words,
                                            rule->flag == NULL ? FLAG : 3);
    if (word == FALSE)
        garim_reader_refuse(&build->reader, entry,
                            "write %s: true, or the word %s alone", rule->name,
                            rule->name);
    ASSERT(word < FLAG || rule->flag != NULL);
    return word == FLAG;
}

/* {token: {...}}, with `null: apply` beside it if it likes. */
static void read_map(struct garim_rule_build *build, struct garim_entry entry,
                     struct garim_step *step)
{
    struct garim_key_name keys[COUNT + 1] = {[COUNT] = {"null", false}};
    struct garim_entry entries[COUNT + 1];
    for (size_t i = 0; i < COUNT; i++)
        keys[i].name = rules[i]->name;
    garim_reader_map(&build->reader, entry, "the rule", keys, COUNT + 1,
                     entries);
    size_t found = 0;
    size_t index = 0;
    for (size_t i = 0; i < COUNT; i++) {
        if (entries[i].key == NULL) continue;
        found++;
        index = i;
    }
    if (found != 1) {
        garim_reader_refuse(&build->reader, entry,
                            "%zu rules for field %s; write exactly one", found,
                            step->field->name);
        return;
    }
    ASSERT(index < COUNT);
    const struct garim_rule *rule = rules[index];
    const bool flagged =
        !rule->takes_options && read_flag(build, rule, entries[index]);
    garim_rule_read_null(build, entries[COUNT], step);
    read_options(build, rule, entries[index], flagged, step);
}

void garim_rule_read(struct garim_rule_build *build, struct garim_entry entry,
                     const struct garim_field *field, struct garim_step *step)
{
    memset(step, 0, sizeof *step);
    step->field = field;
    step->place = garim_reader_place(entry);
    if (entry.value != NULL && garim_yaml_kind(entry.value) == GARIM_YAML_MAP)
        read_map(build, entry, step);
    else
        read_word(build, entry, step);
}
