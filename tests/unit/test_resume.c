/* test_resume.c - jobs that are cut off at every call, and go on
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "power.h"
#include "resume_support.h"

TestSuite(resume, .init = job_set_up, .fini = job_tear_down, .timeout = 300);

/* ---- every call ---------------------------------------------------------- */

static void end_everywhere(const struct scenario *scenario)
{
    resume_make_files(scenario);
    int status = FAULT_EXIT;
    unsigned long calls = 0;
    while (status == FAULT_EXIT) {
        const struct fault_plan plan = {FAULT_ANY, ++calls, 0};
        status = resume_run_apart(scenario, &plan);
        cr_assert(status == GARIM_OK || status == FAULT_EXIT);
        resume_to_the_end(scenario);
        (void)unlink(job_out_path);
    }
    cr_assert_gt(calls, 60);
    resume_free_files();
}

Test(resume, ended_before_every_call)
{
    for (size_t variant = 0; variant < RESUME_VARIANTS; variant++) {
        const struct scenario scenario = resume_job_of(variant);
        end_everywhere(&scenario);
    }
}

Test(resume, ended_before_every_call_of_the_resumed_run)
{
    const struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    int status = FAULT_EXIT;
    for (unsigned long calls = 1; status == FAULT_EXIT; calls++) {
        const struct fault_plan first = {FAULT_WRITE, 6, 0};
        const struct fault_plan second = {FAULT_ANY, calls, 0};
        struct scenario again = scenario;
        again.options.resume = true;
        cr_assert_eq(resume_run_apart(&scenario, &first), FAULT_EXIT);
        status = resume_run_apart(&again, &second);
        cr_assert(status == GARIM_OK || status == FAULT_EXIT);
        resume_to_the_end(&scenario);
        (void)unlink(job_out_path);
    }
    resume_free_files();
}

/* ---- the power goes ------------------------------------------------------ */

/* In a process of its own: a run, if `first` says so one that fails before it,
 * until the power goes. */
static int run_until_dark(const struct scenario *scenario,
                          const struct fault_plan *first, unsigned long calls)
{
    const struct fault_plan dark = {FAULT_ANY, calls, FAULT_POWER};
    const pid_t child = fork();
    if (child == 0) {
        struct scenario again = *scenario;
        power_begin(calls);
        fault_begin(first);
        if (first != NULL) (void)job_run(scenario);
        again.options.resume = first != NULL;
        fault_begin(&dark);
        const enum garim_status end = job_run(&again).status;
        power_cut();
        _exit((int)end);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "wait status %d", status);
    return WEXITSTATUS(status);
}

static void darken(const struct fault_plan *first, size_t variant)
{
    const struct scenario scenario = resume_job_of(variant);
    resume_make_files(&scenario);
    int status = FAULT_EXIT;
    for (unsigned long calls = 1; status == FAULT_EXIT; calls++) {
        status = run_until_dark(&scenario, first, calls);
        cr_assert(status == GARIM_OK || status == FAULT_EXIT);
        resume_to_the_end(&scenario);
        (void)unlink(job_out_path);
    }
    resume_free_files();
}

Test(resume, power_failure_before_every_call)
{
    for (size_t variant = 0; variant < RESUME_VARIANTS; variant++)
        darken(NULL, variant);
}

/* After a sync that failed what is seen is not what is on the medium. */
Test(resume, power_failure_after_failed_syncs)
{
    for (unsigned long when = 3; when < 8; when++) {
        const struct fault_plan first = {FAULT_SYNC_DATA, when, EIO};
        darken(&first, when % RESUME_VARIANTS);
    }
}

/* ---- every failure ------------------------------------------------------- */

/* What a failed job leaves is either nothing or enough to go on with. */
static void check_failure(const struct outcome *outcome)
{
    const char *message = outcome->error.message;
    const bool kept = resume_exists(job_part_path);
    if (outcome->report.published) {
        cr_assert(resume_is_there());
        cr_assert_not_null(strstr(message, "has its name"));
        return;
    }
    cr_assert(!resume_exists(job_out_path));
    cr_assert_eq(kept, strstr(message, "--resume goes on") != NULL, "%s",
                 message);
    if (outcome->status == GARIM_INPUT || outcome->status == GARIM_DATA)
        cr_assert(!kept);
}

