/* test_publish.c - names that are taken, or that another file gets
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "resume_support.h"

TestSuite(publish, .init = job_set_up, .fini = job_tear_down, .timeout = 60);

static int publish_result;

/* Somebody else is quicker. */
static int publish_another(int folder, int descriptor, const char *from,
                           const char *to, bool replaces)
{
    (void)folder;
    (void)descriptor;
    (void)from;
    (void)to;
    (void)replaces;
    job_write_file(job_out_path, (const uint8_t *)"another", 7);
    return publish_result;
}

static void expect(int result, enum garim_status status, const char *word)
{
    struct scenario scenario = resume_job();
    struct garim_io io = fault_io;
    publish_result = result;
    io.publish = publish_another;
    scenario.io = &io;
    resume_make_files(&scenario);
    fault_begin(NULL);
    struct outcome outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, status, "%s", outcome.error.message);
    cr_assert_not_null(strstr(outcome.error.message, word), "%s",
                       outcome.error.message);
    job_clear(&outcome);
    resume_free_files();
}

Test(publish, a_name_that_is_taken)
{
    expect(-EEXIST, GARIM_IN_THE_WAY, "appeared during the run");
}

Test(publish, a_name_that_another_file_got)
{
    expect(0, GARIM_OUTPUT, "do not use it");
}

/* ---- the part ------------------------------------------------------------ */

/* The part gives way to another file; the output gets no name. */
static int replace_the_part(int folder, int descriptor, const char *from,
                            const char *to, bool replaces)
{
    (void)folder;
    (void)descriptor;
    (void)from;
    (void)to;
    (void)replaces;
    cr_assert_eq(unlink(job_part_path), 0);
    job_write_file(job_part_path, (const uint8_t *)"another", 7);
    return -EIO;
}

/* It is not removed, and nobody is told to go on with it. */
static void expect_another_part(bool streams)
{
    struct scenario scenario = resume_job();
    struct garim_io io = fault_io;
    io.publish = replace_the_part;
    scenario.io = &io;
    resume_make_files(&scenario);
    struct pump feeder = {job_in_path, resume_input, job_input_size(&scenario)};
    pthread_t thread;
    if (streams) {
        cr_assert_eq(unlink(job_in_path), 0);
        cr_assert_eq(mkfifo(job_in_path, 0600), 0);
        (void)pthread_create(&thread, NULL, job_feed, &feeder);
    }
    fault_begin(NULL);
    struct outcome outcome = job_run(&scenario);
    if (streams) (void)pthread_join(thread, NULL);
    cr_assert_eq(outcome.status, GARIM_OUTPUT, "%s", outcome.error.message);
    cr_assert_null(strstr(outcome.error.message, "--resume"), "%s",
                   outcome.error.message);
    cr_assert(resume_exists(job_part_path));
    job_clear(&outcome);
    resume_free_files();
}

Test(publish, a_part_that_another_file_replaced)
{
    expect_another_part(false);
}

Test(publish, a_part_of_a_stream_that_another_file_replaced)
{
    expect_another_part(true);
}

/* ---- the state ----------------------------------------------------------- */

static int fail_to_sync(int folder)
{
    (void)folder;
    return resume_exists(job_out_path) ? -EIO : 0;
}

/* What a power failure could undo can be gone on with. */
Test(publish, a_name_that_is_not_synced)
{
    struct scenario scenario = resume_job();
    struct garim_io io = fault_io;
    io.sync_folder = fail_to_sync;
    scenario.io = &io;
    resume_make_files(&scenario);
    fault_begin(NULL);
    struct outcome outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, GARIM_OUTPUT, "%s", outcome.error.message);
    cr_assert_not_null(strstr(outcome.error.message, "synced"), "%s",
                       outcome.error.message);
    cr_assert(resume_is_there() && resume_exists(job_state_path));
    job_clear(&outcome);
    scenario.io = &fault_io;
    resume_to_the_end(&scenario);
    resume_free_files();
}
