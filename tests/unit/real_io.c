/* real_io.c - the calls of the real back ends, made to fail under them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "real_io.h"

#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

struct real_plan real_plan;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* -1 where this transfer is to fail; else `*bytes` may become less. */
static int begin_locked(size_t *bytes)
{
    real_plan.calls++;
    if (real_plan.errors_left > 0) {
        real_plan.errors_left--;
        errno = real_plan.transfer_error;
        return -1;
    }
    if (real_plan.transfer_max > 0 && *bytes > real_plan.transfer_max)
        *bytes = real_plan.transfer_max;
    return 0;
}

/* Lanes make their transfers at the same time. */
static int begin(size_t *bytes)
{
    (void)pthread_mutex_lock(&lock);
    const int result = begin_locked(bytes);
    const int error = errno;
    (void)pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

#define WRAP(type, name, ...)                                                  \
    type __real_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__);                                           \
    type __wrap_##name(__VA_ARGS__)

WRAP(ssize_t, pwrite64, int file, const void *data, size_t bytes, off_t offset)
{
    if (begin(&bytes) < 0) return -1;
    return __real_pwrite64(file, data, bytes, offset);
}

WRAP(ssize_t, pread64, int file, void *data, size_t bytes, off_t offset)
{
    if (begin(&bytes) < 0) return -1;
    return __real_pread64(file, data, bytes, offset);
}

WRAP(ssize_t, pwritev64v2, int file, const struct iovec *data, int count,
     off_t offset, int flags)
{
    struct iovec some = *data;
    if (begin(&some.iov_len) < 0) return -1;
    return __real_pwritev64v2(file, &some, count, offset, flags);
}

WRAP(ssize_t, preadv64v2, int file, const struct iovec *data, int count,
     off_t offset, int flags)
{
    struct iovec some = *data;
    if (begin(&some.iov_len) < 0) return -1;
    return __real_preadv64v2(file, &some, count, offset, flags);
}

WRAP(int, fsync, int file)
{
    struct stat status;
    real_plan.calls++;
    if (fstat(file, &status) == 0) real_plan.synced = status.st_ino;
    errno = real_plan.sync_error;
    return real_plan.sync_error != 0 ? -1 : __real_fsync(file);
}

WRAP(int, fstatfs64, int file, struct statfs *status)
{
    const int result = __real_fstatfs64(file, status);
    if (real_plan.file_system != 0) status->f_type = real_plan.file_system;
    return result;
}
