/* test_resume.c - jobs that are cut off at every call, and what comes of what
 * they left
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "fault_io.h"
#include "job_support.h"

TestSuite(resume, .init = job_set_up, .fini = job_tear_down, .timeout = 300);

/* ---- a small job --------------------------------------------------------- */

static uint8_t *input;
static uint8_t *expected;
static size_t expected_bytes;

/* Some ten windows, broken records among them, a checkpoint whenever there is
 * something new. */
static struct scenario small_job(void)
{
    struct scenario scenario = job_line_scenario();
    scenario.records = 500;
    scenario.faults = 3;
    scenario.options.max_rejects = 5;
    scenario.options.threads = 1;
    scenario.options.checkpoint_bytes = 1;
    scenario.options.input = job_in_path;
    scenario.options.output = job_out_path;
    scenario.trait = (struct garim_trait){"key", "one"};
    scenario.io = &fault_io;
    return scenario;
}

static void make_files(const struct scenario *scenario)
{
    input = job_make_input(scenario);
    expected = job_make_output(scenario, input, scenario->records, true,
                               &expected_bytes);
    job_write_file(job_in_path, input, job_input_size(scenario));
}

static void free_files(void)
{
    free(expected);
    free(input);
}

static bool exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The output is whole, or it is not there. */
static bool is_there(void)
{
    if (!exists(job_out_path)) return false;
    uint8_t *data;
    size_t bytes;
    const int file = open(job_out_path, O_RDONLY);
    job_read_all(file, &data, &bytes);
    (void)close(file);
    cr_assert_eq(bytes, expected_bytes);
    cr_assert_eq(memcmp(data, expected, bytes), 0);
    free(data);
    return true;
}

/* The numbers are those of a run that nobody cut off. */
static void check_numbers(const struct scenario *scenario,
                          const struct outcome *outcome)
{
    const struct garim_report *report = &outcome->report;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < scenario->records; i++)
        sum += input[scenario->shape.header_bytes + i * scenario->shape.stride];
    cr_assert_eq(outcome->status, GARIM_OK, "%s", outcome->error.message);
    cr_assert_eq(outcome->counts[0], sum);
    cr_assert_eq(outcome->counts[1], scenario->records);
    cr_assert_eq(report->records_out, scenario->records);
    cr_assert_eq(report->bytes_in, job_input_size(scenario));
    cr_assert_eq(report->bytes_out, expected_bytes);
    cr_assert_eq(report->reject_count, scenario->faults);
    for (size_t i = 0; i < scenario->faults; i++)
        cr_assert_eq(report->rejects[i].record,
                     scenario->records * (i + 1) / (scenario->faults + 1));
    cr_assert(report->published);
    cr_assert_leq(report->resumed_records, scenario->records);
}

/* Run in a process of its own, so that a plan may end it. */
static int run_apart(const struct scenario *scenario,
                     const struct fault_plan *plan)
{
    const pid_t child = fork();
    if (child == 0) {
        fault_begin(plan);
        _exit((int)job_run(scenario).status);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "wait status %d", status);
    return WEXITSTATUS(status);
}

/* ---- every call ---------------------------------------------------------- */

/* After whatever happened: the same command goes on, and all is as it should
 * be. */
static void resume(const struct scenario *scenario)
{
    if (is_there() && !exists(job_state_path)) return;
    struct scenario again = *scenario;
    again.options.resume = true;
    fault_begin(NULL);
    struct outcome outcome = job_run(&again);
    check_numbers(&again, &outcome);
    job_clear(&outcome);
    cr_assert(is_there());
    cr_assert(!exists(job_part_path));
    cr_assert(!exists(job_state_path));
}

Test(resume, ended_before_every_call)
{
    const struct scenario scenario = small_job();
    make_files(&scenario);
    int status = FAULT_EXIT;
    unsigned long calls = 0;
    while (status == FAULT_EXIT) {
        const struct fault_plan plan = {FAULT_ANY, ++calls, 0};
        status = run_apart(&scenario, &plan);
        cr_assert(status == GARIM_OK || status == FAULT_EXIT);
        resume(&scenario);
        (void)unlink(job_out_path);
    }
    cr_assert_gt(calls, 60);
    free_files();
}

