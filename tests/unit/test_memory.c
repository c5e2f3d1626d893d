/* test_memory.c - layouts and policies from memory are those of files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/limits.h"
#include "support.h"

enum { RECORD_BYTES = 8 };

static const char layout_text[] =
    "layout: 1\nname: made\nrecord: {length: 8}\nfields:\n"
    "  - {name: a, at: 0, length: 4, type: char}\n"
    "  - {name: b, at: 4, length: 4, type: digits}\n";

static const char policy_text[] =
    "policy: 1\nlayout: made.yaml\n"
    "release: {recipient: r, purpose: p, basis: b, epoch: e, "
    "expires: 9999-12-31}\n"
    "subjects: 1\nrules:\n  a: {mask: {}}\n  b: keep\n";

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    cr_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static void remove_file(const char *folder, const char *name)
{
    char path[64];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    (void)unlink(path);
}

static struct garim_policy *open_files(void)
{
    char folder[] = "/tmp/garim-memory-XXXXXX", path[64];
    struct garim_policy *policy = NULL;
    struct garim_error error = {0};
    cr_assert(mkdtemp(folder) != NULL);
    write_file(folder, "policy.yaml", policy_text);
    write_file(folder, "made.yaml", layout_text);
    (void)snprintf(path, sizeof path, "%s/policy.yaml", folder);
    cr_assert_eq(garim_policy_open(&policy, path, &error), GARIM_OK, "%s",
                 error.message);
    remove_file(folder, "policy.yaml");
    remove_file(folder, "made.yaml");
    (void)rmdir(folder);
    return policy;
}

static enum garim_status open_memory(struct garim_policy **ret_policy,
                                     const char *policy,
                                     const char *layout_name,
                                     const char *layout,
                                     struct garim_error *error)
{
    return garim_policy_open_memory(ret_policy, "given", policy, strlen(policy),
                                    layout_name, layout, strlen(layout), error);
}

/* The digest of a policy, and what it makes of a record. */
static void use(struct garim_policy *policy, char ret_digest[65],
                char ret_out[RECORD_BYTES])
{
    struct garim_policy_info info = {.size = sizeof info};
    struct garim_engine *engine = NULL;
    struct garim_context *context = NULL;
    garim_policy_describe(policy, &info);
    memcpy(ret_digest, info.digest, sizeof info.digest);
    cr_assert_eq(garim_engine_open(&engine, policy, NULL, NULL, NULL),
                 GARIM_OK);
    cr_assert_eq(garim_context_open(&context, engine, NULL), GARIM_OK);
    cr_assert_eq(garim_transform(context, "abc 1234", 1, ret_out, RECORD_BYTES,
                                 NULL, NULL),
                 GARIM_OK);
    garim_context_close(context);
    garim_engine_close(engine);
    garim_policy_close(policy);
}

Test(memory, a_policy_is_that_of_files)
{
    static const char *const names[] = {"made.yaml", NULL};
    char digest[65], out[RECORD_BYTES];
    use(open_files(), digest, out);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct garim_policy *policy = NULL;
        struct garim_error error = {0};
        char digest_of_memory[65], out_of_memory[RECORD_BYTES];
        cr_assert_eq(
            open_memory(&policy, policy_text, names[i], layout_text, &error),
            GARIM_OK, "%s", error.message);
        struct garim_policy_info info = {.size = sizeof info};
        struct garim_layout_info layout = {.size = sizeof layout};
        garim_policy_describe(policy, &info);
        garim_layout_describe(garim_policy_layout(policy), &layout);
        cr_expect_str_eq(info.path, "given");
        cr_expect_str_eq(layout.path, "made.yaml");
        cr_expect_str_eq(layout.name, "made");
        use(policy, digest_of_memory, out_of_memory);
        cr_expect_str_eq(digest_of_memory, digest);
        cr_expect_arr_eq(out_of_memory, out, RECORD_BYTES);
    }
}

