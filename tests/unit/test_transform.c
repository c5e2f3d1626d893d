/* test_transform.c - what each rule writes, and what it refuses to touch
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

struct example {
    const char *record; /* options beside length */
    const char *field;  /* options beside name, at, length */
    const char *rule;
    const char *in;  /* the whole record is one field */
    const char *out; /* NULL: GARIM_DATA */
};

static const struct example examples[] = {
    {"", "type: char", "keep", "\xFF\x00", "\xFF"},
    {"", "type: digits", "keep", "012", "012"},
    {"", "type: digits", "keep", "01x", NULL},
    {"", "type: digits", "keep", "   ", "   "},
    {"", "type: digits", "keep", " 12", NULL},
    {"", "type: digits, pad: blank", "keep", " 12", " 12"},
    {"", "type: digits, pad: blank", "keep", "1 2", NULL},
    {"", "type: digits", "{keep: unchecked}", "01x", "01x"},
    {"", "type: digits, expect: {begins: 2}", "keep", "0021", "0021"},
    {"", "type: digits, expect: {begins: 2}", "keep", "0012", NULL},
    {"", "type: char, expect: blank", "keep", "  ", "  "},
    {"", "type: char, expect: blank", "keep", " \x01", NULL},
    {"", "type: char, expect: blank, null: []", "keep", " x", NULL},
    {"", "type: char, expect: digits", "keep", "19", "19"},
    {"", "type: char, expect: digits", "keep", "  ", "  "},
    {"", "type: char, expect: digits", "keep", " 1", NULL},
    {"", "type: char, expect: {digits: true, null: no}", "keep", "  ", NULL},
    {"", "type: char, expect: {is: A}", "keep", "A  ", "A  "},
    {"", "type: char, expect: {is: A}", "keep", "A B", NULL},
    {"", "type: char, expect: {is: A}", "keep", "AA ", NULL},
    {"", "type: char, expect: {is: A}, justify: right", "keep", "  A", "  A"},
    {"", "type: char, expect: {is: A}, justify: right", "keep", "A  ", NULL},
    {"", "type: char, expect: {in: [A, BC]}", "blank", "BC ", "   "},
    {"", "type: char, expect: {in: [A, BC]}", "blank", "BD ", NULL},
    {"", "type: char, expect: {begins: AB}", "keep", "ABC", "ABC"},
    {"", "type: char, expect: {begins: AB}", "keep", "BAB", NULL},
    {"", "type: char, expect: {bytes: ' 0-9A-'}", "keep", "A9 -", "A9 -"},
    {"", "type: char, expect: {bytes: ' 0-9A-'}", "keep", "A9.", NULL},
    {"encoding: cp037", "type: char, expect: {bytes: A-Z}", "keep",
     "\xC9\xD1\xE9", "\xC9\xD1\xE9"},
    {"encoding: cp037", "type: char, expect: {bytes: A-Z}", "keep",
     "\xC9\xCA\xE9", NULL},
    {"", "type: bytes, expect: {begins: 00ff}", "keep", "\x01\xFF", NULL},
    {"", "type: char", "blank", "abc", "   "},
    {"", "type: digits", "blank", "123", "000"},
    {"", "type: bytes, pad: high", "blank", "ab", "\xFF\xFF"},
    {"", "type: char", "{constant: X}", "abc", "X  "},
    {"", "type: char, justify: right", "{constant: X}", "abc", "  X"},
    {"", "type: digits", "{constant: 7}", "123", "007"},
    {"", "type: bytes", "blank", "  ", "\0\0"},
    {"", "type: bytes, null: blank", "blank", "  ", "  "},
    {"", "type: bytes", "{constant: 4aFF}", "ab", "J\xFF"},
    {"encoding: cp037", "type: char", "{constant: X}", "ab", "\xE7\x40"},
    {"", "type: char", "{constant: X}", "   ", "   "},
    {"", "type: char", "{constant: X, null: apply}", "   ", "X  "},
    {"", "type: char", "{constant: {text: X, null: apply}}", "   ", "X  "},
    {"", "type: char", "{mask: {}}", "abc  ", "***  "},
    {"", "type: char", "{mask: {keep_first: 1}}", "abc  ", "a**  "},
    {"", "type: char", "{mask: {keep_first: 1, keep_last: 1}}", "abcd ",
     "a**d "},
    {"", "type: char", "{mask: {keep_first: 2, keep_last: 2}}", "abcd ",
     "**** "},
    {"", "type: char", "{mask: {keep_first: 9}}", "abcd ", "**** "},
    {"", "type: char", "{mask: {keep_last: 2, hide_min: 3}}", "abcd ", "**** "},
    {"", "type: char", "{mask: {keep_first: 1, whole_field: true}}", "abcd ",
     "a****"},
    {"", "type: char", "{mask: {with: x}}", "abcd ", "xxxx "},
    {"encoding: utf-8", "type: char", "{mask: {keep_first: 1}}",
     "\xEA\xB9\x80\xEB\xAF\xBC ", "\xEA\xB9\x80*** "},
    {"encoding: utf-8", "type: char", "{mask: {keep_last: 1}}",
     "\xEA\xB9\x80\xEB\xAF\xBC ", "***\xEB\xAF\xBC "},
    {"encoding: utf-8", "type: char", "{mask: {}}", "\xEA\xB9 ", NULL},
    {"encoding: cp037", "type: char", "{mask: {keep_first: 1}}",
     "\xC1\xC2\xC3\x40", "\xC1\x5C\x5C\x40"},
    {"", "type: digits", "{mask: {keep_last: 2, with: 9}}", "001234", "009934"},
    {"", "type: digits", "{mask: {with: 9}}", "00a234", NULL},
    {"", "type: char", "{mask: email}", "minsu@x.kr ", "m****@x.kr "},
    {"", "type: char", "{mask: email}", "m@x.kr ", "****** "},
    {"", "type: char", "{mask: email}", "@x.kr ", "***** "},
    {"", "type: char", "{mask: email}", "minsu ", "***** "},
    {"", "type: char", "{mask: email}", "a@b@x ", "a**@x "},
    {"encoding: utf-8", "type: char", "{mask: email}", "\xEA\xB9\x80@x.kr",
     "********"},
    /* The worked example of POLICY.md. */
    {"", "type: char", "{token: {domain: account, bits: 80, as: base32}}",
     "ACC0000000000017    ", "LLHUFZFYX5TMDKZS    "},
    {"", "type: char", "{token: {domain: account, bits: 80, as: hex}}",
     "ACC0000000000017    ", "5acf42e4b8bf66c1ab32"},
    {"", "type: char, justify: right",
     "{token: {domain: account, bits: 88, as: base64url}}",
     "   ACC0000000000017", "Ws9C5Li_ZsGrMsc    "},
    {"", "type: char", "{token: {domain: account, as: digits}}",
     "ACC0000000000017", "8287374081807660"},
    {"", "type: char", "{token: {domain: account, as: digits}}",
     "                ", "                "},
    {"", "type: char",
     "{token: {domain: phone, canonical: phone, bits: 80, as: base32}}",
     "none given      ", "                "},
    {"", "type: digits", "{token: {domain: n, as: digits}}", "000000000000000x",
     NULL},
};