Test(resume, ended_before_every_call_of_the_resumed_run)
{
    const struct scenario scenario = small_job();
    make_files(&scenario);
    int status = FAULT_EXIT;
    for (unsigned long calls = 1; status == FAULT_EXIT; calls++) {
        const struct fault_plan first = {FAULT_WRITE, 6, 0};
        const struct fault_plan second = {FAULT_ANY, calls, 0};
        struct scenario again = scenario;
        again.options.resume = true;
        cr_assert_eq(run_apart(&scenario, &first), FAULT_EXIT);
        status = run_apart(&again, &second);
        cr_assert(status == GARIM_OK || status == FAULT_EXIT);
        resume(&scenario);
        (void)unlink(job_out_path);
    }
    free_files();
}

/* What a failed job leaves is either nothing or enough to go on with. */
static void check_failure(const struct outcome *outcome)
{
    const char *message = outcome->error.message;
    const bool kept = exists(job_part_path);
    if (outcome->report.published) {
        cr_assert(is_there());
        cr_assert_not_null(strstr(message, "has its name"));
        return;
    }
    cr_assert(!exists(job_out_path));
    cr_assert_eq(kept, strstr(message, "--resume goes on") != NULL, "%s",
                 message);
    if (outcome->status == GARIM_INPUT || outcome->status == GARIM_DATA)
        cr_assert(!kept);
}

Test(resume, failure_of_every_call)
{
    static const int errors[] = {ENOSPC, EIO};
    const struct scenario scenario = small_job();
    make_files(&scenario);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        bool struck = true;
        for (unsigned long calls = 1; struck; calls++) {
            const struct fault_plan plan = {FAULT_ANY, calls, errors[i]};
            fault_begin(&plan);
            struct outcome outcome = job_run(&scenario);
            struck = fault_struck();
            if (outcome.status == GARIM_OK)
                check_numbers(&scenario, &outcome);
            else
                check_failure(&outcome);
            job_clear(&outcome);
            resume(&scenario);
            (void)unlink(job_out_path);
        }
    }
    free_files();
}

/* ---- what was found, what is wished -------------------------------------- */

enum left {
    LEFT_NOTHING,
    LEFT_FOREIGN, /* a part and nothing else */
    LEFT_STATE,   /* killed before there was a part */
    LEFT_BEGUN,   /* killed before the first checkpoint */
    LEFT_SAME,
    LEFT_OTHER,
    LEFT_COMPLETE,
    LEFT_RENAMED,
    LEFT_RENAMED_OTHER,
    LEFT_OUTPUT, /* OUT alone */
    LEFT_COUNT,
};

static void leave(enum left left, const struct scenario *scenario)
{
    static const struct fault_plan plans[LEFT_COUNT] = {
        [LEFT_STATE] = {FAULT_PREALLOCATE, 1, 0},
        [LEFT_BEGUN] = {FAULT_WRITE, 2, 0},
        [LEFT_SAME] = {FAULT_WRITE, 6, 0},
        [LEFT_OTHER] = {FAULT_WRITE, 6, 0},
        [LEFT_COMPLETE] = {FAULT_PUBLISH, 1, 0},
        [LEFT_RENAMED] = {FAULT_REMOVE, 1, 0},
        [LEFT_RENAMED_OTHER] = {FAULT_REMOVE, 1, 0},
    };
    struct scenario other = *scenario;
    (void)unlink(job_out_path);
    (void)unlink(job_part_path);
    (void)unlink(job_state_path);
    if (left == LEFT_OTHER || left == LEFT_RENAMED_OTHER)
        strcpy(other.trait.value, "two");
    if (left == LEFT_FOREIGN) job_write_file(job_part_path, input, 10);
    if (left == LEFT_OUTPUT) job_write_file(job_out_path, input, 10);
    if (plans[left].when > 0)
        cr_assert_eq(run_apart(&other, &plans[left]), FAULT_EXIT);
}

enum wish { PLAIN, RESUME, RESTART, WISHES };

/* OK: the output is there and nothing beside it.  Other words are part of a
 * refusal, which touches nothing. */
static const char *const ends[LEFT_COUNT][WISHES] = {
    [LEFT_NOTHING] = {"OK", "OK", "OK"},
    [LEFT_FOREIGN] = {"give --restart", "no checkpoint", "OK"},
    [LEFT_STATE] = {"OK", "OK", "OK"},
    [LEFT_BEGUN] = {"give --resume", "OK", "OK"},
    [LEFT_SAME] = {"give --resume", "OK", "OK"},
    [LEFT_OTHER] = {"another key", "another key", "OK"},
    [LEFT_COMPLETE] = {"give --resume to publish", "OK", "OK"},
    [LEFT_RENAMED] = {"give --force", "OK", "give --force"},
    [LEFT_RENAMED_OTHER] = {"give --force", "give --force", "give --force"},
    [LEFT_OUTPUT] = {"give --force", "give --force", "give --force"},
};

