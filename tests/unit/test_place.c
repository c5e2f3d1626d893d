/* test_place.c - whose a file is, and who may write a folder
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "publish/place.h"

/* What is true of a file: `uid` is added to this user's own. */
struct facts {
    mode_t mode;
    uid_t uid;
    nlink_t links;
    mode_t wanted;
    bool own;
};

static struct stat status_of(const struct facts *facts)
{
    return (struct stat){.st_mode = facts->mode,
                         .st_uid = geteuid() + facts->uid,
                         .st_nlink = facts->links};
}

Test(place, own_files)
{
    static const struct facts cases[] = {
        {S_IFREG | 0600, 0, 1, 0, true},
        {S_IFREG | 0644, 0, 1, 0, true},
        {S_IFREG | 0755, 0, 1, 0, true},
        {S_IFREG | 0600, 1, 1, 0, false},
        {S_IFREG | 0600, 0, 2, 0, false},
        {S_IFREG | 0600, 0, 0, 0, false},
        {S_IFLNK | 0600, 0, 1, 0, false},
        {S_IFDIR | 0600, 0, 1, 0, false},
        {S_IFIFO | 0600, 0, 1, 0, false},
        {S_IFCHR | 0600, 0, 1, 0, false},
        {S_IFREG | 0620, 0, 1, 0, false},
        {S_IFREG | 0602, 0, 1, 0, false},
        {S_IFREG | 0666, 0, 1, 0, false},
        /* Others may write where the mode is just the one that is wished. */
        {S_IFREG | 0660, 0, 1, 0660, true},
        {S_IFREG | 0662, 0, 1, 0660, false},
        {S_IFREG | 04660, 0, 1, 0660, false},
        {S_IFREG | 0600, 0, 1, 0660, true},
        {S_IFREG | 0660, 1, 1, 0660, false},
        {S_IFREG | 0660, 0, 2, 0660, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct stat status = status_of(&cases[i]);
        cr_assert_eq(garim_place_is_own(&status, cases[i].wanted), cases[i].own,
                     "case %zu", i);
    }
}

/* ---- a back end that says what it is told -------------------------------- */

static struct stat held, named;
static int held_result, named_result;

static int say_held(int descriptor, struct stat *ret_status)
{
    (void)descriptor;
    *ret_status = held;
    return held_result;
}

static int say_named(int folder, const char *name, struct stat *ret_status)
{
    (void)folder;
    (void)name;
    *ret_status = named;
    return named_result;
}

static const struct garim_io io = {.status = say_held,
                                   .name_status = say_named};

Test(place, private_folders)
{
    static const struct facts cases[] = {
        {S_IFDIR | 0700, 0, 2, 0, true},   {S_IFDIR | 0755, 0, 9, 0, true},
        {S_IFDIR | 0700, 1, 2, 0, false},  {S_IFDIR | 0770, 0, 2, 0, false},
        {S_IFDIR | 0707, 0, 2, 0, false},  {S_IFDIR | 0720, 0, 2, 0, false},
        {S_IFDIR | 01777, 0, 2, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        held = status_of(&cases[i]);
        held_result = 0;
        cr_assert_eq(garim_place_is_private(&io, 3), cases[i].own, "case %zu",
                     i);
        held_result = -EIO;
        cr_assert_not(garim_place_is_private(&io, 3), "case %zu", i);
    }
}

Test(place, names_of_the_file_that_is_held)
{
    held_result = named_result = 0;
    held = named = (struct stat){.st_dev = 4, .st_ino = 5};
    cr_assert(garim_place_holds_name(&io, 3, "a", 4));
    named.st_ino = 6;
    cr_assert_not(garim_place_holds_name(&io, 3, "a", 4));
    named = (struct stat){.st_dev = 9, .st_ino = 5};
    cr_assert_not(garim_place_holds_name(&io, 3, "a", 4));
    named = held;
    named_result = -ENOENT;
    cr_assert_not(garim_place_holds_name(&io, 3, "a", 4));
    named_result = 0;
    held_result = -EIO;
    cr_assert_not(garim_place_holds_name(&io, 3, "a", 4));
}
