/* support.c - policies made from text, for unit tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

static void write_layout(const char *folder, const char *record,
                         const char *fields)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/layout.yaml", folder);
    FILE *file = fopen(path, "we");
    cr_assert(file != NULL);
    (void)fprintf(file,
                  "layout: 1\nname: test\nrecord: {%s}\nfields:\n  [%s]\n",
                  record, fields);
    cr_assert(fclose(file) == 0);
}

static void write_policy(const char *path, const char *rules, const char *extra)
{
    FILE *file = fopen(path, "we");
    cr_assert(file != NULL);
    (void)fprintf(file,
                  "policy: 1\nlayout: layout.yaml\n"
                  "release: {recipient: partner-a, purpose: nsf-scoring, "
                  "basis: b, epoch: 2026-11, expires: 9999-12-31}\n"
                  "%s\nrules: {%s}\n",
                  extra, rules);
    cr_assert(fclose(file) == 0);
}

enum garim_status support_open_policy(struct garim_policy **ret_policy,
                                      const char *record, const char *fields,
                                      const char *rules, const char *extra,
                                      struct garim_error *error)
{
    char folder[] = "/tmp/garim-unit-XXXXXX";
    char path[128];
    cr_assert(mkdtemp(folder) != NULL);
    write_layout(folder, record, fields);
    (void)snprintf(path, sizeof path, "%s/policy.yaml", folder);
    write_policy(path, rules, extra);
    enum garim_status status = garim_policy_open(ret_policy, path, error);
    (void)unlink(path);
    (void)snprintf(path, sizeof path, "%s/layout.yaml", folder);
    (void)unlink(path);
    (void)rmdir(folder);
    return status;
}

struct garim_key *support_open_key(void)
{
    static const char text[] =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
    struct garim_key *key = NULL;
    int ends[2];
    cr_assert(pipe(ends) == 0);
    cr_assert(write(ends[1], text, sizeof text - 1) == sizeof text - 1);
    (void)close(ends[1]);
    cr_assert_eq(garim_key_open_descriptor(&key, ends[0], NULL), GARIM_OK);
    (void)close(ends[0]);
    return key;
}

struct support_engine support_open_engine(const char *record,
                                          const char *fields, const char *rules,
                                          const char *extra)
{
    struct support_engine opened = {0};
    struct garim_error error = {0};
    enum garim_status status = support_open_policy(
        &opened.policy, record, fields, rules, extra, &error);
    cr_assert_eq(status, GARIM_OK, "%u:%u: %s", error.line, error.column,
                 error.message);
    struct garim_key *key = support_open_key();
    cr_assert_eq(
        garim_engine_open(&opened.engine, opened.policy, key, NULL, NULL),
        GARIM_OK);
    garim_key_close(key);
    cr_assert_eq(garim_context_open(&opened.context, opened.engine, NULL),
                 GARIM_OK);
    return opened;
}

void support_close_engine(struct support_engine *opened)
{
    garim_context_close(opened->context);
    garim_engine_close(opened->engine);
    garim_policy_close(opened->policy);
}
