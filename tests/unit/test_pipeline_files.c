/* test_pipeline_files.c - inputs and outputs that fail, change or go away
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "job_support.h"

TestSuite(pipeline_files, .init = job_set_up, .fini = job_tear_down,
          .timeout = 300);

/* ---- the input ----------------------------------------------------------- */

struct meddler {
    void (*meddle)(void);
    int calls;
};

/* Meddle at the first look, while the job is held up by a slow reader. */
static bool meddle(void *user, const struct garim_progress *progress)
{
    struct meddler *meddler = user;
    cr_assert_leq(progress->bytes_in, progress->bytes_total);
    if (meddler->calls++ == 0) meddler->meddle();
    return true;
}

static void shrink_input(void)
{
    cr_assert_eq(truncate(job_in_path, 1000000), 0);
}

static void touch_input(void)
{
    const int file = open(job_in_path, O_WRONLY);
    cr_assert_eq(pwrite(file, "A", 1, 1000), 1);
    (void)close(file);
}

static void *drain_late(void *argument)
{
    struct pump *pump = argument;
    const int fifo = open(pump->path, O_RDONLY);
    (void)usleep(400 * 1000);
    job_read_all(fifo, &pump->data, &pump->bytes);
    (void)close(fifo);
    return NULL;
}

static void run_meddled(void (*how)(void), const char *words)
{
    for (int i = 0; i < 2; i++) {
        struct scenario scenario = job_line_scenario();
        struct meddler meddler = {how, 0};
        scenario.records = 100000;
        scenario.options.threads = 2;
        scenario.options.io = i ? GARIM_IO_URING : GARIM_IO_POSIX;
        scenario.options.progress = meddle;
        scenario.options.progress_user = &meddler;
        scenario.options.input = job_in_path;
        scenario.options.output = job_out_path;
        uint8_t *input = job_make_input(&scenario);
        job_write_file(job_in_path, input, job_input_size(&scenario));
        (void)unlink(job_out_path);
        cr_assert_eq(mkfifo(job_out_path, 0600), 0);
        struct pump drainer = {job_out_path, NULL, 0};
        pthread_t thread;
        (void)pthread_create(&thread, NULL, drain_late, &drainer);
        struct outcome outcome = job_run(&scenario);
        (void)pthread_join(thread, NULL);
        cr_assert_geq(meddler.calls, 1);
        cr_assert_eq(outcome.status, GARIM_INPUT);
        cr_assert_not_null(strstr(outcome.error.message, words), "%s",
                           outcome.error.message);
        free(drainer.data);
        job_clear(&outcome);
        free(input);
    }
}

Test(pipeline_files, input_that_shrinks)
{
    run_meddled(shrink_input, "shrank");
}

Test(pipeline_files, input_that_changes)
{
    run_meddled(touch_input, "changed");
}

Test(pipeline_files, input_that_can_not_be_opened)
{
    struct scenario scenario = job_line_scenario();
    scenario.options.output = job_out_path;
    scenario.options.input = job_in_path;
    struct outcome outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, GARIM_INPUT);
    cr_assert_str_eq(outcome.error.path, job_in_path);
    scenario.options.input = job_folder;
    outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, GARIM_INPUT);
    cr_assert_eq(access(job_part_path, F_OK), -1);
}

/* ---- the output ---------------------------------------------------------- */

static enum garim_status run_to(struct scenario *scenario, const char *output,
                                struct garim_error *ret_error)
{
    scenario->options.input = job_in_path;
    scenario->options.output = output;
    struct outcome outcome = job_run(scenario);
    *ret_error = outcome.error;
    job_clear(&outcome);
    return outcome.status;
}

