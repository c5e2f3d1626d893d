/* test_size.c - structs of an older and of a newer caller
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "api_size.h"
#include "support.h"

/* One struct in three versions; the library knows the second. */
struct older {
    size_t size;
    uint64_t first;
};
struct known {
    size_t size;
    uint64_t first, second;
};
struct newer {
    size_t size;
    uint64_t first, second, third;
};

static enum garim_status take(struct known *ret_known, const void *options,
                              struct garim_error *error)
{
    memset(ret_known, 0xA5, sizeof *ret_known);
    return garim_options_take(ret_known, sizeof *ret_known, options, "known",
                              error);
}

static void expect_taken(const void *options, uint64_t first, uint64_t second)
{
    struct known taken;
    struct garim_error error = {0};
    cr_assert_eq(take(&taken, options, &error), GARIM_OK, "%s", error.message);
    cr_expect_eq(taken.size, sizeof taken);
    cr_expect_eq(taken.first, first);
    cr_expect_eq(taken.second, second);
}

Test(size, options_of_every_version)
{
    /* What stands behind the struct of an older caller is not read. */
    const struct {
        struct older older;
        uint64_t behind;
    } framed = {{sizeof framed.older, 1}, 99};
    expect_taken(&framed, 1, 0);
    expect_taken(&(struct known){sizeof(struct known), 1, 2}, 1, 2);
    expect_taken(&(struct newer){sizeof(struct newer), 1, 2, 0}, 1, 2);
    expect_taken(&(size_t){sizeof(size_t)}, 0, 0);
    expect_taken(NULL, 0, 0);
}

