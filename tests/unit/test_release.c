/* test_release.c - what a release may not do: outlast its day, collide, leak
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "support.h"

/* What the clock says, or 0: what it says. */
static time_t now_told;

time_t __real_time(time_t *ret_now);
time_t __wrap_time(time_t *ret_now);

time_t __wrap_time(time_t *ret_now)
{
    if (now_told == 0) return __real_time(ret_now);
    if (ret_now != NULL) *ret_now = now_told;
    return now_told;
}

static void set_up(void)
{
    /* 14 hours behind: a day of its own, most of the time. */
    (void)setenv("TZ", "XXX14", 1);
    tzset();
}

static void tear_down(void)
{
    now_told = 0;
}

TestSuite(release, .init = set_up, .fini = tear_down);

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    cr_assert(file != NULL);
    cr_assert_geq(fputs(text, file), 0);
    cr_assert_eq(fclose(file), 0);
}

static enum garim_status open_until(const char *expires,
                                    struct garim_error *error)
{
    char folder[] = "/tmp/garim-release-XXXXXX";
    char text[512], path[128];
    struct garim_policy *policy = NULL;
    cr_assert(mkdtemp(folder) != NULL);
    write_file(folder, "layout.yaml",
               "layout: 1\nname: test\nrecord: {length: 1}\n"
               "fields: [{name: f, at: 0, length: 1, type: char}]\n");
    (void)snprintf(text, sizeof text,
                   "policy: 1\nlayout: layout.yaml\n"
                   "release: {recipient: r, purpose: p, basis: b, epoch: e, "
                   "expires: %s}\nsubjects: 1\nrules: {f: keep}\n",
                   expires);
    write_file(folder, "policy.yaml", text);
    (void)snprintf(path, sizeof path, "%s/policy.yaml", folder);
    const enum garim_status status = garim_policy_open(&policy, path, error);
    if (status == GARIM_OK) garim_policy_close(policy);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/layout.yaml", folder);
    (void)unlink(path);
    (void)rmdir(folder);
    return status;
}

