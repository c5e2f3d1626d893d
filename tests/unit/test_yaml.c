/* test_yaml.c - what is read of a YAML file, and where it stands
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/limits.h"
#include "config/yaml.h"

static enum garim_status open_text(struct garim_yaml **ret_yaml,
                                   const char *text, struct garim_error *error)
{
    char path[] = "/tmp/garim-yaml-XXXXXX";
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    cr_assert(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    (void)close(fd);
    enum garim_status status = garim_yaml_open(ret_yaml, path, error);
    (void)unlink(path);
    return status;
}

/* The value of the only key is this text, at this place. */
static void expect_value(const char *text, const char *value, unsigned line,
                         unsigned column)
{
    struct garim_yaml *yaml = NULL;
    struct garim_yaml_node *key, *node;
    struct garim_error error = {0};
    cr_assert_eq(open_text(&yaml, text, &error), GARIM_OK, "%s: %s", text,
                 error.message);
    cr_assert_eq(garim_yaml_count(garim_yaml_root(yaml)), 1);
    garim_yaml_pair(garim_yaml_root(yaml), 0, &key, &node);
    size_t bytes;
    const char *found = garim_yaml_text(node, &bytes);
    cr_assert_eq(bytes, strlen(value), "%s", text);
    cr_assert_eq(memcmp(found, value, bytes), 0, "%s", text);
    unsigned found_line = 0, found_column = 0;
    (void)garim_yaml_place(node, &found_line, &found_column);
    cr_assert_eq(found_line, line, "%s", text);
    cr_assert_eq(found_column, column, "%s: %u", text, found_column);
    garim_yaml_close(yaml);
}

Test(yaml, texts_in_every_style)
{
    static const struct {
        const char *text, *value;
        unsigned line, column;
    } cases[] = {
        {"a: b", "b", 1, 4},
        {"a: b # c\n", "b", 1, 4},
        {"a: 'it''s'", "it's", 1, 5},
        {"a: ''''''", "''", 1, 5},
        {"a: \"\\x41\\u00e9\"", "A\xc3\xa9", 1, 5},
        {"{\"a\":b}", "b", 1, 6},
        {"\xef\xbb\xbf"
         "a: b",
         "b", 1, 4},
        {"\xea\xb0\x80: b", "b", 1, 4},
        {"# c\r\na: b\r\n", "b", 2, 4},
        {"a: |\n  b\n  c\n", "b\nc\n", 1, 4},
        {"a:", "", 0, 0},
        {"a: ''", "", 1, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_value(cases[i].text, cases[i].value, cases[i].line,
                     cases[i].column);
}

/* The place of a list or a map is that of the first text in it. */
Test(yaml, places_of_lists_and_maps)
{
    struct garim_yaml *yaml = NULL;
    struct garim_yaml_node *key, *list;
    cr_assert_eq(open_text(&yaml, "a: [[],\n {b: c}]", NULL), GARIM_OK);
    garim_yaml_pair(garim_yaml_root(yaml), 0, &key, &list);
    unsigned line = 0, column = 0;
    cr_assert_eq(garim_yaml_count(list), 2);
    cr_assert(garim_yaml_place(list, &line, &column));
    cr_assert_eq(line, 2);
    cr_assert_eq(column, 3);
    cr_assert(!garim_yaml_place(garim_yaml_item(list, 0), &line, &column));
    garim_yaml_close(yaml);
}

/* `count` times `piece` between `head` and `tail`. */
static enum garim_status open_many(const char *head, const char *piece,
                                   size_t count, const char *tail,
                                   struct garim_error *error)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    cr_assert(file != NULL);
    fputs(head, file);
    for (size_t i = 0; i < count; i++)
        fputs(piece, file);
    fputs(tail, file);
    cr_assert(fclose(file) == 0);
    struct garim_yaml *yaml = NULL;
    enum garim_status status = open_text(&yaml, text, error);
    garim_yaml_close(yaml);
    free(text);
    return status;
}

Test(yaml, limits_are_met_exactly)
{
    struct garim_error error;
    size_t deep = GARIM_YAML_DEPTH_MAX - 1, items = GARIM_FIELDS_MAX;
    char tail[GARIM_YAML_DEPTH_MAX + 1] = "";
    memset(tail, ']', deep);
    cr_assert_eq(open_many("a: ", "[", deep, tail, NULL), GARIM_OK);
    tail[deep] = ']';
    cr_assert_eq(open_many("a: ", "[", deep + 1, tail, &error), GARIM_USAGE);
    cr_assert(strstr(error.message, "too deep") != NULL);
    cr_assert_eq(open_many("a: [", "b,", items, "]", NULL), GARIM_OK);
    cr_assert_eq(open_many("a: [", "b,", items + 1, "]", &error), GARIM_USAGE);
    cr_assert(strstr(error.message, "more entries") != NULL);
    size_t bytes = GARIM_YAML_BYTES_MAX - 3;
    cr_assert_eq(open_many("a: ", "b", bytes, "", NULL), GARIM_OK);
    cr_assert_eq(open_many("a: ", "b", bytes + 1, "", &error), GARIM_USAGE);
    cr_assert(strstr(error.message, "larger than") != NULL);
    cr_assert_eq(open_many("a: [", "[a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a],", 3640,
                           "]", NULL),
                 GARIM_OK);
    cr_assert_eq(open_many("a: [", "[a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a],", 3641,
                           "]", &error),
                 GARIM_USAGE);
    cr_assert(strstr(error.message, "more values") != NULL);
}