/* Inode and size of what stands there. */
static void print_folder(char *text, size_t size)
{
    const char *const paths[] = {job_out_path, job_part_path, job_state_path};
    text[0] = '\0';
    for (size_t i = 0; i < 3; i++) {
        struct stat status = {0};
        const bool found = lstat(paths[i], &status) == 0;
        const size_t used = strlen(text);
        (void)snprintf(text + used, size - used, "%s %d %llu %llu %lld.%ld;",
                       paths[i], found, (unsigned long long)status.st_ino,
                       (unsigned long long)status.st_size,
                       (long long)status.st_mtim.tv_sec,
                       status.st_mtim.tv_nsec);
    }
}

static void check_row(const struct scenario *scenario, enum left left,
                      enum wish wish, bool force)
{
    struct scenario again = *scenario;
    const char *end = ends[left][wish];
    char before[1024], after[1024];
    leave(left, scenario);
    again.options.resume = wish == RESUME;
    again.options.restart = wish == RESTART;
    again.options.force = force;
    if (force && strcmp(end, "give --force") == 0) end = "OK";
    print_folder(before, sizeof before);
    fault_begin(NULL);
    struct outcome outcome = job_run(&again);
    if (strcmp(end, "OK") == 0) {
        check_numbers(&again, &outcome);
        cr_assert(is_there() && !exists(job_part_path) &&
                  !exists(job_state_path));
        const bool resumed =
            wish == RESUME && (left == LEFT_SAME || left == LEFT_COMPLETE ||
                               left == LEFT_RENAMED);
        cr_assert_eq(outcome.report.resumed_records > 0, resumed,
                     "left %d wish %d", (int)left, (int)wish);
    } else {
        print_folder(after, sizeof after);
        cr_assert_eq(outcome.status, GARIM_USAGE, "left %d wish %d", (int)left,
                     (int)wish);
        cr_assert_not_null(strstr(outcome.error.message, end), "%s",
                           outcome.error.message);
        cr_assert_str_eq(before, after);
    }
    job_clear(&outcome);
}

Test(resume, every_row_of_the_table)
{
    const struct scenario scenario = small_job();
    make_files(&scenario);
    for (int left = 0; left < LEFT_COUNT; left++)
        for (int wish = 0; wish < WISHES; wish++)
            for (int force = 0; force < 2; force++)
                check_row(&scenario, left, wish, force);
    free_files();
}

/* ---- refusals ------------------------------------------------------------ */

static void change_nothing(struct scenario *scenario)
{
    (void)scenario;
}

static void change_rejects(struct scenario *scenario)
{
    scenario->options.max_rejects++;
}

static void change_mode(struct scenario *scenario)
{
    scenario->options.output_mode = 0644;
}

static void change_key(struct scenario *scenario)
{
    strcpy(scenario->trait.value, "two");
}

static void touch_input(struct scenario *scenario)
{
    job_write_file(job_in_path, input, job_input_size(scenario));
}

/* A copy under the name of the part: all its bytes are right, but nobody knows
 * that. */
static void copy_part(struct scenario *scenario)
{
    char path[160];
    uint8_t *data;
    size_t bytes;
    (void)scenario;
    (void)snprintf(path, sizeof path, "%s/copy", job_folder);
    const int file = open(job_part_path, O_RDONLY);
    job_read_all(file, &data, &bytes);
    (void)close(file);
    job_write_file(path, data, bytes);
    free(data);
    cr_assert_eq(rename(path, job_part_path), 0);
}

static void cut_part(struct scenario *scenario)
{
    (void)scenario;
    cr_assert_eq(truncate(job_part_path, 100), 0);
}

Test(resume, what_differs)
{
    static const struct {
        void (*change)(struct scenario *scenario);
        const char *words;
    } changes[] = {
        {change_nothing, NULL},          {change_rejects, "--max-rejects"},
        {change_mode, "another --mode"}, {change_key, "another key"},
        {touch_input, "another input"},  {copy_part, "another file"},
        {cut_part, "another file"},
    };
    const struct scenario scenario = small_job();
    make_files(&scenario);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        leave(LEFT_SAME, &scenario);
        struct scenario again = scenario;
        again.options.resume = true;
        changes[i].change(&again);
        fault_begin(NULL);
        struct outcome outcome = job_run(&again);
        const char *message = outcome.error.message;
        if (changes[i].words == NULL) {
            cr_assert_eq(outcome.status, GARIM_OK, "%s", message);
        } else {
            cr_assert_eq(outcome.status, GARIM_USAGE);
            cr_assert_not_null(strstr(message, changes[i].words), "%s",
                               message);
            cr_assert(exists(job_part_path) && exists(job_state_path));
        }
        job_clear(&outcome);
    }
    free_files();
}

