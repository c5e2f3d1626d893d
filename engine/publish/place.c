/* place.c - the folder of an output: its names, its locks, who may write there
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "publish/place.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"

enum {
    PAUSE_MILLISECONDS = 20,
    OTHERS_WRITE = S_IWGRP | S_IWOTH,
    MODE_BITS = 07777,
};

const char *garim_place_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* ---- locks --------------------------------------------------------------- */

void garim_place_pause(void)
{
    static const struct timespec moment = {
        .tv_nsec = PAUSE_MILLISECONDS * 1000L * 1000,
    };
    (void)nanosleep(&moment, NULL);
}

int garim_place_lock(const struct garim_io *io, int descriptor,
                     unsigned patience)
{
    ASSERT(descriptor >= 0);
    int result = io->lock(descriptor);
    for (; patience > 0 && result == -EWOULDBLOCK; patience--) {
        garim_place_pause();
        result = io->lock(descriptor);
    }
    return result;
}

bool garim_place_is_held(const struct garim_io *io, int folder,
                         const char *name, int descriptor)
{
    struct stat held;
    struct stat named;
    ASSERT(folder >= 0 && descriptor >= 0);
    return io->status(descriptor, &held) == 0 &&
           io->name_status(folder, name, &named) == 0 &&
           held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

/* ---- trust --------------------------------------------------------------- */

bool garim_place_is_own(const struct stat *status, mode_t mode)
{
    return S_ISREG(status->st_mode) && status->st_uid == geteuid() &&
           status->st_nlink == 1 &&
           ((status->st_mode & OTHERS_WRITE) == 0 ||
            (mode != 0 && (status->st_mode & MODE_BITS) == mode));
}

bool garim_place_is_private(const struct garim_io *io, int folder)
{
    struct stat status;
    return io->status(folder, &status) == 0 && status.st_uid == geteuid() &&
           (status.st_mode & OTHERS_WRITE) == 0;
}
