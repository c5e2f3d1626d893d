/* test_filter.c - outputs that somebody else writes are published as all are
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/error.h"
#include "job_support.h"

TestSuite(filter, .init = job_set_up, .fini = job_tear_down);

/* Copies what it is given to the output, in a thread of its own. */
struct copier {
    int ends[2];
    int output;
    pthread_t thread;
    bool refuses; /* to begin */
    bool fails;   /* at the end */
    int begun, finished;
};

static void *copy(void *argument)
{
    const struct copier *copier = argument;
    char bytes[4096];
    ssize_t got;
    while ((got = read(copier->ends[0], bytes, sizeof bytes)) > 0)
        cr_assert_eq(write(copier->output, bytes, (size_t)got), got);
    return NULL;
}

static enum garim_status begin(void *user, int output, int *ret_descriptor,
                               struct garim_error *error)
{
    struct copier *copier = user;
    if (copier->refuses)
        return garim_error_set(error, GARIM_OUTPUT, "no filter");
    copier->begun++;
    /* A job that fails closes its own. */
    copier->output = fcntl(output, F_DUPFD_CLOEXEC, 3);
    cr_assert_geq(copier->output, 0);
    cr_assert_eq(pipe2(copier->ends, O_CLOEXEC), 0);
    cr_assert_eq(pthread_create(&copier->thread, NULL, copy, copier), 0);
    *ret_descriptor = copier->ends[1];
    return GARIM_OK;
}

static void end(struct copier *copier)
{
    if (copier->begun == 0) return;
    (void)close(copier->ends[1]);
    cr_assert_eq(pthread_join(copier->thread, NULL), 0);
    (void)close(copier->output);
    (void)close(copier->ends[0]);
}

static enum garim_status finish(void *user, struct garim_error *error)
{
    struct copier *copier = user;
    struct stat status;
    copier->finished++;
    cr_assert_neq(stat(job_out_path, &status), 0, "published too early");
    end(copier);
    return copier->fails ? garim_error_set(error, GARIM_OUTPUT, "no end")
                         : GARIM_OK;
}

static const enum garim_io_choice ways[] = {GARIM_IO_POSIX, GARIM_IO_URING};

/* A run through `copier`; the same as one without it, or nothing at all. */
static void run(struct copier *copier, size_t way, enum medium input,
                enum garim_status expected)
{
    struct scenario scenario = job_line_scenario();
    const struct garim_filter filter = {sizeof filter, begin, finish, copier};
    size_t bytes;
    struct stat found;
    uint8_t *data = job_make_input(&scenario);
    uint8_t *right =
        job_make_output(&scenario, data, scenario.records, true, &bytes);
    scenario.input = input;
    scenario.options.io = ways[way];
    scenario.options.filter = &filter;
    scenario.options.output_mode = 0640;
    struct outcome outcome = job_run_scenario(&scenario, data);
    cr_assert_eq(outcome.status, expected, "%s", outcome.error.message);
    cr_assert_neq(stat(job_part_path, &found), 0);
    cr_assert_neq(stat(job_state_path, &found), 0);
    cr_assert_eq(outcome.report.published, expected == GARIM_OK);
    cr_assert_eq(stat(job_out_path, &found) == 0, expected == GARIM_OK);
    if (expected == GARIM_OK) {
        cr_assert_eq(found.st_mode & 0777, 0640);
        cr_assert_eq(outcome.bytes, bytes);
        cr_assert_eq(memcmp(outcome.data, right, bytes), 0);
        cr_assert_eq(unlink(job_out_path), 0);
    }
    garim_report_clear(&outcome.report);
    free(outcome.data);
    free(right);
    free(data);
}

Test(filter, what_it_wrote_is_published)
{
    for (size_t way = 0; way < 2; way++)
        for (int input = 0; input < 2; input++) {
            struct copier copier = {.fails = false};
            run(&copier, way, input ? MEDIUM_FIFO : MEDIUM_FILE, GARIM_OK);
            cr_assert_eq(copier.finished, 1);
        }
}

Test(filter, nothing_is_published_where_it_fails)
{
    for (size_t way = 0; way < 2; way++) {
        struct copier late = {.fails = true}, early = {.refuses = true};
        run(&late, way, MEDIUM_FILE, GARIM_OUTPUT);
        cr_assert_eq(late.finished, 1);
        run(&early, way, MEDIUM_FILE, GARIM_OUTPUT);
        cr_assert_eq(early.finished, 0);
    }
}

Test(filter, it_does_not_finish_a_job_that_failed)
{
    struct scenario scenario = job_line_scenario();
    struct copier copier = {.fails = false};
    const struct garim_filter filter = {sizeof filter, begin, finish, &copier};
    scenario.broken = scenario.records / 2;
    uint8_t *data = job_make_input(&scenario);
    scenario.options.filter = &filter;
    struct outcome outcome = job_run_scenario(&scenario, data);
    cr_assert_eq(outcome.status, GARIM_INPUT);
    cr_assert_eq(copier.begun, 1);
    cr_assert_eq(copier.finished, 0);
    cr_assert_neq(access(job_out_path, F_OK), 0);
    end(&copier);
    scenario.options.resume = true;
    outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, GARIM_USAGE);
    free(data);
}
