/* test_records.c - records beside each other do not touch each other
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "api.h"
#include "support.h"

enum { MANY = 3000, BYTES = 4 };

/* What was broken in one piece is forgotten in the next, where others are. */
Test(records, broken_ones_are_blanked_and_no_others)
{
    static char in[MANY][BYTES], out[MANY][BYTES];
    struct support_engine opened = support_open_engine(
        "length: 4", "{name: f, at: 0, length: 4, type: digits}", "f: keep",
        "subjects: 1");
    for (size_t step = 1; step < 2000; step = step * 7 / 3 + 1) {
        for (size_t i = 0; i < MANY; i++)
            memcpy(in[i], i % step == step / 2 ? "12x4" : "1234", BYTES);
        cr_assert_eq(garim_transform(opened.context, in, MANY, out, sizeof out,
                                     NULL, NULL),
                     GARIM_DATA);
        for (size_t i = 0; i < MANY; i++)
            cr_assert_eq(
                memcmp(out[i], i % step == step / 2 ? "0000" : "1234", BYTES),
                0, "record %zu, one of %zu broken", i, step);
    }
    support_close_engine(&opened);
}

/* ---- room for the output ------------------------------------------------- */

Test(records, what_does_not_fit_is_not_begun)
{
    static const struct {
        size_t count, out_bytes;
        enum garim_status status;
    } cases[] = {
        {2, 10, GARIM_OK},
        {2, 11, GARIM_OK},
        {2, 9, GARIM_USAGE},
        {1, 0, GARIM_USAGE},
        {0, 0, GARIM_OK},
        {SIZE_MAX, 10, GARIM_USAGE},
        {SIZE_MAX / 5 + 1, 10, GARIM_USAGE}, /* 5 times this is 0, and some */
        {SIZE_MAX / 5 + 2, SIZE_MAX / 5 + 1, GARIM_USAGE},
    };
    struct support_engine opened =
        support_open_engine("length: 4, framing: lines, terminator: lf",
                            "{name: f, at: 0, length: 4, type: digits}",
                            "f: {mask: {with: 0}}", "subjects: 1");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[] = "............";
        size_t made = 99;
        struct garim_error error = {0};
        const bool fits = cases[i].status == GARIM_OK;
        cr_expect_eq(garim_transform(opened.context, "1234\n1234\n",
                                     cases[i].count, out, cases[i].out_bytes,
                                     &made, &error),
                     cases[i].status, "case %zu", i);
        cr_expect_eq(made, fits ? cases[i].count : 0);
        cr_expect_str_eq(out, made == 2 ? "0000\n0000\n.." : "............");
        cr_expect_eq(strstr(error.message, "no room for") != NULL, !fits);
    }
    support_close_engine(&opened);
}

Test(records, the_count_is_told_whatever_the_status)
{
    struct support_engine opened = support_open_engine(
        "length: 4, framing: lines, terminator: lf",
        "{name: f, at: 0, length: 4, type: digits}", "f: keep", "subjects: 1");
    char out[10];
    size_t made = 99;
    cr_expect_eq(garim_transform(opened.context, "1234\n12x4\n", 2, out,
                                 sizeof out, &made, NULL),
                 GARIM_DATA);
    cr_expect_eq(made, 2);
    cr_expect_eq(garim_transform(opened.context, "1234\n12345\n", 2, out,
                                 sizeof out, &made, NULL),
                 GARIM_INPUT);
    cr_expect_eq(made, 0);
    cr_expect_eq(garim_transform(opened.context, NULL, 0, NULL, 0, NULL, NULL),
                 GARIM_OK);
    support_close_engine(&opened);
}

/* ---- what is expected: texts are not mixed ------------------------------- */

static enum garim_status transform_one(const char *field, const char *record)
{
    char item[256], out[64], length[32];
    const size_t bytes = strlen(record);
    (void)snprintf(length, sizeof length, "length: %zu", bytes);
    (void)snprintf(item, sizeof item, "{name: f, at: 0, length: %zu, %s}",
                   bytes, field);
    struct support_engine opened =
        support_open_engine(length, item, "f: keep", "subjects: 1");
    const enum garim_status status =
        garim_transform(opened.context, record, 1, out, sizeof out, NULL, NULL);
    support_close_engine(&opened);
    return status;
}