/* Good to the last second of its last day in UTC, and not a second longer. */
Test(release, ends_with_its_last_day)
{
    static const struct {
        time_t now;
        const char *expires;
        enum garim_status status;
    } cases[] = {
        {1798761599, "2026-12-31", GARIM_OK}, /* 2026-12-31 23:59:59 */
        {1798761600, "2026-12-31", GARIM_USAGE},
        {1798675200, "2026-12-31", GARIM_OK}, /* 2026-12-31 00:00:00 */
        {1798675199, "2026-12-30", GARIM_OK},
        {1798675200, "2026-12-30", GARIM_USAGE},
        {1798761600, "2027-01-01", GARIM_OK},
        {1835481599, "2028-02-29", GARIM_OK}, /* 2028-02-29 23:59:59 */
        {1835481600, "2028-02-29", GARIM_USAGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct garim_error error = {0};
        now_told = cases[i].now;
        cr_assert_eq(open_until(cases[i].expires, &error), cases[i].status,
                     "case %zu: %s", i, error.message);
        if (cases[i].status != GARIM_OK)
            cr_assert_not_null(strstr(error.message, "expired"), "case %zu", i);
    }
}

Test(release, ends_on_a_day_of_the_calendar)
{
    static const struct {
        const char *text;
        bool good;
    } dates[] = {
        {"2100-02-28", true},  {"2100-02-29", false},  {"2400-02-29", true},
        {"2096-02-29", true},  {"2097-02-29", false},  {"2096-02-30", false},
        {"2099-01-31", true},  {"2099-01-32", false},  {"2099-04-31", false},
        {"2099-12-31", true},  {"2099-13-01", false},  {"2099-00-10", false},
        {"2099-01-00", false}, {"2099/01/01", false},  {"2099-1-01", false},
        {"209x-01-01", false}, {"2099-01-011", false},
    };
    for (size_t i = 0; i < sizeof dates / sizeof *dates; i++) {
        struct garim_error error = {0};
        const bool good = open_until(dates[i].text, &error) == GARIM_OK;
        cr_assert_eq(good, dates[i].good, "%s: %s", dates[i].text,
                     error.message);
        if (!good)
            cr_assert_not_null(strstr(error.message, "must be a date"), "%s",
                               error.message);
    }
}

/* ---- tokens -------------------------------------------------------------- */

#define TOKEN "{token: {domain: "
#define TWO                                                                    \
    "{name: a, at: 0, length: 64, type: char}, "                               \
    "{name: b, at: 64, length: 64, type: char}"

/* `word`: of the refusal, or NULL.  Records are of 128 bytes. */
struct example {
    const char *record, *fields, *rules, *extra, *word;
};

static const struct example examples[] = {
    /* 2^40 in 80 bits expect half a pair: as many as allowed, or more. */
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1099511627776\nbudget: 0.5", NULL},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1099511627777\nbudget: 0.5", "colliding"},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1099511627776\nbudget: 50e-2", NULL},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1099511627776\nbudget: 4.9E-1", "colliding"},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1099511627776\nbudget: 0.05e1", NULL},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1\nbudget: 0", "above 0"},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1\nbudget: -1", "above 0"},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1\nbudget: 0.5-1", "above 0"},
    /* The shortest token of a domain counts, and each domain does. */
    {"", TWO,
     "a: " TOKEN "d, bits: 80, as: hex}}, b: " TOKEN "d, bits: 96, as: hex}}",
     "subjects: 1099511627776\nbudget: 0.1", "colliding"},
    {"", TWO,
     "a: " TOKEN "d, bits: 96, as: hex}}, b: " TOKEN "d, bits: 80, as: hex}}",
     "subjects: 1099511627776\nbudget: 0.1", "colliding"},
    {"", TWO,
     "a: " TOKEN "d, bits: 96, as: hex}}, b: " TOKEN "e, bits: 80, as: hex}}",
     "subjects: 1099511627776\nbudget: 0.1", "domain e"},
    {"", TWO,
     "a: " TOKEN "d, bits: 96, as: hex}}, b: " TOKEN "e, bits: 96, as: hex}}",
     "subjects: 1099511627776\nbudget: 0.1", NULL},
    {"", TWO,
     "a: " TOKEN "d, bits: 80, as: hex}}, "
     "b: " TOKEN "d, canonical: upper, bits: 80, as: hex}}",
     "subjects: 1", "canonical form"},
    /* What a field can hold. */
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 84, as: hex}}", "subjects: 1",
     "multiple of 8"},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 256, as: hex}}", "subjects: 1",
     NULL},
    {"", TWO, "a: keep, b: " TOKEN "d, bits: 256, as: raw}}", "subjects: 1",
     "as: raw is for type bytes"},
    {"", "{name: a, at: 0, length: 128, type: bytes}",
     "a: " TOKEN "d, bits: 256, as: raw}}", "subjects: 1", NULL},
    {"framing: lines, terminator: lf",
     "{name: a, at: 0, length: 128, type: bytes}",
     "a: " TOKEN "d, bits: 256, as: raw}}", "subjects: 1", "line feed"},
    {"",
     "{name: a, at: 0, length: 19, type: char}, "
     "{name: b, at: 19, length: 109, type: char}",
     "a: " TOKEN "d, bits: 80, as: hex}}, b: keep", "subjects: 1",
     "need 20 bytes"},
    {"",
     "{name: a, at: 0, length: 20, type: char}, "
     "{name: b, at: 20, length: 108, type: char}",
     "a: " TOKEN "d, bits: 80, as: hex}}, b: keep", "subjects: 1", NULL},
    {"",
     "{name: a, at: 0, length: 38, type: digits}, "
     "{name: b, at: 38, length: 90, type: char}",
     "a: " TOKEN "d, as: digits}}, b: keep", "subjects: 1", NULL},
    {"",
     "{name: a, at: 0, length: 39, type: digits}, "
     "{name: b, at: 39, length: 89, type: char}",
     "a: " TOKEN "d, as: digits}}, b: keep", "subjects: 1", "at most 38"},
};

Test(release, tokens_that_are_refused)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const struct example *example = &examples[i];
        char record[64];
        struct garim_policy *policy = NULL;
        struct garim_error error = {0};
        (void)snprintf(record, sizeof record, "length: 128%s%s",
                       example->record[0] == '\0' ? "" : ", ", example->record);
        const enum garim_status status =
            support_open_policy(&policy, record, example->fields,
                                example->rules, example->extra, &error);
        cr_assert_eq(status == GARIM_OK, example->word == NULL,
                     "example %zu: %s", i, error.message);
        if (status == GARIM_OK)
            garim_policy_close(policy);
        else
            cr_assert_not_null(strstr(error.message, example->word),
                               "example %zu: %s", i, error.message);
    }
}
