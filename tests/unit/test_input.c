/* test_input.c - an input that is another one than it was
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>

#include <criterion/criterion.h>

#include "pipeline/input.h"

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
