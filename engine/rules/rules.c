/* rules.c - the table of rules, and reading one from a policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/rule.h"

#include <string.h>

const struct garim_rule *const garim_rules[GARIM_RULE_COUNT] = {
    &garim_rule_keep, &garim_rule_blank, &garim_rule_constant,
    &garim_rule_mask, &garim_rule_token,
};

static void read_options(struct garim_rule_build *build,
                         const struct garim_rule *rule,
                         struct garim_entry options, struct garim_step *step)
{
    const struct garim_field *field = step->field;
    if ((rule->traits & field->type->traits) == 0) {
        garim_reader_refuse(&build->reader, options,
                            "rule %s is not for type %s (field %s); %s",
                            rule->name, field->type->name, field->name,
                            rule->way_out);
        return;
    }
    step->rule = rule;
    step->details = "";
    rule->read(build, options, step);
}

/* `keep`, `blank`: the word alone. */
static void read_word(struct garim_rule_build *build, struct garim_entry entry,
                      struct garim_step *step)
{
    const char *words[GARIM_RULE_COUNT];
    for (size_t i = 0; i < GARIM_RULE_COUNT; i++)
        words[i] = garim_rules[i]->name;
    size_t index = garim_reader_choice(&build->reader, entry, "rule", words,
                                       GARIM_RULE_COUNT);
    if (build->reader.status != GARIM_OK) return;
    const struct garim_rule *rule = garim_rules[index];
    if (rule->takes_options)
        garim_reader_refuse(&build->reader, entry,
                            "rule %s wants options: {%s: ...}; see POLICY.md",
                            rule->name, rule->name);
    else
        read_options(build, rule, entry, step);
}

/* `{keep: true}`, `{keep: unchecked}`. */
static void read_flag(struct garim_rule_build *build,
                      const struct garim_rule *rule, struct garim_entry entry,
                      struct garim_step *step)
{
    static const char *const words[] = {"false", "true", "unchecked"};
    enum { FALSE, TRUE, UNCHECKED };
    size_t word = garim_reader_choice(&build->reader, entry, NULL, words,
                                      rule->takes_unchecked ? 3 : 2);
    step->unchecked = word == UNCHECKED;
    if (word == FALSE)
        garim_reader_refuse(&build->reader, entry,
                            "write %s: true, or the word %s alone", rule->name,
                            rule->name);
}

/* {token: {...}}, with `null: apply` beside it if it likes. */
static void read_map(struct garim_rule_build *build, struct garim_entry entry,
                     struct garim_step *step)
{
    enum { NULLS = GARIM_RULE_COUNT };
    struct garim_key_name keys[GARIM_RULE_COUNT + 1] = {
        [NULLS] = {"null", false}};
    struct garim_entry entries[GARIM_RULE_COUNT + 1];
    for (size_t i = 0; i < GARIM_RULE_COUNT; i++)
        keys[i].name = garim_rules[i]->name;
    garim_reader_map(&build->reader, entry, "the rule", keys,
                     GARIM_RULE_COUNT + 1, entries);
    size_t found = 0;
    size_t index = 0;
    for (size_t i = 0; i < GARIM_RULE_COUNT; i++) {
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
    const struct garim_rule *rule = garim_rules[index];
    if (!rule->takes_options) read_flag(build, rule, entries[index], step);
    garim_rule_read_null(build, entries[NULLS], step);
    read_options(build, rule, entries[index], step);
}

void garim_rule_read(struct garim_rule_build *build, struct garim_entry entry,
                     const struct garim_field *field, struct garim_step *step)
{
    memset(step, 0, sizeof *step);
    step->field = field;
    if (entry.value != NULL && garim_yaml_kind(entry.value) == GARIM_YAML_MAP)
        read_map(build, entry, step);
    else
        read_word(build, entry, step);
}
