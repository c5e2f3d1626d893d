/* test_leftovers.c - what an earlier run left, and what is wished
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "job/identity.h"
#include "resume_support.h"

TestSuite(leftovers, .init = job_set_up, .fini = job_tear_down, .timeout = 300);

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
    [LEFT_DAMAGED] = {"give --restart", "is damaged", "OK"},
    [LEFT_RENAMED] = {"give --force", "OK", "give --force"},
    [LEFT_LINKED] = {"give --force", "OK", "give --force"},
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
    resume_leave(left, scenario);
    again.options.resume = wish == RESUME;
    again.options.restart = wish == RESTART;
    again.options.force = force;
    if (force && strcmp(end, "give --force") == 0) end = "OK";
    print_folder(before, sizeof before);
    fault_begin(NULL);
    struct outcome outcome = job_run(&again);
    if (strcmp(end, "OK") == 0) {
        resume_check_numbers(&again, &outcome);
        cr_assert(resume_is_there() && !resume_exists(job_part_path) &&
                  !resume_exists(job_state_path));
        const bool resumed =
            wish == RESUME && (left == LEFT_SAME || left == LEFT_COMPLETE ||
                               left == LEFT_RENAMED || left == LEFT_LINKED);
        cr_assert_eq(outcome.report.resumed_records > 0, resumed,
                     "left %d wish %d", (int)left, (int)wish);
    } else {
        print_folder(after, sizeof after);
        cr_assert_eq(outcome.status, GARIM_IN_THE_WAY, "left %d wish %d",
                     (int)left, (int)wish);
        cr_assert_not_null(strstr(outcome.error.message, end), "%s",
                           outcome.error.message);
        cr_assert_str_eq(before, after);
    }
    job_clear(&outcome);
}

Test(leftovers, every_row_of_the_table)
{
    const struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    for (int left = 0; left < LEFT_COUNT; left++)
        for (int wish = 0; wish < WISHES; wish++)
            for (int force = 0; force < 2; force++)
                check_row(&scenario, (enum left)left, (enum wish)wish, force);
    resume_free_files();
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
    job_write_file(job_in_path, resume_input, job_input_size(scenario));
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

Test(leftovers, what_differs)
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
    const struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        resume_leave(LEFT_SAME, &scenario);
        struct scenario again = scenario;
        again.options.resume = true;
        changes[i].change(&again);
        fault_begin(NULL);
        struct outcome outcome = job_run(&again);
        const char *message = outcome.error.message;
        if (changes[i].words == NULL) {
            cr_assert_eq(outcome.status, GARIM_OK, "%s", message);
        } else {
            cr_assert_eq(outcome.status, GARIM_IN_THE_WAY);
            cr_assert_not_null(strstr(message, changes[i].words), "%s",
                               message);
            cr_assert(resume_exists(job_part_path) &&
                      resume_exists(job_state_path));
        }
        job_clear(&outcome);
    }
    resume_free_files();
}

Test(leftovers, window_of_the_first_run)
{
    const struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    for (unsigned i = 0; i < 4; i++) {
        resume_leave(LEFT_SAME, &scenario);
        struct scenario again = scenario;
        again.io = NULL;
        again.options.io = i & 1 ? GARIM_IO_URING : GARIM_IO_POSIX;
        again.options.threads = 1 + i;
        again.options.window_bytes = 0;
        again.options.checkpoint_bytes = 0;
        resume_to_the_end(&again);
    }
    resume_free_files();
}

/* A mount gets another device number, a backup another time of change: the
 * input is the same. */
Test(leftovers, what_does_not_differ)
{
    const struct garim_job_options options = {0};
    const struct garim_worker worker = {0};
    const struct garim_framing framing = {.stride = 1};
    const struct garim_job job = {
        .options = &options, .framing = &framing, .worker = &worker};
    const struct garim_geometry geometry = {.window_bytes = 4096};
    struct garim_input input = {.identity = {.st_ino = 7, .st_size = 9}};
    const struct garim_journal_job one =
        garim_identity(&job, &input, &geometry);
    input.identity.st_dev = 5;
    input.identity.st_ctim.tv_sec = 77;
    input.identity.st_nlink = 3;
    input.identity.st_mode = S_IFREG | 0444;
    const struct garim_journal_job two =
        garim_identity(&job, &input, &geometry);
    cr_assert_eq(memcmp(&one, &two, sizeof one), 0);
    input.identity.st_mtim.tv_nsec = 1;
    const struct garim_journal_job other =
        garim_identity(&job, &input, &geometry);
    cr_assert_neq(memcmp(&one, &other, sizeof one), 0);
    input.identity.st_mtim.tv_nsec = 0;
    input.print[31] = 1;
    const struct garim_journal_job another =
        garim_identity(&job, &input, &geometry);
    cr_assert_neq(memcmp(&one, &another, sizeof one), 0);
}

static void expect(const struct scenario *scenario, enum garim_status status,
                   const char *words)
{
    struct outcome outcome = job_run(scenario);
    cr_assert_eq(outcome.status, status);
    cr_assert_not_null(strstr(outcome.error.message, words), "%s",
                       outcome.error.message);
    job_clear(&outcome);
}

Test(leftovers, what_cannot_be)
{
    struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    fault_begin(NULL);
    scenario.options.resume = true;
    scenario.options.output = "/dev/null";
    expect(&scenario, GARIM_USAGE, "stream cannot be resumed");
    scenario.options.output = NULL;
    expect(&scenario, GARIM_USAGE, "stream cannot be resumed");
    scenario.options.output = job_out_path;
    scenario.options.input = "/dev/null";
    expect(&scenario, GARIM_USAGE, "stream cannot be resumed");
    scenario.options.input = job_in_path;
    scenario.options.restart = true;
    expect(&scenario, GARIM_USAGE, "both");
    scenario.options.restart = false;
    /* Files of others are not ours to write over, or to remove. */
    job_write_file(job_state_path, resume_input, 100);
    expect(&scenario, GARIM_IN_THE_WAY, "not a state of garim");
    cr_assert_eq(truncate(job_in_path, 30), 0);
    cr_assert_eq(rename(job_in_path, job_state_path), 0);
    scenario.options.input = job_state_path;
    scenario.options.allow_empty = true;
    expect(&scenario, GARIM_IN_THE_WAY, "not a state of garim");
    cr_assert_eq(truncate(job_state_path, 0), 0);
    scenario.framing.header.bytes = 0;
    expect(&scenario, GARIM_IN_THE_WAY, "not a state of garim");
    cr_assert(resume_exists(job_state_path));
    resume_free_files();
}

/* The writes of a killed process still hold the part, though not the state. */
Test(leftovers, part_that_is_held)
{
    struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    resume_leave(LEFT_SAME, &scenario);
    scenario.options.restart = true;
    fault_begin(NULL);
    const int held = open(job_part_path, O_RDONLY);
    cr_assert_eq(flock(held, LOCK_EX | LOCK_NB), 0);
    expect(&scenario, GARIM_TEMPORARY, "locked by another run");
    cr_assert_eq(close(held), 0);
    expect(&scenario, GARIM_OK, "");
    cr_assert(resume_is_there());
    resume_free_files();
}