Test(resume, failure_of_every_call)
{
    static const int errors[] = {ENOSPC, EIO};
    const struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        bool struck = true;
        for (unsigned long calls = 1; struck; calls++) {
            const struct fault_plan plan = {FAULT_ANY, calls, errors[i]};
            fault_begin(&plan);
            struct outcome outcome = job_run(&scenario);
            struck = fault_struck();
            if (outcome.status == GARIM_OK)
                resume_check_numbers(&scenario, &outcome);
            else
                check_failure(&outcome);
            job_clear(&outcome);
            resume_to_the_end(&scenario);
            (void)unlink(job_out_path);
        }
    }
    resume_free_files();
}

/* A run that goes on and fails leaves what it found, but for an input that
 * cannot be read. */
Test(resume, failure_of_every_call_of_the_resumed_run)
{
    const struct scenario scenario = resume_job();
    struct scenario again = scenario;
    again.options.resume = true;
    resume_make_files(&scenario);
    bool struck = true;
    for (unsigned long calls = 1; struck; calls++) {
        const struct fault_plan plan = {FAULT_ANY, calls, EIO};
        resume_leave(LEFT_SAME, &scenario);
        fault_begin(&plan);
        struct outcome outcome = job_run(&again);
        struck = fault_struck();
        if (outcome.status == GARIM_OK)
            resume_check_numbers(&scenario, &outcome);
        else if (outcome.status != GARIM_INPUT && !outcome.report.published)
            cr_assert(resume_exists(job_part_path) &&
                          resume_exists(job_state_path),
                      "call %lu: %s", calls, outcome.error.message);
        job_clear(&outcome);
        resume_to_the_end(&scenario);
        (void)unlink(job_out_path);
    }
    resume_free_files();
}

/* ---- lanes that wait for checkpoints ------------------------------------- */

/* The last window comes to less than a checkpoint: no other will be taken, and
 * the lane that waits for room must not wait for one. */
Test(resume, short_last_window)
{
    struct scenario scenario = resume_job();
    scenario.records = 1050; /* 5 windows and 10 bytes */
    scenario.io = NULL;
    scenario.options.window_bytes = 16384;
    scenario.options.checkpoint_bytes = 4096;
    resume_make_files(&scenario);
    for (unsigned i = 0; i < 40; i++) {
        scenario.options.io = i & 1 ? GARIM_IO_URING : GARIM_IO_POSIX;
        scenario.options.threads = 2 + i % 3;
        struct outcome outcome = job_run(&scenario);
        resume_check_numbers(&scenario, &outcome);
        job_clear(&outcome);
        (void)unlink(job_out_path);
    }
    resume_free_files();
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
    if (meddler->touch) job_write_file(job_in_path, resume_input, 1000);
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
    resume_make_files(scenario);
    struct outcome outcome = job_run(scenario);
    scenario->options.progress = NULL;
    return outcome;
}

Test(resume, interrupted)
{
    for (int i = 0; i < 2; i++) {
        struct scenario scenario = resume_job();
        scenario.options.io = i ? GARIM_IO_URING : GARIM_IO_POSIX;
        scenario.options.checkpoint_bytes = GARIM_NONE;
        struct outcome outcome = run_meddled(&scenario, false);
        cr_assert_eq(outcome.status, GARIM_TEMPORARY);
        cr_assert_not_null(strstr(outcome.error.message, "--resume goes on"));
        cr_assert(resume_exists(job_part_path) && !resume_exists(job_out_path));
        job_clear(&outcome);
        resume_to_the_end(&scenario);
        (void)unlink(job_out_path);
        resume_free_files();
    }
}

Test(resume, input_that_changes)
{
    struct scenario scenario = resume_job();
    struct outcome outcome = run_meddled(&scenario, true);
    cr_assert_eq(outcome.status, GARIM_INPUT);
    cr_assert(!resume_exists(job_part_path) && !resume_exists(job_state_path));
    cr_assert(!resume_exists(job_out_path));
    job_clear(&outcome);
    resume_free_files();
}
