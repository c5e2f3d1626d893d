/* test_lint.c - what is found in a policy, where, and how it is handed out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/limits.h"
#include "policy/findings.h"
#include "policy/lint.h"
#include "support.h"

static struct garim_policy *open_policy(const char *record, const char *fields,
                                        const char *rules, const char *extra)
{
    struct garim_policy *policy = NULL;
    struct garim_error error = {0};
    cr_assert_eq(
        support_open_policy(&policy, record, fields, rules, extra, &error),
        GARIM_OK, "%s", error.message);
    return policy;
}

/* One field of 12 digits, 39.9 bits, whose token is on line 5. */
static struct garim_policy *open_short(void)
{
    return open_policy("length: 12",
                       "{name: a, at: 0, length: 12, type: digits}",
                       "a: {token: {domain: d, as: digits}}", "subjects: 1000");
}

/* ---- the codes ----------------------------------------------------------- */

/* A compiled policy is looked at again on another day, or with another budget.
 */
struct trial {
    struct garim_policy *opened;
    struct garim_policy policy;
    struct garim_arena *arena;
    struct garim_error error;
};

static struct trial begin(struct garim_policy *opened)
{
    return (struct trial){
        .opened = opened, .policy = *opened, .arena = garim_arena_open()};
}

static enum garim_status look(struct trial *trial, time_t now)
{
    cr_assert(trial->arena != NULL);
    return garim_lint(&trial->policy, now, trial->arena, &trial->error);
}

static void end(struct trial *trial)
{
    garim_arena_close(trial->arena);
    garim_policy_close(trial->opened);
}

static void expect_code(const struct trial *trial, size_t index,
                        const char *code)
{
    cr_assert_lt(index, trial->policy.finding_count);
    cr_expect_str_eq(trial->policy.findings[index].code, code);
}

Test(lint, expiry_is_by_the_second)
{
    struct trial trial = begin(open_short());
    trial.policy.release.expires = "2026-12-31";
    cr_expect_eq(look(&trial, 1798761599), GARIM_OK); /* 23:59:59 of it */
    cr_expect_eq(trial.policy.finding_count, 1);
    cr_expect_eq(look(&trial, 1798761600), GARIM_USAGE);
    cr_expect_eq(trial.policy.finding_count, 2);
    expect_code(&trial, 0, "expiry");
    expect_code(&trial, 1, "token-bits");
    const struct garim_finding *finding = &trial.policy.findings[0];
    cr_expect_eq(finding->severity, GARIM_SEVERITY_ERROR);
    cr_expect_eq(finding->line, 3);
    cr_expect_eq(trial.error.line, 3);
    cr_expect_eq(trial.error.column, finding->column);
    cr_expect_str_eq(trial.error.path, trial.policy.path);
    cr_expect_str_eq(
        trial.error.message,
        "the release expired on 2026-12-31, today is 2027-01-01 (UTC); a new "
        "one needs a new basis and date");
    end(&trial);
}

Test(lint, a_clock_without_a_date_is_an_error)
{
    struct trial trial = begin(open_short());
    cr_expect_eq(look(&trial, INT64_MAX), GARIM_USAGE);
    expect_code(&trial, 0, "expiry");
    cr_expect_str_eq(trial.error.message,
                     "the clock has no date; set it and try again");
    end(&trial);
}

Test(lint, budget_is_kept_as_given)
{
    struct trial trial = begin(open_short());
    const double expected = trial.policy.domains[0].expected_collisions;
    trial.policy.budget = expected;
    cr_expect_eq(look(&trial, 0), GARIM_OK);
    cr_expect_eq(trial.policy.finding_count, 1);
    trial.policy.budget = expected * 0.999;
    cr_expect_eq(look(&trial, 0), GARIM_USAGE);
    expect_code(&trial, 0, "budget");
    cr_expect_eq(trial.policy.findings[0].line, 4);
    cr_expect_str_eq(trial.policy.findings[0].way_out,
                     "use at least 40 bits or 13 digits");
    cr_expect(strstr(trial.error.message, "the budget is 4.995e-07; use at "
                                          "least") != NULL,
              "%s", trial.error.message);
    end(&trial);
}

