/* test_input.c - an input that is another one than it was
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "job_support.h"
#include "publish/input.h"

TestSuite(input, .init = job_set_up, .fini = job_tear_down);

/* A back end that says what it is told. */
static struct stat now;
static int result;

static int say(int descriptor, struct stat *ret_status)
{
    (void)descriptor;
    *ret_status = now;
    return result;
}

static const struct garim_io io = {.status = say};

static const struct stat before = {
    .st_mode = S_IFREG | 0600,
    .st_dev = 3,
    .st_ino = 4,
    .st_size = 5000,
    .st_mtim = {60, 70},
    .st_ctim = {80, 90},
};

static enum garim_status check(bool end)
{
    const struct garim_input input = {
        .io = &io, .path = "in", .identity = before};
    struct garim_error error;
    return garim_input_check(&input, end, &error);
}

/* Each by itself: who changes a file can put its time back. */
Test(input, any_difference_is_a_change)
{
    for (int i = 0; i < 7; i++) {
        now = before;
        result = i == 6 ? -EIO : 0;
        if (i == 1) now.st_dev++;
        if (i == 2) now.st_ino++;
        if (i == 3) now.st_size--;
        if (i == 4) now.st_mtim.tv_sec--;
        if (i == 5) now.st_mtim.tv_nsec++;
        const enum garim_status right = i == 0 ? GARIM_OK : GARIM_INPUT;
        cr_assert_eq(check(false), right, "case %d", i);
        cr_assert_eq(check(true), right, "case %d", i);
    }
}

Test(input, is_known_by_device_and_inode)
{
    const struct garim_input input = {.identity = before};
    struct stat other = before;
    other.st_size = 1;
    cr_assert(garim_input_is(&input, &other));
    other.st_ino++;
    cr_assert_not(garim_input_is(&input, &other));
    other = before;
    other.st_dev++;
    cr_assert_not(garim_input_is(&input, &other));
    other = before;
    other.st_mode = S_IFIFO | 0600;
    cr_assert_not(garim_input_is(&input, &other));
    cr_assert_not(garim_input_is(NULL, &before));
    const struct garim_input disk = {
        .identity = {.st_mode = S_IFBLK, .st_rdev = 7, .st_ino = 1}};
    other = (struct stat){.st_mode = S_IFBLK, .st_rdev = 7, .st_ino = 2};
    cr_assert(garim_input_is(&disk, &other));
    other.st_rdev = 8;
    cr_assert_not(garim_input_is(&disk, &other));
}

/* ---- the print ----------------------------------------------------------- */

enum { BYTES = 200000 };

static void seal_as_it_is(const void *user, enum garim_seal_use use,
                          uint8_t digest[32])
{
    (void)user;
    (void)digest;
    cr_assert_eq(use, GARIM_SEAL_INPUT);
}

/* Change a byte and nothing that a look at the file tells. */
static void change_byte(off_t offset)
{
    const int file = open(job_in_path, O_RDWR);
    struct stat status;
    uint8_t byte;
    cr_assert_eq(fstat(file, &status), 0);
    cr_assert_eq(pread(file, &byte, 1, offset), 1);
    byte ^= 1;
    cr_assert_eq(pwrite(file, &byte, 1, offset), 1);
    const struct timespec times[] = {status.st_atim, status.st_mtim};
    cr_assert_eq(futimens(file, times), 0);
    (void)close(file);
}

/* At the end its first and its last bytes are looked at, too. */
Test(input, both_ends_are_compared)
{
    static const off_t offsets[] = {0, 65535, BYTES - 65536, BYTES - 1};
    const struct garim_seal seal = {NULL, seal_as_it_is};
    struct garim_job_options options = {.input = job_in_path};
    uint8_t *data = calloc(1, BYTES);
    job_write_file(job_in_path, data, BYTES);
    free(data);
    for (size_t i = 0; i < 8; i++) {
        struct garim_input input;
        struct garim_error error;
        options.without = i < 4 ? GARIM_WITHOUT_DIRECT : 0;
        cr_assert_eq(
            garim_input_open(&input, &garim_io_posix, &options, &seal, &error),
            GARIM_OK, "%s", error.message);
        cr_assert_eq(garim_input_check(&input, true, &error), GARIM_OK);
        change_byte(offsets[i % 4]);
        cr_assert_eq(garim_input_check(&input, false, &error), GARIM_OK);
        cr_assert_eq(garim_input_check(&input, true, &error), GARIM_INPUT,
                     "byte %d", (int)offsets[i % 4]);
        garim_input_close(&input);
    }
}
