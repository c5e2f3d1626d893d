/* test_publish.c - a name that is taken, or that another file gets
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
