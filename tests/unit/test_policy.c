/* test_policy.c - what a compiled policy says of itself
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "text/nearest.h"
#include "support.h"

Test(policy, spans_cover_every_byte_once)
{
    struct garim_policy *policy = NULL;
    cr_assert_eq(
        support_open_policy(&policy, "length: 20",
                            "{name: b, at: 10, length: 4, type: char}, "
                            "{name: a, at: 2, length: 4, type: char}",
                            "a: keep, b: {mask: {}}",
                            "subjects: 1\nuncovered: blank", NULL),
        GARIM_OK);
    struct garim_policy_info info = {.size = sizeof info};
    garim_policy_describe(policy, &info);
    cr_assert_eq(info.span_count, 5);
    for (size_t i = 0; i < info.rule_count; i++) {
        struct garim_rule_info rule = {.size = sizeof rule};
        garim_policy_rule(policy, i, &rule);
        cr_assert_eq(rule.keeps, strcmp(rule.name, "keep") == 0);
        cr_assert_eq(rule.keyed, strcmp(rule.name, "token") == 0);
        cr_assert_eq(rule.fields, rule.keeps || strcmp(rule.name, "mask") == 0);
    }
    size_t at = 0;
    for (size_t i = 0; i < info.span_count; i++) {
        struct garim_span_info span = {.size = sizeof span};
        garim_policy_span(policy, i, &span);
        cr_assert_eq(span.at, at);
        at += span.bytes;
    }
    cr_assert_eq(at, 20);
    garim_policy_close(policy);
}

Test(policy, columns_are_at_and_length_counted_from_one)
{
    struct garim_policy *policy = NULL;
    cr_assert_eq(support_open_policy(&policy, "length: 4",
                                     "{name: a, cols: 1, type: char}, "
                                     "{name: b, cols: 2-4, type: char}",
                                     "a: keep, b: keep", "subjects: 1", NULL),
                 GARIM_OK);
    struct garim_field_info field = {.size = sizeof field};
    garim_layout_field(garim_policy_layout(policy), 1, &field);
    cr_assert_eq(field.at, 1);
    cr_assert_eq(field.bytes, 3);
    garim_policy_close(policy);
}

/* 40.45 million people (facts.md, 23): 12 digits expect 818 colliding pairs. */
Test(policy, collisions_are_the_birthday_bound)
{
    struct garim_policy *policy = NULL;
    struct garim_domain_info domain = {.size = sizeof domain};
    const char *fields = "{name: a, at: 0, length: 12, type: digits}";
    const char *rules = "a: {token: {domain: d, as: digits}}";
    struct garim_error error = {0};
    cr_assert_eq(support_open_policy(&policy, "length: 12", fields, rules,
                                     "subjects: 40450000", &error),
                 GARIM_USAGE);
    cr_assert(strstr(error.message, "818 colliding pairs") != NULL, "%s",
              error.message);
    cr_assert_eq(support_open_policy(&policy, "length: 12", fields, rules,
                                     "subjects: 40450000\nbudget: 819", NULL),
                 GARIM_OK);
    garim_policy_domain(policy, 0, &domain);
    cr_assert_float_eq(domain.expected_collisions, 818, 0.2);
    garim_policy_close(policy);
}

/* n^2 / (2 * 10^12) against 0.001 and 819: a factor of two is none too many. */
Test(policy, the_budget_is_kept_to_the_subject)
{
    static const struct {
        const char *numbers;
        enum garim_status status;
    } cases[] = {
        {"subjects: 44721", GARIM_OK},
        {"subjects: 44722", GARIM_USAGE},
        {"subjects: 63245\nbudget: 0.002", GARIM_OK},
        {"subjects: 63246\nbudget: 0.002", GARIM_USAGE},
    };
    const char *fields = "{name: id, at: 0, length: 12, type: digits}";
    const char *rules = "id: {token: {domain: d, as: digits}}";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct garim_policy *policy;
        struct garim_error error;
        const enum garim_status status = support_open_policy(
            &policy, "length: 12", fields, rules, cases[i].numbers, &error);
        cr_assert_eq(status, cases[i].status, "%s: %s", cases[i].numbers,
                     error.message);
        if (status == GARIM_OK) garim_policy_close(policy);
    }
}

Test(policy, the_nearest_word_is_found)
{
    static const char *const words[] = {"length", "encoding", "framing"};
    cr_assert_str_eq(garim_nearest("legnth", words, 3), "length");
    cr_assert_str_eq(garim_nearest("encodng", words, 3), "encoding");
    cr_assert_null(garim_nearest("xyz", words, 3));
    cr_assert_null(garim_nearest("", words, 3));
}