Test(pipeline_files, output_that_exists)
{
    struct scenario scenario = job_line_scenario();
    struct garim_error error;
    char link_path[160];
    uint8_t *input = job_make_input(&scenario);
    job_write_file(job_in_path, input, job_input_size(&scenario));
    job_write_file(job_out_path, input, 10);
    cr_assert_eq(run_to(&scenario, job_out_path, &error), GARIM_IN_THE_WAY);
    cr_assert_not_null(strstr(error.message, "--force"));
    cr_assert_eq(run_to(&scenario, job_in_path, &error), GARIM_USAGE);
    cr_assert_eq(run_to(&scenario, job_folder, &error), GARIM_OUTPUT);
    cr_assert_eq(run_to(&scenario, "/var/tmp/no/such/job_folder", &error),
                 GARIM_OUTPUT);
    scenario.options.force = true;
    cr_assert_eq(run_to(&scenario, job_in_path, &error), GARIM_USAGE);
    (void)snprintf(link_path, sizeof link_path, "%s/link", job_folder);
    cr_assert_eq(symlink(job_in_path, link_path), 0);
    cr_assert_eq(run_to(&scenario, link_path, &error), GARIM_USAGE);
    (void)unlink(link_path);
    cr_assert_eq(symlink(job_out_path, link_path), 0);
    cr_assert_eq(run_to(&scenario, link_path, &error), GARIM_USAGE);
    (void)unlink(link_path);
    (void)umask(0);
    cr_assert_eq(run_to(&scenario, job_out_path, &error), GARIM_OK);
    struct stat status;
    cr_assert_eq(stat(job_out_path, &status), 0);
    cr_assert_eq((size_t)status.st_size, job_input_size(&scenario));
    cr_assert_eq(status.st_mode & 07777, 0600);
    (void)umask(077);
    scenario.options.output_mode = 0640;
    cr_assert_eq(run_to(&scenario, job_out_path, &error), GARIM_OK);
    cr_assert_eq(stat(job_out_path, &status), 0);
    cr_assert_eq(status.st_mode & 07777, 0640);
    const int saved = job_redirect(job_in_path, O_RDWR | O_APPEND, 1);
    const enum garim_status itself = run_to(&scenario, NULL, &error);
    (void)dup2(saved, 1);
    cr_assert_eq(itself, GARIM_USAGE);
    cr_assert_eq(run_to(&scenario, "/dev/null", &error), GARIM_OK);
    free(input);
}

Test(pipeline_files, part_that_exists)
{
    struct scenario scenario = job_line_scenario();
    struct garim_error error;
    uint8_t *input = job_make_input(&scenario);
    job_write_file(job_in_path, input, job_input_size(&scenario));
    job_write_file(job_part_path, input, 10);
    cr_assert_eq(run_to(&scenario, job_out_path, &error), GARIM_IN_THE_WAY);
    cr_assert_not_null(strstr(error.message, "--restart"));
    cr_assert_str_eq(error.path, job_part_path);
    scenario.options.restart = true;
    const int holder = open(job_part_path, O_RDWR);
    cr_assert_eq(flock(holder, LOCK_EX), 0);
    cr_assert_eq(run_to(&scenario, job_out_path, &error), GARIM_TEMPORARY);
    cr_assert_eq(access(job_part_path, F_OK), 0);
    (void)close(holder);
    cr_assert_eq(run_to(&scenario, job_out_path, &error), GARIM_OK);
    cr_assert_eq(access(job_part_path, F_OK), -1);
    free(input);
}

/* From a FIFO to `target`: a stream gives no size in advance, so the write
 * fails. */
static enum garim_status run_out_of_space(struct scenario *scenario,
                                          uint8_t *input, const char *target)
{
    char fifo[160];
    (void)snprintf(fifo, sizeof fifo, "%s/fifo", job_folder);
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    struct pump feeder = {fifo, input, job_input_size(scenario)};
    pthread_t thread;
    (void)pthread_create(&thread, NULL, job_feed, &feeder);
    scenario->options.input = fifo;
    scenario->options.output = target;
    struct outcome outcome = job_run(scenario);
    job_clear(&outcome);
    (void)pthread_join(thread, NULL);
    (void)unlink(fifo);
    return outcome.status;
}

/* In a namespace that goes away with this process, however it ends. */
static bool mount_small(const char *place)
{
    return unshare(CLONE_NEWNS) == 0 &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", place, "tmpfs", 0, "size=1m") == 0;
}

Test(pipeline_files, no_space)
{
    char place[160];
    char target[192];
    (void)snprintf(place, sizeof place, "%s/small", job_folder);
    cr_assert_eq(mkdir(place, 0700), 0);
    const bool mounted = mount_small(place);
    if (!mounted) (void)rmdir(place);
    (void)snprintf(target, sizeof target, "%s/out",
                   mounted ? place : job_folder);
    struct scenario scenario = job_line_scenario();
    struct garim_error error;
    scenario.records = 40000;
    uint8_t *input = job_make_input(&scenario);
    job_write_file(job_in_path, input, job_input_size(&scenario));
    const struct rlimit limit = {1 << 20, RLIM_INFINITY};
    if (!mounted) cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const enum garim_status up_front = run_to(&scenario, target, &error);
    const int left = access(strcat(strcpy(place, target), ".part"), F_OK);

    enum garim_status late[4];
    for (unsigned i = 0; i < 4; i++) {
        scenario.options.threads = 1 + i;
        scenario.options.io = i & 1 ? GARIM_IO_URING : GARIM_IO_POSIX;
        late[i] = run_out_of_space(&scenario, input, target);
    }
    const int left_late = access(place, F_OK);
    (void)snprintf(place, sizeof place, "%s/small", job_folder);
    if (mounted) (void)umount(place);
    (void)rmdir(place);
    cr_assert_eq(up_front, GARIM_OUTPUT);
    cr_assert_eq(left, -1);
    cr_assert_eq(left_late, -1);
    for (unsigned i = 0; i < 4; i++)
        cr_assert_eq(late[i], GARIM_OUTPUT);
    free(input);
}

