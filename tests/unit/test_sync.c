/* test_sync.c - what is on the disk when something is said of it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The calls of the real back ends, as they come to the kernel: the linker leads
 * them here (--wrap), as those of real_io.h.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "job_support.h"
#include "real_io.h"

enum { NOTES_MAX = 4096 };

/* A letter each: d, a file's data is synced; s, the last file that was synced
 * whole is the one that gets a name now; n, it is another. */
static char notes[NOTES_MAX];
static ino_t inodes[NOTES_MAX], whole[NOTES_MAX]; /* the last fsync before */
static size_t note_count;

static void note(char what, ino_t inode)
{
    cr_assert_lt(note_count, NOTES_MAX);
    notes[note_count] = what;
    whole[note_count] = real_plan.synced;
    inodes[note_count++] = inode;
}

static ino_t inode_of(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 ? status.st_ino : 0;
}

int __real_fdatasync(int file);
int __wrap_fdatasync(int file);

int __wrap_fdatasync(int file)
{
    if (note_count < NOTES_MAX) note('d', inode_of(file));
    return __real_fdatasync(file);
}

int __real_linkat(int from_folder, const char *from, int folder,
                  const char *name, int flags);
int __wrap_linkat(int from_folder, const char *from, int folder,
                  const char *name, int flags);

int __wrap_linkat(int from_folder, const char *from, int folder,
                  const char *name, int flags)
{
    struct stat status;
    const bool known = fstatat(from_folder, from, &status, 0) == 0;
    if (note_count < NOTES_MAX && known)
        note(status.st_ino == real_plan.synced ? 's' : 'n', status.st_ino);
    return __real_linkat(from_folder, from, folder, name, flags);
}

static void tear_down(void)
{
    real_plan = (struct real_plan){0};
    job_tear_down();
}

TestSuite(sync, .init = job_set_up, .fini = tear_down, .timeout = 60);

/* Each checkpoint: the data of the part, then the slot that speaks of it; and
 * once before the first, the folder in which both have their names. */
static size_t count_checkpoints(ino_t part, ino_t folder)
{
    size_t pairs = 0;
    for (size_t i = 1; i < note_count; i++) {
        const bool of_state = notes[i] == 'd' && inodes[i] != part;
        if (!of_state || notes[i - 1] != 'd' || inodes[i - 1] != part) continue;
        cr_assert_eq(whole[i], folder, "the folder was not synced");
        pairs++;
    }
    return pairs;
}

static void run_job(enum garim_io_choice io)
{
    struct scenario scenario = job_line_scenario();
    struct stat folder, output;
    uint8_t *input = job_make_input(&scenario);
    job_write_file(job_in_path, input, job_input_size(&scenario));
    scenario.options.input = job_in_path;
    scenario.options.output = job_out_path;
    scenario.options.io = io;
    scenario.options.threads = 1;
    scenario.options.checkpoint_bytes = 16384;
    note_count = 0;
    struct outcome outcome = job_run(&scenario);
    if (outcome.status == GARIM_USAGE && io == GARIM_IO_URING)
        cr_skip_test("no io_uring here: %s", outcome.error.message);
    cr_assert_eq(outcome.status, GARIM_OK, "%s", outcome.error.message);
    cr_assert_eq(stat(job_out_path, &output), 0);
    cr_assert_eq(stat(job_folder, &folder), 0);
    cr_assert_geq(count_checkpoints(output.st_ino, folder.st_ino), 2);
    /* The last two: the state says complete, then the part gets its name. */
    cr_assert_geq(note_count, 2);
    cr_assert_eq(notes[note_count - 1], 's', "the part was not synced");
    cr_assert_eq(inodes[note_count - 1], output.st_ino);
    cr_assert_eq(notes[note_count - 2], 'd');
    cr_assert_neq(inodes[note_count - 2], output.st_ino);
    cr_assert_eq(real_plan.synced, folder.st_ino, "the folder comes last");
    job_clear(&outcome);
    free(input);
}

Test(sync, order_under_posix)
{
    run_job(GARIM_IO_POSIX);
}

Test(sync, order_under_io_uring)
{
    run_job(GARIM_IO_URING);
}