static void check(size_t index, const struct example *example)
{
    char record[128];
    char field[256];
    char rule[256];
    uint8_t out[64];
    struct garim_error error = {0};
    size_t bytes = strlen(example->in);
    (void)snprintf(record, sizeof record, "length: %zu%s%s", bytes,
                   example->record[0] == '\0' ? "" : ", ", example->record);
    (void)snprintf(field, sizeof field, "{name: f, at: 0, length: %zu, %s}",
                   bytes, example->field);
    (void)snprintf(rule, sizeof rule, "f: %s", example->rule);
    struct support_engine opened =
        support_open_engine(record, field, rule, "subjects: 1");
    enum garim_status status = garim_transform(opened.context, example->in, 1,
                                               out, sizeof out, NULL, &error);
    cr_expect_eq(status, example->out == NULL ? GARIM_DATA : GARIM_OK,
                 "example %zu", index);
    if (example->out != NULL)
        cr_expect(memcmp(out, example->out, bytes) == 0, "example %zu: '%.*s'",
                  index, (int)bytes, (char *)out);
    support_close_engine(&opened);
}

Test(transform, examples)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check(i, &examples[i]);
}

Test(transform, a_broken_record_is_blanked_whole_and_named)
{
    struct support_engine opened = support_open_engine(
        "length: 8",
        "{name: id, at: 0, length: 3, type: digits}, "
        "{name: who, at: 3, length: 4, type: char}",
        "id: {mask: {with: 0}}, who: keep", "subjects: 1\nuncovered: blank");
    char rows[] = "123KimX!1x3KimX!x23KimX!";
    struct garim_error error = {0};
    cr_assert_eq(garim_transform(opened.context, rows, 3, rows, sizeof rows,
                                 NULL, &error),
                 GARIM_DATA);
    cr_assert_str_eq(rows, "000KimX 000     000     ");
    cr_assert_eq(error.record, 1);
    cr_assert_eq(error.offset, 8);
    cr_assert_str_eq(error.field, "id");
    cr_assert(strstr(error.message, "1x3") == NULL);
    support_close_engine(&opened);
}

