/* test_verify.c - parts that are not what the job would make, and trials of
 * names
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "resume_support.h"

TestSuite(verify, .init = job_set_up, .fini = job_tear_down, .timeout = 300);

enum { WINDOW = 4096, WINDOWS = 80 };

/* More windows than are drawn. */
static struct scenario many_windows(void)
{
    struct scenario scenario = resume_job();
    scenario.records = WINDOWS * WINDOW / scenario.framing.stride + 800;
    scenario.options.window_bytes = WINDOW;
    return scenario;
}

static void leave(const struct scenario *scenario,
                  const struct fault_plan *plan)
{
    (void)unlink(job_out_path);
    (void)unlink(job_part_path);
    (void)unlink(job_state_path);
    cr_assert_eq(resume_run_apart(scenario, plan), FAULT_EXIT);
}

/* Change a byte and nothing that a look at the file tells. */
static void change_part(uint64_t offset)
{
    const int file = open(job_part_path, O_RDWR);
    struct stat status;
    uint8_t byte;
    cr_assert_eq(fstat(file, &status), 0);
    cr_assert_eq(pread(file, &byte, 1, (off_t)offset), 1);
    byte ^= 1;
    cr_assert_eq(pwrite(file, &byte, 1, (off_t)offset), 1);
    const struct timespec times[] = {status.st_atim, status.st_mtim};
    cr_assert_eq(futimens(file, times), 0);
    (void)close(file);
}

static struct garim_error resume(const struct scenario *scenario, bool all)
{
    struct scenario again = *scenario;
    again.options.resume = true;
    again.options.verify_part = all;
    fault_begin(NULL);
    struct outcome outcome = job_run(&again);
    if (outcome.status == GARIM_OK) outcome.error.status = GARIM_OK;
    job_clear(&outcome);
    return outcome.error;
}

static void check_refusal(const struct garim_error *error, uint64_t offset)
{
    cr_assert_eq(error->status, GARIM_VERIFY);
    cr_assert_not_null(strstr(error->message, "--restart"));
    cr_assert_str_eq(error->path, job_part_path);
    cr_assert_eq(error->offset, offset);
    cr_assert(!resume_exists(job_out_path) && resume_exists(job_part_path) &&
              resume_exists(job_state_path));
}

Test(verify, all_windows)
{
    const struct scenario scenario = many_windows();
    const struct fault_plan plan = {FAULT_WRITE, WINDOWS + 3, 0};
    resume_make_files(&scenario);
    for (uint64_t window = 0; window < WINDOWS; window += 7) {
        const uint64_t offset = window * WINDOW + window * 50;
        leave(&scenario, &plan);
        change_part(offset);
        const struct garim_error error = resume(&scenario, true);
        check_refusal(&error, offset);
    }
    resume_free_files();
}

/* Whatever window is wrong, it is drawn sooner or later. */
Test(verify, any_window_is_drawn)
{
    const struct scenario scenario = many_windows();
    const struct fault_plan plan = {FAULT_WRITE, WINDOWS + 3, 0};
    unsigned misses = 0;
    resume_make_files(&scenario);
    for (uint64_t window = 0; window < WINDOWS; window += 3) {
        const uint64_t offset = window * WINDOW;
        struct garim_error error;
        do {
            leave(&scenario, &plan);
            change_part(offset);
            error = resume(&scenario, false);
            misses += error.status == GARIM_OK ? 1 : 0;
            cr_assert_lt(misses, 200, "window %d", (int)window);
        } while (error.status == GARIM_OK);
        check_refusal(&error, offset);
    }
    resume_free_files();
}

/* The last window before the watermark is where a crash leaves its marks: from
 * the end on windows are written anew, and the first that is not is found. */
Test(verify, the_last_window_always)
{
    const struct scenario scenario = many_windows();
    const struct fault_plan plan = {FAULT_WRITE, WINDOWS + 3, 0};
    resume_make_files(&scenario);
    for (unsigned i = 0; i < 5; i++) {
        struct garim_error error = {0};
        uint64_t window = WINDOWS + 2;
        leave(&scenario, &plan);
        for (; error.status != GARIM_VERIFY; window--) {
            leave(&scenario, &plan);
            change_part(window * WINDOW);
            error = resume(&scenario, false);
            cr_assert(error.status == GARIM_OK || error.status == GARIM_VERIFY);
            if (error.status == GARIM_OK) cr_assert(resume_is_there());
        }
    }
    resume_free_files();
}