/* The first error is the first by place, whatever stands first in the table. */
Test(lint, errors_come_by_their_places)
{
    struct trial trial = begin(open_short());
    trial.policy.release.expires = "1999-12-31";
    trial.policy.budget = 1e-9;
    cr_expect_eq(look(&trial, 1798761600), GARIM_USAGE);
    cr_expect_eq(trial.policy.finding_count, 3);
    expect_code(&trial, 0, "expiry");
    expect_code(&trial, 1, "budget");
    expect_code(&trial, 2, "token-bits");
    cr_expect(strstr(trial.error.message, "expired") != NULL);
    trial.policy.release.expires_place.line = 5;
    cr_expect_eq(look(&trial, 1798761600), GARIM_USAGE);
    expect_code(&trial, 0, "budget");
    cr_expect(strstr(trial.error.message, "colliding") != NULL);
    end(&trial);
}

/* 10^24 is below 2^80, 10^25 above; all other forms have at least 80 bits. */
Test(lint, token_bits_are_eighty)
{
    struct garim_policy *policy = open_policy(
        "length: 69",
        "{name: b, at: 0, length: 25, type: digits}, "
        "{name: a, at: 25, length: 24, type: digits}, "
        "{name: c, at: 49, length: 20, type: char}",
        "a: {token: {domain: d, as: digits}}, b: {token: {domain: d, as: "
        "digits}}, c: {token: {domain: e, bits: 80, as: hex}}",
        "subjects: 1");
    struct garim_finding finding = {.size = sizeof finding};
    cr_assert_eq(garim_policy_findings(policy, 0, &finding, 1), 1);
    cr_expect_str_eq(finding.code, "token-bits");
    cr_expect_eq(finding.severity, GARIM_SEVERITY_WARNING);
    cr_expect_str_eq(finding.field, "a");
    cr_expect_eq(finding.line, 5);
    cr_expect_eq(finding.column, strlen("rules: {a: {") + 1);
    cr_expect(strstr(finding.message, "79.7 bits, fewer than 80") != NULL, "%s",
              finding.message);
    cr_expect(strstr(finding.way_out, "14 bytes") != NULL);
    cr_expect(strstr(finding.way_out, "25 digits") != NULL);
    garim_policy_close(policy);
}

Test(lint, steps_and_domains_know_their_places)
{
    struct garim_policy *policy =
        open_policy("length: 30",
                    "{name: b, at: 0, length: 8, type: digits}, "
                    "{name: a, at: 9, length: 20, type: char}",
                    "a: {token: {domain: d, bits: 80, as: hex}}, b: keep",
                    "subjects: 1\nuncovered: blank");
    static const unsigned columns[] = {56, 12, 13, 12};
    static const unsigned lines[] = {6, 5, 6, 5};
    cr_assert_eq(policy->step_count, 4);
    for (size_t i = 0; i < 4; i++) {
        cr_expect_eq(policy->steps[i].place.line, lines[i], "%zu", i);
        cr_expect_eq(policy->steps[i].place.column, columns[i], "%zu: %u", i,
                     policy->steps[i].place.column);
    }
    cr_expect_eq(policy->domains[0].place.line, 6);
    cr_expect_eq(policy->domains[0].place.column, 29);
    cr_expect_eq(garim_policy_findings(policy, 0, NULL, 0), 0);
    garim_policy_close(policy);
}

/* ---- handing out --------------------------------------------------------- */

/* Three, in the order of the policy's text, which is not that of the bytes. */
static struct garim_policy *open_three(void)
{
    return open_policy("length: 6",
                       "{name: a, at: 0, length: 2, type: digits}, "
                       "{name: b, at: 2, length: 2, type: digits}, "
                       "{name: c, at: 4, length: 2, type: digits}",
                       "c: {token: {domain: d, as: digits}}, "
                       "a: {token: {domain: d, as: digits}}, "
                       "b: {token: {domain: e, as: digits}}",
                       "subjects: 1\nbudget: 9");
}