/* Nothing behind the bytes is read, and nothing of them is kept. */
Test(memory, the_text_is_only_lent)
{
    const size_t bytes = strlen(layout_text);
    struct garim_layout *layout = NULL;
    struct garim_layout_info info = {.size = sizeof info};
    char *text = malloc(bytes);
    cr_assert(text != NULL);
    memcpy(text, layout_text, bytes);
    cr_assert_eq(garim_layout_open_memory(&layout, "it", text, bytes, NULL),
                 GARIM_OK);
    memset(text, 'x', bytes);
    free(text);
    garim_layout_describe(layout, &info);
    cr_expect_str_eq(info.name, "made");
    cr_expect_str_eq(info.path, "it");
    cr_expect_eq(info.field_count, 2);
    garim_layout_close(layout);
}

static void expect_refused(const char *text, size_t bytes, unsigned line,
                           unsigned column, const char *words)
{
    struct garim_layout *layout = NULL;
    struct garim_error error = {0};
    cr_expect_eq(garim_layout_open_memory(&layout, "it", text, bytes, &error),
                 GARIM_USAGE);
    cr_expect(layout == NULL);
    cr_expect_str_eq(error.path, "it");
    cr_expect_eq(error.line, line, "%s: line %u", words, error.line);
    cr_expect_eq(error.column, column, "%s: column %u", words, error.column);
    cr_expect(strstr(error.message, words) != NULL, "%s", error.message);
}

Test(memory, what_files_may_not_hold_is_refused)
{
    static const struct {
        const char *text, *words;
        size_t bytes;
        unsigned line, column;
    } cases[] = {
        {NULL, "is empty", 0, 0, 0},
        {"", "is empty", 0, 0, 0},
        {NULL, "is empty", 10, 0, 0},
        {"layout: 1\0", "a NUL at byte 9", 10, 0, 0},
        {"layout: 1\nname: \xff\n", "not UTF-8", 18, 2, 7},
        {"%YAML 1.1\n", "directives", 10, 0, 0},
        {"layout: 1\nnames: x\n", "has no key 'names'", 19, 2, 1},
        {"layout: 1\nlayout: 1\n", "duplicate key", 20, 2, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        expect_refused(cases[i].text, cases[i].bytes, cases[i].line,
                       cases[i].column, cases[i].words);
    char *large = malloc(GARIM_YAML_BYTES_MAX + 1);
    cr_assert(large != NULL);
    memset(large, ' ', GARIM_YAML_BYTES_MAX + 1);
    expect_refused(large, GARIM_YAML_BYTES_MAX + 1, 0, 0, "is larger than");
    expect_refused(large, SIZE_MAX, 0, 0, "is larger than");
    expect_refused(large, GARIM_YAML_BYTES_MAX, 0, 0, "is empty");
    free(large);
}

Test(memory, errors_of_a_policy_name_the_right_text)
{
    static const struct {
        const char *layout_name, *layout, *path, *words;
        unsigned line, column;
    } cases[] = {
        {"other.yaml", layout_text, "given", "another name", 2, 9},
        {"", layout_text, "given", "another name", 2, 9},
        {"made.yaml", "layout: 2\n", "made.yaml", "has no", 1, 1},
        {NULL, "layout: [\n", "made.yaml", "not valid YAML", 2, 1},
        {NULL, "", "made.yaml", "is empty", 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct garim_policy *policy = NULL;
        struct garim_error error = {0};
        cr_expect_eq(open_memory(&policy, policy_text, cases[i].layout_name,
                                 cases[i].layout, &error),
                     GARIM_USAGE);
        cr_expect(policy == NULL);
        cr_expect_str_eq(error.path, cases[i].path);
        cr_expect_eq(error.line, cases[i].line, "%zu: %u", i, error.line);
        cr_expect_eq(error.column, cases[i].column, "%zu: %u", i, error.column);
        cr_expect(strstr(error.message, cases[i].words) != NULL, "%s",
                  error.message);
    }
    struct garim_policy *policy = NULL;
    struct garim_error error = {0};
    cr_expect_eq(open_memory(&policy, "policy: 1\nlayouts: x\n", NULL,
                             layout_text, &error),
                 GARIM_USAGE);
    cr_expect_str_eq(error.path, "given");
    cr_expect_eq(error.line, 2);
}