Test(transform, lines_are_checked_before_anything_is_written)
{
    static const char *const bad[] = {"abc\nde\nf", "abc\nab\n\n", "abcdabc\n",
                                      "abc\nabcd"};
    struct support_engine opened =
        support_open_engine("length: 3, framing: lines, terminator: lf",
                            "{name: f, at: 0, length: 3, type: char}",
                            "f: {mask: {}}", "subjects: 1");
    char out[9] = {0};
    cr_assert_eq(garim_transform(opened.context, "abc\ndef\n", 2, out,
                                 sizeof out, NULL, NULL),
                 GARIM_OK);
    cr_assert_str_eq(out, "***\n***\n");
    for (size_t i = 0; i < 4; i++) {
        struct garim_error error = {0};
        memset(out, 'x', 8);
        cr_assert_eq(garim_transform(opened.context, bad[i], 2, out, sizeof out,
                                     NULL, &error),
                     GARIM_INPUT, "case %zu", i);
        for (size_t k = 0; k < 8; k++)
            cr_assert_eq(out[k], 0);
    }
    support_close_engine(&opened);
}

Test(transform, many_records_in_place_and_apart_are_the_same)
{
    enum { COUNT = 1000 };
    static char in[COUNT * 24];
    static char out[COUNT * 24];
    struct support_engine opened = support_open_engine(
        "length: 24", "{name: id, at: 0, length: 24, type: char}",
        "id: {token: {domain: d, bits: 80, as: hex}}", "subjects: 1000");
    for (size_t i = 0; i < COUNT; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, "%-24zu", i % 700);
        memcpy(in + i * 24, text, 24);
    }
    cr_assert_eq(
        garim_transform(opened.context, in, COUNT, out, sizeof out, NULL, NULL),
        GARIM_OK);
    cr_assert_eq(
        garim_transform(opened.context, in, COUNT, in, sizeof in, NULL, NULL),
        GARIM_OK);
    cr_assert(memcmp(in, out, sizeof in) == 0);
    cr_assert(memcmp(out, out + (size_t)700 * 24, (size_t)300 * 24) == 0);
    cr_assert(memcmp(out, out + 24, 24) != 0);
    support_close_engine(&opened);
}

/* Rows that repeat the one above, in pieces and across their borders, have its
 * token; nulls and empties among them stay what they are. */
Test(transform, repeated_rows_have_one_token)
{
    enum { COUNT = 5000, BYTES = 20, RUN = 7 };
    static char in[COUNT * BYTES], out[COUNT * BYTES], alone[BYTES];
    struct support_engine opened = support_open_engine(
        "length: 20", "{name: id, at: 0, length: 20, type: char}",
        "id: {token: {domain: d, canonical: phone, bits: 80, as: hex}}",
        "subjects: 1000");
    for (size_t i = 0; i < COUNT; i++) {
        static const char *const words[] = {"", "n/a", "0082", "82"};
        char text[2 * BYTES];
        size_t kind = i / RUN % 7;
        (void)snprintf(text, sizeof text, "%-20s", kind < 4 ? words[kind] : "");
        if (kind >= 4) (void)snprintf(text, sizeof text, "%-20zu", i / RUN);
        memcpy(in + i * BYTES, text, BYTES);
    }
    cr_assert_eq(
        garim_transform(opened.context, in, COUNT, out, sizeof out, NULL, NULL),
        GARIM_OK);
    for (size_t i = 0; i < COUNT; i++) {
        cr_assert_eq(garim_transform(opened.context, in + i * BYTES, 1, alone,
                                     sizeof alone, NULL, NULL),
                     GARIM_OK);
        cr_assert(memcmp(out + i * BYTES, alone, BYTES) == 0, "row %zu", i);
    }
    support_close_engine(&opened);
}

Test(transform, a_policy_with_tokens_wants_a_key)
{
    struct garim_policy *policy = NULL;
    struct garim_engine *engine = NULL;
    struct garim_error error = {0};
    cr_assert_eq(
        support_open_policy(&policy, "length: 16",
                            "{name: id, at: 0, length: 16, type: char}",
                            "id: {token: {domain: d, bits: 80, as: base32}}",
                            "subjects: 1", &error),
        GARIM_OK);
    cr_assert_eq(garim_engine_open(&engine, policy, NULL, NULL, &error),
                 GARIM_KEY);
    garim_policy_close(policy);
}
