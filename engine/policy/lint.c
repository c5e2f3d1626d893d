/* lint.c - what is wrong with, or odd about, a policy that can be compiled
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Adding a code: a function, a row in lint[], and a row in POLICY.md.
 */
#include "policy/lint.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "policy/findings.h"
#include "rules/rule.h"

static void find_expired(struct garim_findings *findings,
                         const struct garim_policy *policy, time_t now)
{
    const struct garim_release *release = &policy->release;
    char today[16];
    struct tm utc;
    if (gmtime_r(&now, &utc) == NULL ||
        strftime(today, sizeof today, "%Y-%m-%d", &utc) == 0)
        garim_findings_add(findings, release->expires_place, "",
                           "the clock has no date", "set it and try again");
    else if (strcmp(today, release->expires) > 0)
        garim_findings_add(
            findings, release->expires_place, "",
            garim_arena_print(findings->arena,
                              "the release expired on %s, today is %s (UTC)",
                              release->expires, today),
            "a new one needs a new basis and date");
}

static void find_collisions(struct garim_findings *findings,
                            const struct garim_policy *policy, time_t now)
{
    const double subjects = (double)policy->subjects;
    const double wanted = subjects * subjects / 2 / policy->budget;
    (void)now;
    for (size_t i = 0; i < policy->domain_count; i++) {
        const struct garim_domain *domain = &policy->domains[i];
        if (domain->expected_collisions <= policy->budget) continue;
        garim_findings_add(
            findings, policy->subjects_place, "",
            garim_arena_print(findings->arena,
                              "domain %s: %llu subjects in %.1f bits expect "
                              "%.3g colliding pairs, the budget is %g",
                              domain->name,
                              (unsigned long long)policy->subjects,
                              domain->token_bits, domain->expected_collisions,
                              policy->budget),
            garim_arena_print(findings->arena,
                              "use at least %.0f bits or %.0f digits",
                              ceil(log2(wanted)), ceil(log10(wanted))));
    }
}

/* Only `digits` can be as short as that: the other forms are refused. */
static void find_short_tokens(struct garim_findings *findings,
                              const struct garim_policy *policy, time_t now)
{
    (void)now;
    for (size_t i = 0; i < policy->step_count; i++) {
        const struct garim_step *step = &policy->steps[i];
        if (step->rule->token_bits == NULL) continue;
        const double bits = step->rule->token_bits(step);
        if (bits >= GARIM_TOKEN_BITS_MIN) continue;
        garim_findings_add(
            findings, step->place, step->field->name,
            garim_arena_print(findings->arena,
                              "the token of field %s has %.1f bits, fewer than "
                              "%d: two values may share one",
                              step->field->name, bits, GARIM_TOKEN_BITS_MIN),
            garim_arena_print(findings->arena,
                              "use as: base64url with bits: %d in a field of "
                              "type char and %zu bytes, or give it %.0f digits",
                              GARIM_TOKEN_BITS_MIN,
                              garim_encode_bytes(GARIM_TOKEN_BITS_MIN, 6),
                              ceil(GARIM_TOKEN_BITS_MIN / log2(10))));
    }
}

/* What is looked for.  Codes are for programs: one that is released stays. */
static const struct {
    const char *code;
    enum garim_severity severity;
    void (*find)(struct garim_findings *findings,
                 const struct garim_policy *policy, time_t now);
} lint[] = {
    {"expiry", GARIM_SEVERITY_ERROR, find_expired},
    {"budget", GARIM_SEVERITY_ERROR, find_collisions},
    {"token-bits", GARIM_SEVERITY_WARNING, find_short_tokens},
};

enum garim_status garim_lint(struct garim_policy *policy, time_t now,
                             struct garim_arena *arena,
                             struct garim_error *error)
{
    struct garim_findings findings = {.arena = arena, .path = policy->path};
    ASSERT(policy->steps != NULL && policy->step_count > 0);
    for (size_t i = 0; i < sizeof lint / sizeof *lint; i++) {
        findings.code = lint[i].code;
        findings.severity = lint[i].severity;
        lint[i].find(&findings, policy, now);
    }
    return garim_findings_end(&findings, &policy->findings,
                              &policy->finding_count, error);
}
