/* test_json.c - what is read of JSON, what is refused, and what is written
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/limits.h"
#include "text/json.h"
#include "text/json_write.h"

static struct garim_json_value *read_text(const char *text)
{
    struct garim_json_value *value = NULL;
    struct garim_error error = {0};
    cr_assert_eq(garim_json_read(&value, "it", text, strlen(text), &error),
                 GARIM_OK, "%s: %s", text, error.message);
    return value;
}

static const char one_of_each[] =
    " {\"text\": \"\\u00e9\\n\", \"count\": 9223372036854775807, \"below\": "
    "-1, "
    "\"real\": 1.5, \"yes\": true, \"no\": false, \"none\": null, "
    "\"list\": [1, [], {}]} ";

Test(json, values_of_each_kind)
{
    static const struct {
        const char *name;
        enum garim_json_kind kind;
        size_t size;
        bool text, count, number, flag;
    } cases[] = {
        {"text", GARIM_JSON_TEXT, 0, true, false, false, false},
        {"count", GARIM_JSON_INTEGER, 0, false, true, true, false},
        {"below", GARIM_JSON_INTEGER, 0, false, false, true, false},
        {"real", GARIM_JSON_REAL, 0, false, false, true, false},
        {"yes", GARIM_JSON_BOOL, 0, false, false, false, true},
        {"no", GARIM_JSON_BOOL, 0, false, false, false, true},
        {"none", GARIM_JSON_NULL, 0, false, false, false, false},
        {"list", GARIM_JSON_ARRAY, 3, false, false, false, false},
    };
    struct garim_json_value *root = read_text(one_of_each);
    const char *name = NULL, *text = NULL;
    uint64_t count;
    double number;
    bool flag;
    cr_assert_eq(garim_json_kind(root), GARIM_JSON_OBJECT);
    cr_assert_eq(garim_json_size(root), sizeof cases / sizeof *cases);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        name = garim_json_next(root, name);
        cr_assert_str_eq(name, cases[i].name);
        const struct garim_json_value *value = garim_json_member(root, name);
        cr_expect_eq(garim_json_kind(value), cases[i].kind, "%s", name);
        cr_expect_eq(garim_json_size(value), cases[i].size, "%s", name);
        cr_expect_eq(garim_json_as_text(value, &text), cases[i].text);
        cr_expect_eq(garim_json_as_count(value, &count), cases[i].count);
        cr_expect_eq(garim_json_as_number(value, &number), cases[i].number);
        cr_expect_eq(garim_json_as_bool(value, &flag), cases[i].flag);
    }
    cr_expect(garim_json_next(root, name) == NULL);
    cr_expect_str_eq(text, "\xc3\xa9\n");
    cr_expect_eq(count, INT64_MAX);
    cr_expect_eq(number, 1.5);
    cr_expect_eq(flag, false);
    garim_json_free(root);
}

Test(json, what_is_not_there_is_null_and_has_no_kind)
{
    struct garim_json_value *root = read_text("[7]");
    uint64_t count = 0;
    cr_expect(garim_json_as_count(garim_json_item(root, 0), &count));
    cr_expect_eq(count, 7);
    cr_expect(garim_json_item(root, 1) == NULL);
    cr_expect(garim_json_member(root, "a") == NULL);
    cr_expect(garim_json_next(root, NULL) == NULL);
    cr_expect_not(garim_json_as_count(NULL, &count));
    cr_expect_eq(garim_json_size(NULL), 0);
    garim_json_free(root);
    garim_json_free(NULL);
}

static void expect_refused(const char *text, size_t bytes, unsigned line,
                           unsigned column, const char *words)
{
    struct garim_json_value *value = NULL;
    struct garim_error error = {0};
    cr_expect_eq(garim_json_read(&value, "it", text, bytes, &error),
                 GARIM_INPUT, "%s", words);
    cr_expect(value == NULL);
    cr_expect_str_eq(error.path, "it");
    cr_expect_eq(error.line, line, "%s: line %u", text, error.line);
    cr_expect_eq(error.column, column, "%s: column %u", text, error.column);
    cr_expect(strstr(error.message, words) != NULL, "%s", error.message);
    cr_expect(strstr(error.message, "SECRET") == NULL, "%s", error.message);
}

Test(json, what_is_refused_and_where)
{
    static const struct {
        const char *text, *words;
        size_t bytes; /* 0: those of the text */
        unsigned line, column;
    } cases[] = {
        {"", "ends too early", 0, 1, 1},
        {"{", "ends too early", 0, 1, 1},
        {"[1]\n SECRET", "behind the end", 0, 2, 7},
        {"{\"SECRET\": 1,\n\"SECRET\": 2}", "twice", 0, 2, 8},
        {"[\"\xff\"]", "not UTF-8", 0, 1, 2},
        {"[\"a\\u0000b\"]", "a NUL", 0, 1, 11},
        {"{\"a\\u0000b\": 1}", "a NUL", 0, 1, 11},
        {"[9223372036854775808]", "too large", 0, 1, 20},
        {"[1e999]", "too large", 0, 1, 6},
        {"[SECRET]", "no object", 0, 1, 7},
        {"[1,]", "no object", 0, 1, 4},
        {"\"SECRET\"", "no object", 0, 1, 8},
        {"[1]\0", "behind the end", 4, 1, 4},
        {"[\"\\ud800\"]", "no object", 0, 1, 9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(cases[i].text,
                       cases[i].bytes > 0 ? cases[i].bytes
                                          : strlen(cases[i].text),
                       cases[i].line, cases[i].column, cases[i].words);
    expect_refused(NULL, 0, 1, 1, "ends too early");
}

/* Brackets to this depth, behind a text that holds others. */
static char *nest(size_t depth, size_t *ret_bytes)
{
    static const char text[] = "[\"[[[[\\\"[[[[\",";
    char *nested = malloc(sizeof text + 2 * depth);
    cr_assert(nested != NULL);
    memcpy(nested, text, sizeof text - 1);
    memset(nested + sizeof text - 1, '[', depth - 1);
    memset(nested + sizeof text - 1 + depth - 1, ']', depth);
    *ret_bytes = sizeof text - 1 + 2 * depth - 1;
    return nested;
}

Test(json, depth_and_size_have_limits)
{
    struct garim_json_value *value = NULL;
    size_t bytes;
    char *nested = nest(GARIM_JSON_DEPTH_MAX, &bytes);
    cr_assert_eq(garim_json_read(&value, "it", nested, bytes, NULL), GARIM_OK);
    garim_json_free(value);
    free(nested);
    nested = nest(GARIM_JSON_DEPTH_MAX + 1, &bytes);
    expect_refused(nested, bytes, 0, 0, "in each other");
    free(nested);
    char *large = malloc(GARIM_JSON_BYTES_MAX + 1);
    cr_assert(large != NULL);
    memset(large, ' ', GARIM_JSON_BYTES_MAX + 1);
    memcpy(large, "[]", 2);
    cr_assert_eq(
        garim_json_read(&value, "it", large, GARIM_JSON_BYTES_MAX, NULL),
        GARIM_OK);
    garim_json_free(value);
    expect_refused(large, GARIM_JSON_BYTES_MAX + 1, 0, 0, "larger than");
    free(large);
}

/* What is not shown is escaped, and comes back as it was. */
Test(json, what_is_written_can_be_read)
{
    static const char odd[] = "\"\\\t\x7f\xc2\x85\xe2\x80\xae\xf3\xa0\x80\x81"
                              "\xf0\x9f\x98\x80";
    char *written = NULL;
    size_t bytes;
    FILE *file = open_memstream(&written, &bytes);
    cr_assert(file != NULL);
    struct garim_json json = {.file = file, .line_depth = 1};
    garim_json_open(&json, NULL, '{');
    garim_json_text(&json, "odd", odd);
    garim_json_count(&json, "most", INT64_MAX);
    garim_json_count(&json, "more", (uint64_t)INT64_MAX + 1);
    garim_json_count(&json, "none", GARIM_NONE);
    garim_json_number(&json, "real", 0.1);
    garim_json_close(&json, '}');
    cr_assert_eq(fclose(file), 0);
    cr_expect_str_eq(written,
                     "{\n  \"odd\": \"\\\"\\\\\\u0009\\u007f\\u0085\\u202e"
                     "\\udb40\\udc01\xf0\x9f\x98\x80\",\n"
                     "  \"most\": 9223372036854775807,\n  \"more\": null,\n"
                     "  \"none\": null,\n  \"real\": 0.1\n}\n");
    struct garim_json_value *root = read_text(written);
    const char *text = "";
    cr_expect(garim_json_as_text(garim_json_member(root, "odd"), &text));
    cr_expect_str_eq(text, odd);
    garim_json_free(root);
    free(written);
}
