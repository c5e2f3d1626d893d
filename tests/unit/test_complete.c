/* test_complete.c - a whole part that was touched does not get its name
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "resume_support.h"

TestSuite(complete, .init = job_set_up, .fini = job_tear_down, .timeout = 60);

/* 0: nothing; its time by a nanosecond, a second; its size. */
static void touch(int how)
{
    const int file = open(job_part_path, O_RDWR);
    struct stat status;
    cr_assert_geq(file, 0);
    cr_assert_eq(fstat(file, &status), 0);
    struct timespec times[] = {status.st_atim, status.st_mtim};
    if (how == 1) times[1].tv_nsec ^= 1;
    if (how == 2) times[1].tv_sec++;
    if (how == 3) cr_assert_eq(ftruncate(file, status.st_size + 1), 0);
    cr_assert_eq(futimens(file, times), 0);
    (void)close(file);
}

Test(complete, the_part_is_the_one_that_was_noted)
{
    const struct scenario scenario = resume_job();
    resume_make_files(&scenario);
    for (int how = 0; how < 4; how++) {
        struct scenario again = scenario;
        resume_leave(LEFT_COMPLETE, &scenario);
        touch(how);
        again.options.resume = true;
        fault_begin(NULL);
        struct outcome outcome = job_run(&again);
        cr_assert_eq(outcome.status, how == 0 ? GARIM_OK : GARIM_IN_THE_WAY,
                     "change %d: %s", how, outcome.error.message);
        cr_assert_eq(resume_exists(job_part_path), how > 0);
        cr_assert_eq(resume_exists(job_out_path), how == 0);
        job_clear(&outcome);
    }
    resume_free_files();
}