Test(size, options_that_are_refused)
{
    static const struct {
        struct newer options;
        const char *words;
    } cases[] = {
        {{0, 1, 2, 0}, "set it to sizeof(struct known)"},
        {{sizeof(size_t) - 1, 1, 2, 0}, "was not set"},
        {{SIZE_MAX, 1, 2, 0}, "was not set"},
        {{sizeof(struct newer), 1, 2, 3}, "newer garim.h"},
        {{sizeof(struct newer), 1, 2, (uint64_t)1 << 63}, "leave them zero"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct known taken;
        struct garim_error error = {0};
        cr_expect_eq(take(&taken, &cases[i].options, &error), GARIM_USAGE);
        cr_expect_eq(error.status, GARIM_USAGE);
        cr_expect(strstr(error.message, cases[i].words) != NULL, "%s",
                  error.message);
        cr_expect_eq(take(&taken, &cases[i].options, NULL), GARIM_USAGE);
    }
}

Test(size, infos_of_every_version)
{
    static const struct known info = {sizeof info, 1, 2};
    for (size_t size = 0; size <= sizeof(struct newer); size += sizeof size) {
        struct newer given = {size, 7, 7, 7};
        garim_info_give(&given, &info, sizeof info);
        cr_expect_eq(given.size, size);
        cr_expect_eq(given.first, size >= sizeof(struct older) ? 1 : 7);
        cr_expect_eq(given.second, size >= sizeof(struct known) ? 2 : 7);
        cr_expect_eq(given.third, size >= sizeof(struct newer) ? 0 : 7);
    }
}

Test(size, an_info_of_no_size_is_left_alone)
{
    static const size_t sizes[] = {0, sizeof(size_t), SIZE_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct known info = {sizeof info, 1, 2};
        struct known given = {sizes[i], 7, 7};
        struct garim_report report = {.size = sizes[i], .records_in = 7};
        garim_info_give(&given, &info, sizeof info);
        cr_expect_eq(given.first, 7);
        garim_report_clear(&report);
        cr_expect_eq(report.records_in, 7);
    }
}

/* ---- the same through garim.h -------------------------------------------- */

static struct support_engine open_engine(void)
{
    return support_open_engine("length: 4",
                               "{name: a, at: 0, length: 4, type: char}",
                               "a: {mask: {}}", "subjects: 1");
}

Test(size, infos_through_the_interface)
{
    struct support_engine opened = open_engine();
    struct garim_policy_info info = {
        .size = offsetof(struct garim_policy_info, subjects)};
    info.subjects = 42;
    garim_policy_describe(opened.policy, &info);
    cr_expect_str_eq(info.recipient, "partner-a");
    cr_expect_eq(info.subjects, 42);
    info.size = sizeof info;
    garim_policy_describe(opened.policy, &info);
    cr_expect_eq(info.subjects, 1);
    cr_expect_eq(strlen(info.digest), 64);
    support_close_engine(&opened);
}

Test(size, an_engine_of_a_newer_caller)
{
    struct support_engine opened = open_engine();
    struct {
        struct garim_engine_options options;
        uint64_t added;
    } newer = {{.size = sizeof newer, .kernels = "scalar"}, 0};
    struct garim_engine *engine = NULL;
    cr_assert_eq(
        garim_engine_open(&engine, opened.policy, NULL, &newer.options, NULL),
        GARIM_OK);
    cr_expect_str_eq(garim_engine_kernels(engine), "scalar");
    garim_engine_close(engine);
    engine = NULL;
    newer.added = 1;
    cr_expect_eq(
        garim_engine_open(&engine, opened.policy, NULL, &newer.options, NULL),
        GARIM_USAGE);
    cr_expect(engine == NULL);
    support_close_engine(&opened);
}

/* ---- jobs ---------------------------------------------------------------- */

static enum garim_status finish(void *user, struct garim_error *error)
{
    (void)error;
    (void)close(*(int *)user);
    return GARIM_OK;
}

static enum garim_status begin(void *user, int output, int *ret_descriptor,
                               struct garim_error *error)
{
    (void)error;
    *ret_descriptor = *(int *)user = dup(output);
    return GARIM_OK;
}

static enum garim_status look(void *user, const struct garim_report *report,
                              struct garim_error *error)
{
    (void)error;
    *(size_t *)user = report->size;
    return GARIM_OK;
}

static void make_input(char *path)
{
    const int file = mkstemp(path);
    cr_assert(write(file, "abcdefgh", 8) == 8);
    (void)close(file);
}

/* A mask over two records, through a filter, and told when it is whole. */
struct trial {
    char in[32], out[32];
    int sink;
    size_t told;
    struct support_engine opened;
    struct garim_filter filter;
    struct garim_job_options options;
};

static void open_trial(struct trial *trial)
{
    *trial = (struct trial){
        .in = "/tmp/garim-size-XXXXXX",
        .out = "/tmp/garim-size-XXXXXX",
        .sink = -1,
        .opened = open_engine(),
        .filter = {.open = begin, .finish = finish, .user = &trial->sink},
        .options = {.input = trial->in,
                    .output = trial->out,
                    .force = true,
                    .filter = &trial->filter,
                    .whole = look,
                    .whole_user = &trial->told},
    };
    make_input(trial->in);
    make_input(trial->out);
}

static void close_trial(struct trial *trial)
{
    support_close_engine(&trial->opened);
    (void)unlink(trial->in);
    (void)unlink(trial->out);
}

Test(size, each_struct_of_a_job_has_one)
{
    struct trial trial;
    struct garim_report report = {0};
    open_trial(&trial);
    size_t *const sizes[] = {&report.size, &trial.options.size,
                             &trial.filter.size};
    const size_t right[] = {sizeof report, sizeof trial.options,
                            sizeof trial.filter};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) {
        cr_expect_eq(
            garim_run(trial.opened.engine, &trial.options, &report, NULL),
            GARIM_USAGE);
        cr_expect_eq(trial.sink, -1);
        *sizes[i] = right[i];
    }
    cr_expect_eq(garim_run(trial.opened.engine, &trial.options, &report, NULL),
                 GARIM_OK);
    cr_expect_eq(trial.told, sizeof report);
    garim_report_clear(&report);
    close_trial(&trial);
}

Test(size, a_job_of_an_older_caller)
{
    struct trial trial;
    struct garim_report report = {.size = sizeof report};
    struct garim_error error = {0};
    open_trial(&trial);
    trial.options.size = offsetof(struct garim_job_options, whole);
    trial.filter.size = sizeof trial.filter;
    cr_assert_eq(
        garim_run(trial.opened.engine, &trial.options, &report, &error),
        GARIM_OK, "%s", error.message);
    cr_expect(trial.sink >= 0);
    cr_expect_eq(trial.told, 0);
    cr_expect_eq(report.records_out, 2);
    cr_expect_eq(report.size, sizeof report);
    garim_report_clear(&report);
    cr_expect_eq(report.size, sizeof report);
    cr_expect_eq(report.records_out, 0);
    cr_expect(report.fields == NULL);
    close_trial(&trial);
}

Test(size, a_report_that_nobody_wants)
{
    struct trial trial;
    open_trial(&trial);
    trial.options.size = sizeof trial.options;
    trial.filter.size = sizeof trial.filter;
    cr_expect_eq(garim_run(trial.opened.engine, &trial.options, NULL, NULL),
                 GARIM_OK);
    garim_report_clear(NULL);
    close_trial(&trial);
}
