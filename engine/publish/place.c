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

static int64_t now_ms(void)
{
    struct timespec now;
    const int result = clock_gettime(CLOCK_MONOTONIC, &now);
    ASSERT(result == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t garim_place_deadline(unsigned timeout_ms)
{
    return now_ms() + timeout_ms;
}

bool garim_place_wait(int64_t deadline)
{
    static const struct timespec moment = {
        .tv_nsec = PAUSE_MILLISECONDS * 1000L * 1000,
    };
    if (now_ms() >= deadline) return false;
    (void)nanosleep(&moment, NULL);
    return true;
}

int garim_place_lock(const struct garim_io *io, int descriptor,
                     unsigned timeout_ms)
{
    ASSERT(descriptor >= 0);
    const int64_t deadline = garim_place_deadline(timeout_ms);
    int result = io->lock(descriptor);
    while (result == -EWOULDBLOCK && garim_place_wait(deadline))
        result = io->lock(descriptor);
    return result;
}

bool garim_place_holds_name(const struct garim_io *io, int folder,
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