static uint64_t part_bytes(void)
{
    struct stat status;
    cr_assert_eq(stat(job_part_path, &status), 0);
    return (uint64_t)status.st_size;
}

/* Where rows are left out, a window stands where those beside it say. */
Test(verify, all_that_was_appended)
{
    struct scenario scenario = many_windows();
    const struct fault_plan plan = {FAULT_WRITE, WINDOWS + 3, 0};
    scenario.drops = true;
    resume_make_files(&scenario);
    for (uint64_t offset = 0; offset < WINDOWS / 2 * WINDOW;
         offset += 5 * WINDOW + 50) {
        leave(&scenario, &plan);
        change_part(offset);
        const struct garim_error error = resume(&scenario, true);
        check_refusal(&error, offset);
    }
    resume_free_files();
}

Test(verify, the_end_of_what_was_appended_always)
{
    struct scenario scenario = many_windows();
    const struct fault_plan plan = {FAULT_WRITE, WINDOWS + 3, 0};
    struct garim_error error = {0};
    scenario.drops = true;
    resume_make_files(&scenario);
    leave(&scenario, &plan);
    for (uint64_t offset = part_bytes() - 1; error.status != GARIM_VERIFY;
         offset -= WINDOW / 2) {
        leave(&scenario, &plan);
        change_part(offset);
        error = resume(&scenario, false);
        cr_assert(error.status == GARIM_OK || error.status == GARIM_VERIFY);
        if (error.status == GARIM_OK) cr_assert(resume_is_there());
    }
    resume_free_files();
}

Test(verify, a_complete_part)
{
    const struct scenario scenario = many_windows();
    const struct fault_plan plan = {FAULT_PUBLISH, 1, 0};
    resume_make_files(&scenario);
    leave(&scenario, &plan);
    change_part(12345);
    const struct garim_error error = resume(&scenario, true);
    check_refusal(&error, 12345);
    struct scenario again = scenario;
    again.options.restart = true;
    fault_begin(NULL);
    struct outcome outcome = job_run(&again);
    resume_check_numbers(&again, &outcome);
    job_clear(&outcome);
    cr_assert(resume_is_there());
    resume_free_files();
}

/* What fails before it has added anything takes nothing away. */
Test(verify, an_input_that_cannot_be_read_now)
{
    const struct scenario scenario = resume_job();
    unsigned failures = 0;
    resume_make_files(&scenario);
    for (unsigned long when = 1; when < 6; when++) {
        const struct fault_plan plan = {FAULT_READ, when, EIO};
        struct scenario again = scenario;
        resume_leave(LEFT_SAME, &scenario);
        again.options.resume = true;
        fault_begin(&plan);
        struct outcome outcome = job_run(&again);
        /* Trials of O_DIRECT may fail. */
        if (outcome.status != GARIM_OK) {
            failures++;
            cr_assert(outcome.status == GARIM_INPUT ||
                      outcome.status == GARIM_OUTPUT);
            cr_assert(resume_exists(job_part_path) &&
                      resume_exists(job_state_path));
        }
        job_clear(&outcome);
        resume_to_the_end(&scenario);
    }
    cr_assert_gt(failures, 1);
    resume_free_files();
}

/* Before the first record, not after the last. */
Test(verify, a_folder_where_nothing_can_be_published)
{
    const struct fault_plan plan = {FAULT_CAN_PUBLISH, 1, EINVAL};
    struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    fault_begin(&plan);
    struct outcome outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, GARIM_OUTPUT);
    cr_assert_not_null(strstr(outcome.error.message, "--force"));
    cr_assert_eq(fault_count(FAULT_WRITE), 0);
    cr_assert(!resume_exists(job_part_path) && !resume_exists(job_state_path));
    job_clear(&outcome);
    scenario.options.force = true;
    fault_begin(&plan);
    outcome = job_run(&scenario);
    resume_check_numbers(&scenario, &outcome);
    job_clear(&outcome);
    resume_free_files();
}
