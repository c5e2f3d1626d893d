/* io_file.c - file calls, and the rules for short and interrupted transfers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "io/io_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

enum {
    SECTOR_BYTES = 512,
    PIPE_BYTES = 1 << 20, /* what anybody may ask for by default */
};

static int errno_or_zero(int result)
{
    return result < 0 ? -errno : 0;
}

int garim_file_close(int descriptor)
{
    /* Linux has released the descriptor even where close says EINTR. */
    const int result = errno_or_zero(close(descriptor));
    return result == -EINTR ? 0 : result;
}

int garim_file_status(int descriptor, struct stat *ret_status)
{
    return errno_or_zero(fstat(descriptor, ret_status));
}

int garim_file_set_mode(int descriptor, mode_t mode)
{
    return errno_or_zero(fchmod(descriptor, mode));
}

int64_t garim_file_position(int descriptor)
{
    const off_t position = lseek(descriptor, 0, SEEK_CUR);
    return position < 0 ? -errno : position;
}

int garim_file_set_position(int descriptor, uint64_t position)
{
    return lseek(descriptor, (off_t)position, SEEK_SET) < 0 ? -errno : 0;
}

/* Through FUSE a server answers, whose short writes are not those of a disk:
 * with io_uring on Linux 6.18 they are taken for whole. */
static bool is_fuse(int descriptor)
{
    struct statfs status;
    return fstatfs(descriptor, &status) == 0 &&
           status.f_type == FUSE_SUPER_MAGIC;
}

int garim_file_set_direct(int descriptor, bool direct)
{
    if (direct && is_fuse(descriptor)) return -EOPNOTSUPP;
    const int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    return errno_or_zero(fcntl(descriptor, F_SETFL,
                               direct ? flags | O_DIRECT : flags & ~O_DIRECT));
}

void garim_file_widen(int descriptor)
{
    const int now = fcntl(descriptor, F_GETPIPE_SZ);
    for (int bytes = PIPE_BYTES; now > 0 && bytes > now; bytes /= 2)
        if (fcntl(descriptor, F_SETPIPE_SZ, bytes) >= 0) break;
}

int garim_file_preallocate(int descriptor, uint64_t bytes)
{
    if (bytes == 0) return 0;
    if (bytes > INT64_MAX) return -EFBIG;
    /* Over the limit the kernel would send SIGXFSZ as well. */
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes > limit.rlim_cur)
        return -EFBIG;
    int result = -EINTR;
    for (unsigned i = 0; i < GARIM_IO_ATTEMPTS_MAX && result == -EINTR; i++)
        result = errno_or_zero(fallocate(descriptor, 0, 0, (off_t)bytes));
    if (result != -EOPNOTSUPP && result != -ENOSYS) return result;
    result = garim_file_truncate(descriptor, bytes);
    return result == 0 ? 1 : result;
}

bool garim_file_uncached(int descriptor)
{
    uint8_t byte;
    const struct iovec trial = {&byte, sizeof byte};
    const bool good =
        preadv2(descriptor, &trial, 1, 0, GARIM_IO_DONTCACHE) >= 0;
    explicit_bzero(&byte, sizeof byte);
    return good;
}

int garim_file_truncate(int descriptor, uint64_t bytes)
{
    int result = -EINTR;
    for (unsigned i = 0; i < GARIM_IO_ATTEMPTS_MAX && result == -EINTR; i++)
        result = errno_or_zero(ftruncate(descriptor, (off_t)bytes));
    return result;
}

int garim_file_sync(int descriptor)
{
    return errno_or_zero(fsync(descriptor));
}

int garim_file_sync_data(int descriptor)
{
    return errno_or_zero(fdatasync(descriptor));
}

int64_t garim_file_read_at(int descriptor, void *buffer, size_t bytes,
                           uint64_t offset)
{
    size_t moved = 0;
    while (moved < bytes) {
        const ssize_t some = pread(descriptor, (uint8_t *)buffer + moved,
                                   bytes - moved, (off_t)(offset + moved));
        if (some < 0 && errno == EINTR) continue;
        if (some < 0) return -errno;
        if (some == 0) break;
        moved += (size_t)some;
    }
    return (int64_t)moved;
}