Test(records, expected_texts_are_whole_ones)
{
    static const struct {
        const char *field, *record;
        enum garim_status status;
    } cases[] = {
        {"type: char, expect: {in: [AB, CD]}", "AB", GARIM_OK},
        {"type: char, expect: {in: [AB, CD]}", "CD", GARIM_OK},
        {"type: char, expect: {in: [AB, CD]}", "AD", GARIM_DATA},
        {"type: char, expect: {in: [AB, CD]}", "CB", GARIM_DATA},
        {"type: char, expect: {in: [A, BC]}", "AC ", GARIM_DATA},
        {"type: char, expect: {in: [A, BC]}", "B  ", GARIM_DATA},
        {"type: char, expect: {in: [A, B]}", "A", GARIM_OK},
        {"type: char, expect: {in: [A, B]}", "B", GARIM_OK},
        {"type: char, expect: {in: [A, B]}", "C", GARIM_DATA},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(transform_one(cases[i].field, cases[i].record),
                     cases[i].status, "case %zu", i);
}

/* ---- masks: what is too short to hide enough, and what is null ----------- */

Test(records, masks_of_more_than_plain_bytes)
{
    static const struct {
        const char *field, *rule, *in, *out;
    } cases[] = {
        /* Two letters of three bytes each. */
        {"", "keep_first: 1", "\xEA\xB9\x80\xEB\xAF\xBC", "\xEA\xB9\x80***"},
        {"", "keep_first: 1, hide_min: 2", "\xEA\xB9\x80\xEB\xAF\xBC",
         "******"},
        {"", "keep_first: 2", "\xEA\xB9\x80\xEB\xAF\xBC", "******"},
        {"", "keep_first: 1, keep_last: 1", "\xEA\xB9\x80x\xEB\xAF\xBC",
         "\xEA\xB9\x80*\xEB\xAF\xBC"},
        {", null: zero", "keep_first: 1", "0000", "0000"},
        {", null: zero", "whole_field: true", "0000", "0000"},
        {", null: zero", "keep_first: 1", "000 ", "0** "},
        {", null: zero", "whole_field: true", "000 ", "****"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char length[64], field[128], rule[128], out[64];
        const size_t bytes = strlen(cases[i].in);
        (void)snprintf(length, sizeof length, "length: %zu, encoding: utf-8",
                       bytes);
        (void)snprintf(field, sizeof field,
                       "{name: f, at: 0, length: %zu, type: char%s}", bytes,
                       cases[i].field);
        (void)snprintf(rule, sizeof rule, "f: {mask: {%s}}", cases[i].rule);
        struct support_engine opened =
            support_open_engine(length, field, rule, "subjects: 1");
        cr_assert_eq(garim_transform(opened.context, cases[i].in, 1, out,
                                     sizeof out, NULL, NULL),
                     GARIM_OK, "case %zu", i);
        cr_assert_eq(memcmp(out, cases[i].out, bytes), 0, "case %zu: %.*s", i,
                     (int)bytes, out);
        support_close_engine(&opened);
    }
}

/* ---- lines --------------------------------------------------------------- */

/* Only the last line may lack its end, and only where it is said to. */
Test(records, the_first_misframed_line_is_found)
{
    static const struct {
        const char *rows;
        size_t first, open_first; /* with the last one open */
    } cases[] = {
        {"ab\nab\nab\n", 3, 3}, {"ab\nab\nabX", 2, 3},   {"ab\nabXab\n", 1, 1},
        {"abXab\nab\n", 0, 0},  {"ab\na\n\nab\n", 1, 1}, {"ab\nab\na\nX", 2, 2},
    };
    struct support_engine opened = support_open_engine(
        "length: 2, framing: lines, terminator: lf",
        "{name: f, at: 0, length: 2, type: char}", "f: keep", "subjects: 1");
    const struct garim_policy *policy = opened.engine->policy;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const uint8_t *rows = (const uint8_t *)cases[i].rows;
        cr_assert_eq(
            garim_framing_find_broken(&policy->framing, rows, 3, false),
            cases[i].first, "case %zu", i);
        cr_assert_eq(garim_framing_find_broken(&policy->framing, rows, 3, true),
                     cases[i].open_first, "case %zu", i);
    }
    support_close_engine(&opened);
}
