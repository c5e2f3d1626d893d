/* real_io.h - the calls of the real back ends, made to fail under them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The linker leads these calls here (--wrap); with the plan all zero they are
 * what they were.
 */
#ifndef GARIM_TESTS_UNIT_REAL_IO_H
#define GARIM_TESTS_UNIT_REAL_IO_H

#include <stddef.h>
#include <sys/types.h>

struct real_plan {
    int transfer_error; /* that transfers end with, errors_left times */
    unsigned errors_left;
    size_t transfer_max; /* bytes that a transfer moves at the most */
    long file_system;    /* what fstatfs says */
    int sync_error;      /* of fsync and fdatasync */
    unsigned calls;      /* transfers and syncs, counted */
    ino_t synced;        /* the inode of the last fsync */
};

extern struct real_plan real_plan;

#endif