int garim_file_write_at(int descriptor, const void *buffer, size_t bytes,
                        uint64_t offset)
{
    size_t moved = 0;
    while (moved < bytes) {
        const ssize_t some = pwrite(descriptor, (const uint8_t *)buffer + moved,
                                    bytes - moved, (off_t)(offset + moved));
        if (some < 0 && errno == EINTR) continue;
        if (some < 0) return -errno;
        if (some == 0) return -EIO;
        moved += (size_t)some;
    }
    return 0;
}

uint64_t garim_file_clock(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int garim_file_sync_folder(int folder)
{
    const int result = garim_file_sync(folder);
    /* EINVAL: a file system that has nothing to sync there. */
    return result == -EINVAL ? 0 : result;
}

bool garim_file_is_written(int descriptor)
{
    const bool written =
        fcntl(descriptor, F_SETLEASE, F_RDLCK) != 0 && errno == EAGAIN;
    if (!written) (void)fcntl(descriptor, F_SETLEASE, F_UNLCK);
    return written;
}

int garim_file_lock(int descriptor)
{
    return errno_or_zero(flock(descriptor, LOCK_EX | LOCK_NB));
}

int garim_file_unlock(int descriptor)
{
    return errno_or_zero(flock(descriptor, LOCK_UN));
}

/* ---- transfers ----------------------------------------------------------- */

static bool finish(struct garim_io_request *request, int64_t result)
{
    request->result = result;
    return true;
}

/* Reading on from an odd place is refused under O_DIRECT; it is the end. */
static bool met_odd_end(const struct garim_io_request *request)
{
    if (request->operation == GARIM_IO_WRITE ||
        request->moved % SECTOR_BYTES == 0)
        return false;
    const int flags = fcntl(request->descriptor, F_GETFL);
    return flags >= 0 && (flags & O_DIRECT) != 0;
}

bool garim_io_request_advance(struct garim_io_request *request, int64_t result,
                              const atomic_bool *stop)
{
    const bool stream = request->offset == GARIM_IO_STREAM;
    if (result == -EINTR || result == -EAGAIN) {
        if (stream && result == -EAGAIN)
            result = garim_io_request_poll(request, stop);
        else if (++request->attempts < GARIM_IO_ATTEMPTS_MAX)
            result = 1;
        if (result < 0) return finish(request, result);
    } else if (result < 0) {
        return finish(request, result);
    } else if (result == 0) {
        return finish(request, request->operation == GARIM_IO_READ
                                   ? (int64_t)request->moved
                                   : -EIO);
    } else {
        request->moved += (size_t)result;
        request->attempts = 0;
        if (request->moved == request->bytes || met_odd_end(request))
            return finish(request, (int64_t)request->moved);
    }
    if (stream && stop != NULL && atomic_load(stop))
        return finish(request, -ECANCELED);
    return false;
}

int garim_io_request_poll(const struct garim_io_request *request,
                          const atomic_bool *stop)
{
    struct pollfd wanted = {
        .fd = request->descriptor,
        .events = request->operation == GARIM_IO_READ ? POLLIN : POLLOUT,
    };
    for (;;) {
        const int ready = poll(&wanted, 1, GARIM_IO_STOP_MILLISECONDS);
        if (ready > 0) return 0;
        if (ready < 0 && errno != EINTR) return -errno;
        if (stop != NULL && atomic_load(stop)) return -ECANCELED;
    }
}

void garim_io_list_append(struct garim_io_list *list,
                          struct garim_io_request *request)
{
    request->next = NULL;
    if (list->first == NULL)
        list->first = request;
    else
        list->last->next = request;
    list->last = request;
}

struct garim_io_request *garim_io_list_take(struct garim_io_list *list)
{
    struct garim_io_request *request = list->first;
    if (request != NULL) list->first = request->next;
    return request;
}