Test(lint, findings_are_had_in_pages)
{
    struct garim_policy *policy = open_three();
    static const struct {
        size_t first, count;
        const char *fields; /* a dot: not filled */
    } pages[] = {
        {0, 3, "cab."}, {0, 4, "cab."}, {0, 2, "ca.."},
        {1, 2, "ab.."}, {2, 9, "b..."}, {2, SIZE_MAX, "b..."},
        {3, 1, "...."}, {0, 0, "...."}, {SIZE_MAX, 1, "...."},
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        struct garim_finding page[4] = {{.size = sizeof *page}};
        cr_expect_eq(
            garim_policy_findings(policy, pages[i].first, page, pages[i].count),
            3);
        for (size_t k = 0; k < 4; k++) {
            if (pages[i].fields[k] == '.') {
                cr_expect_null(page[k].field, "page %zu, %zu", i, k);
                continue;
            }
            cr_expect_eq(page[k].field[0], pages[i].fields[k]);
            cr_expect_eq(page[k].size, sizeof *page);
        }
    }
    garim_policy_close(policy);
}

Test(lint, findings_for_callers_of_other_versions)
{
    struct garim_policy *policy = open_three();
    struct older {
        size_t size;
        const char *code;
    } older[4] = {{.size = sizeof *older}};
    struct newer {
        struct garim_finding known;
        uint64_t added;
    } newer[4] = {{.known.size = sizeof *newer}};
    struct garim_finding unset[3] = {{.line = 7}};
    older[3].size = newer[3].added = 42;
    for (size_t i = 0; i < 3; i++)
        newer[i].added = 7;
    cr_expect_eq(garim_policy_findings(policy, 0, unset, 3), 3);
    cr_expect_eq(unset[0].line, 7);
    cr_expect_null(unset[1].code);
    garim_policy_findings(policy, 0, (struct garim_finding *)older, 4);
    garim_policy_findings(policy, 0, &newer[0].known, 4);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_str_eq(older[i].code, "token-bits");
        cr_expect_str_eq(newer[i].known.code, "token-bits");
        cr_expect_eq(newer[i].known.field[0], "cab"[i]);
        cr_expect_eq(newer[i].added, 0);
    }
    cr_expect_eq(older[3].size, 42);
    cr_expect_eq(newer[3].added, 42);
    garim_policy_close(policy);
}

/* ---- the list ------------------------------------------------------------ */

/* Whatever does not fit, an error is not lost, and equals stay in order. */
Test(lint, a_full_list_takes_errors)
{
    static const char letters[] = "0123456789";
    struct garim_findings findings = {.arena = garim_arena_open(),
                                      .path = "p",
                                      .code = "test",
                                      .severity = GARIM_SEVERITY_NOTE};
    const struct garim_finding *list;
    struct garim_error error = {0};
    size_t count;
    for (size_t i = 0; i < GARIM_FINDINGS_MAX + 7; i++)
        garim_findings_add(&findings, (struct garim_place){2, 1}, "",
                           letters + i % 10, "w");
    cr_expect_eq(garim_findings_end(&findings, &list, &count, &error),
                 GARIM_OK);
    cr_assert_eq(count, GARIM_FINDINGS_MAX);
    for (size_t i = 0; i < count; i++)
        cr_assert_eq(list[i].message[0], letters[i % 10]);
    findings.severity = GARIM_SEVERITY_ERROR;
    garim_findings_add(&findings, (struct garim_place){1, 9}, "", "m", "w");
    cr_expect_eq(garim_findings_end(&findings, &list, &count, &error),
                 GARIM_USAGE);
    cr_assert_eq(count, GARIM_FINDINGS_MAX);
    cr_expect_eq(list[0].severity, GARIM_SEVERITY_ERROR);
    cr_expect_str_eq(error.message, "m; w");
    cr_expect_eq(error.line, 1);
    cr_expect_eq(error.column, 9);
    garim_arena_close(findings.arena);
}

Test(lint, memory_that_runs_out_is_told)
{
    struct garim_findings findings = {.arena = garim_arena_open(),
                                      .path = "p",
                                      .code = "test",
                                      .severity = GARIM_SEVERITY_NOTE};
    const struct garim_finding *list;
    size_t count;
    garim_findings_add(&findings, (struct garim_place){1, 1}, "", NULL, "w");
    cr_expect_eq(garim_findings_end(&findings, &list, &count, NULL),
                 GARIM_TEMPORARY);
    cr_expect_eq(count, 0);
    garim_arena_close(findings.arena);
}