Test(resume, window_of_the_first_run)
{
    const struct scenario scenario = small_job();
    make_files(&scenario);
    for (unsigned i = 0; i < 4; i++) {
        leave(LEFT_SAME, &scenario);
        struct scenario again = scenario;
        again.io = NULL;
        again.options.io = i & 1 ? GARIM_IO_URING : GARIM_IO_POSIX;
        again.options.threads = 1 + i;
        again.options.window_bytes = 0;
        again.options.checkpoint_bytes = 0;
        resume(&again);
    }
    free_files();
}

static void expect_usage(const struct scenario *scenario, const char *words)
{
    struct outcome outcome = job_run(scenario);
    cr_assert_eq(outcome.status, GARIM_USAGE);
    cr_assert_not_null(strstr(outcome.error.message, words), "%s",
                       outcome.error.message);
    job_clear(&outcome);
}

Test(resume, what_cannot_be)
{
    struct scenario scenario = small_job();
    make_files(&scenario);
    fault_begin(NULL);
    scenario.options.resume = true;
    scenario.options.output = "/dev/null";
    expect_usage(&scenario, "stream cannot be resumed");
    scenario.options.output = NULL;
    expect_usage(&scenario, "stream cannot be resumed");
    scenario.options.output = job_out_path;
    scenario.options.input = "/dev/null";
    expect_usage(&scenario, "stream cannot be resumed");
    scenario.options.input = job_in_path;
    scenario.options.restart = true;
    expect_usage(&scenario, "both");
    scenario.options.restart = false;
    /* Files of others are not ours to write over, or to remove. */
    job_write_file(job_state_path, input, 100);
    expect_usage(&scenario, "no state of garim");
    cr_assert_eq(truncate(job_in_path, 30), 0);
    cr_assert_eq(rename(job_in_path, job_state_path), 0);
    scenario.options.input = job_state_path;
    expect_usage(&scenario, "no state of garim");
    cr_assert_eq(truncate(job_state_path, 0), 0);
    scenario.shape.header_bytes = 0;
    expect_usage(&scenario, "the input is this file");
    cr_assert(exists(job_state_path));
    free_files();
}

/* ---- interruption, and an input that changes ----------------------------- */

struct meddler {
    const struct scenario *scenario;
    bool touch;
};

static bool meddle(void *user, const struct garim_progress *progress)
{
    const struct meddler *meddler = user;
    if (progress->bytes_out < 10 * 4096) return true;
    if (meddler->touch) job_write_file(job_in_path, input, 1000);
    return meddler->touch;
}

static struct outcome run_meddled(struct scenario *scenario, bool touch)
{
    struct meddler meddler = {scenario, touch};
    scenario->records = 600000;
    scenario->io = NULL;
    scenario->options.threads = 2;
    scenario->options.progress = meddle;
    scenario->options.progress_user = &meddler;
    make_files(scenario);
    struct outcome outcome = job_run(scenario);
    scenario->options.progress = NULL;
    return outcome;
}

Test(resume, interrupted)
{
    for (int i = 0; i < 2; i++) {
        struct scenario scenario = small_job();
        scenario.options.io = i ? GARIM_IO_URING : GARIM_IO_POSIX;
        scenario.options.checkpoint_bytes = GARIM_NONE;
        struct outcome outcome = run_meddled(&scenario, false);
        cr_assert_eq(outcome.status, GARIM_TEMPORARY);
        cr_assert_not_null(strstr(outcome.error.message, "--resume goes on"));
        cr_assert(exists(job_part_path) && !exists(job_out_path));
        job_clear(&outcome);
        resume(&scenario);
        (void)unlink(job_out_path);
        free_files();
    }
}

Test(resume, input_that_changes)
{
    struct scenario scenario = small_job();
    struct outcome outcome = run_meddled(&scenario, true);
    cr_assert_eq(outcome.status, GARIM_INPUT);
    cr_assert(!exists(job_part_path) && !exists(job_state_path));
    cr_assert(!exists(job_out_path));
    job_clear(&outcome);
    free_files();
}