static void *drain_little(void *argument)
{
    const struct pump *pump = argument;
    uint8_t few[1000];
    const int fifo = open(pump->path, O_RDONLY);
    (void)!read(fifo, few, sizeof few);
    (void)close(fifo);
    return NULL;
}

Test(pipeline_files, reader_that_goes_away)
{
    (void)signal(SIGPIPE, SIG_DFL);
    struct scenario scenario = job_line_scenario();
    scenario.records = 40000;
    uint8_t *input = job_make_input(&scenario);
    job_write_file(job_in_path, input, job_input_size(&scenario));
    cr_assert_eq(mkfifo(job_out_path, 0600), 0);
    for (unsigned i = 0; i < 6; i++) {
        struct garim_error error;
        struct pump drainer = {job_out_path, NULL, 0};
        pthread_t thread;
        (void)pthread_create(&thread, NULL, drain_little, &drainer);
        scenario.options.threads = 1 + i / 2;
        scenario.options.io = i & 1 ? GARIM_IO_URING : GARIM_IO_POSIX;
        cr_assert_eq(run_to(&scenario, job_out_path, &error), GARIM_OUTPUT);
        cr_assert_not_null(strstr(error.message, "reader"));
        (void)pthread_join(thread, NULL);
    }
    free(input);
}

/* ---- interruption -------------------------------------------------------- */

static bool interrupt(void *user, const struct garim_progress *progress)
{
    (void)user;
    (void)progress;
    return false;
}

Test(pipeline_files, interrupted_while_a_peer_sleeps, .timeout = 30)
{
    for (unsigned i = 0; i < 12; i++) {
        struct scenario scenario = job_line_scenario();
        scenario.records = 20000;
        scenario.options.threads = 1 + i / 4;
        scenario.options.io = i & 1 ? GARIM_IO_URING : GARIM_IO_POSIX;
        scenario.options.progress = interrupt;
        uint8_t *input = job_make_input(&scenario);
        (void)unlink(job_in_path);
        (void)unlink(job_out_path);
        /* Either a silent writer or a sleeping reader. */
        const bool silent = i & 2;
        if (silent)
            cr_assert_eq(mkfifo(job_in_path, 0600), 0);
        else
            job_write_file(job_in_path, input, job_input_size(&scenario));
        if (!silent) cr_assert_eq(mkfifo(job_out_path, 0600), 0);
        const int peer = open(silent ? job_in_path : job_out_path, O_RDWR);
        struct garim_error error;
        cr_assert_eq(run_to(&scenario, job_out_path, &error), GARIM_TEMPORARY);
        cr_assert_not_null(strstr(error.message, "interrupted"));
        cr_assert_eq(access(job_part_path, F_OK), -1);
        (void)close(peer);
        free(input);
    }
}

/* ---- no ring ------------------------------------------------------------- */

/* As Docker's default profile does. */
static void deny_rings(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof *code, code};
    cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

Test(pipeline_files, ring_that_is_refused)
{
    struct scenario scenario = job_line_scenario();
    uint8_t *input = job_make_input(&scenario);
    job_write_file(job_in_path, input, job_input_size(&scenario));
    scenario.options.input = job_in_path;
    scenario.options.output = job_out_path;
    deny_rings();
    struct outcome outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, GARIM_OK, "%s", outcome.error.message);
    cr_assert_str_eq(outcome.report.io, "posix");
    cr_assert_not_null(strstr(outcome.report.notes, "io_uring"));
    scenario.options.io = GARIM_IO_URING;
    scenario.options.force = true;
    outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, GARIM_USAGE);
    cr_assert_eq(access(job_part_path, F_OK), -1);
    free(input);
}
