/* io_name.c - file calls about names: opening, creating, publishing, removing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io/io_file.h"

enum { MODE_CREATED = 0600 };

static int errno_or_zero(int result)
{
    return result < 0 ? -errno : 0;
}

/* ---- opening ------------------------------------------------------------- */

static bool creates(int flags)
{
    return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
}

/* A single name of `folder`; before Linux 5.6, and in some sandboxes, the same
 * without openat2: O_NOFOLLOW is enough for a name without a slash. */
static int open_name(int folder, const char *name, int flags, mode_t mode)
{
    const struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW),
        .mode = creates(flags) ? mode : 0,
        .resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    const long opened = syscall(SYS_openat2, folder, name, &how, sizeof how);
    if (opened >= 0 || (errno != ENOSYS && errno != EPERM)) return (int)opened;
    return openat(folder, name, flags | O_NOFOLLOW, mode);
}

int garim_file_open(int folder, const char *name, int flags, mode_t mode)
{
    flags |= O_CLOEXEC;
    const int descriptor = folder == AT_FDCWD
                               ? open(name, flags, mode)
                               : open_name(folder, name, flags, mode);
    if (descriptor < 0) return -errno;
    if (creates(flags) && fchmod(descriptor, mode) != 0) {
        const int result = -errno;
        (void)close(descriptor);
        if ((flags & O_CREAT) != 0) (void)unlinkat(folder, name, 0);
        return result;
    }
    return descriptor;
}

int garim_file_open_folder(const char *path)
{
    char *folder = strdup(path);
    if (folder == NULL) return -ENOMEM;
    char *slash = strrchr(folder, '/');
    if (slash != NULL) slash[slash == folder ? 1 : 0] = '\0';
    const int descriptor = garim_file_open(
        AT_FDCWD, slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY, 0);
    free(folder);
    return descriptor;
}

int garim_file_unblock(int descriptor, bool writing)
{
    char path[32];
    struct stat status;
    if (fstat(descriptor, &status) != 0) return -errno;
    if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode)) return -EINVAL;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return garim_file_open(
        AT_FDCWD, path, (writing ? O_WRONLY : O_RDONLY) | O_NONBLOCK | O_NOCTTY,
        0);
}

int garim_file_name_status(int folder, const char *name,
                           struct stat *ret_status)
{
    return errno_or_zero(
        fstatat(folder, name, ret_status, AT_SYMLINK_NOFOLLOW));
}

/* ---- creating ------------------------------------------------------------ */

/* Name the open file `descriptor`, whatever it is called. */
static int link_file(int descriptor, int folder, const char *name)
{
    char path[32];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return errno_or_zero(
        linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW));
}

static int fill(int descriptor, const void *content, size_t bytes)
{
    int result = garim_file_lock(descriptor);
    if (result == 0)
        result = garim_file_write_at(descriptor, content, bytes, 0);
    return result == 0 ? garim_file_sync(descriptor) : result;
}

/* Where a file cannot be without a name, it is empty for a moment. */
static int create_named(int folder, const char *name, const void *content,
                        size_t bytes)
{
    const int descriptor =
        garim_file_open(folder, name, O_RDWR | O_CREAT | O_EXCL, MODE_CREATED);
    if (descriptor < 0) return descriptor;
    const int result = fill(descriptor, content, bytes);
    if (result == 0) return descriptor;
    (void)unlinkat(folder, name, 0);
    (void)close(descriptor);
    return result;
}

int garim_file_create(int folder, const char *name, const void *content,
                      size_t bytes)
{
    const int descriptor =
        garim_file_open(folder, ".", O_RDWR | O_TMPFILE, MODE_CREATED);
    if (descriptor < 0) return create_named(folder, name, content, bytes);
    int result = fill(descriptor, content, bytes);
    if (result == 0) result = link_file(descriptor, folder, name);
    if (result == 0) return descriptor;
    (void)close(descriptor);
    return result == -EEXIST || result == -ENOSPC || result == -EDQUOT
               ? result
               : create_named(folder, name, content, bytes);
}

/* ---- publishing ---------------------------------------------------------- */

/* A name beside `name`, no longer than it, for the moment in which a file has
 * two.  The caller frees it. */
static char *other_name(const char *name)
{
    char *other = strdup(name);
    if (other != NULL) other[strlen(other) - 1] = '~';
    return other;
}

/* Take the name `other` away where it is a second one of the file `name`: what
 * else may bear it is not ours. */
static int forget(int folder, const char *name, const char *other)
{
    struct stat file, link;
    if (fstatat(folder, other, &link, AT_SYMLINK_NOFOLLOW) != 0 ||
        fstatat(folder, name, &file, AT_SYMLINK_NOFOLLOW) != 0 ||
        file.st_dev != link.st_dev || file.st_ino != link.st_ino)
        return 0;
    return garim_file_remove(folder, other);
}

static int rename_to_free(int folder, const char *from, const char *to)
{
    return errno_or_zero(renameat2(folder, from, folder, to, RENAME_NOREPLACE));
}

static int replace(int folder, int descriptor, const char *from, const char *to)
{
    char *own = other_name(from);
    if (own == NULL) return -ENOMEM;
    const bool linked = link_file(descriptor, folder, own) == 0;
    const int result =
        errno_or_zero(renameat(folder, linked ? own : from, folder, to));
    if (linked) (void)unlinkat(folder, result == 0 ? from : own, 0);
    free(own);
    return result;
}

int garim_file_publish(int folder, int descriptor, const char *from,
                       const char *to, bool replaces)
{
    if (replaces) return replace(folder, descriptor, from, to);
    const int result = link_file(descriptor, folder, to);
    if (result != 0)
        return result == -EEXIST ? result : rename_to_free(folder, from, to);
    /* It is published, whatever becomes of its other name. */
    (void)unlinkat(folder, from, 0);
    return 0;
}

int garim_file_can_publish(int folder, int descriptor, const char *name)
{
    char *trial = other_name(name);
    if (trial == NULL) return -ENOMEM;
    int result = link_file(descriptor, folder, trial);
    if (result == 0) {
        result = garim_file_remove(folder, trial);
    } else if (result != -EEXIST) {
        result = rename_to_free(folder, name, trial);
        if (result == 0) result = rename_to_free(folder, trial, name);
    }
    free(trial);
    return result;
}

int garim_file_forget(int folder, const char *name)
{
    char *other = other_name(name);
    if (other == NULL) return -ENOMEM;
    const int result = forget(folder, name, other);
    free(other);
    return result;
}

int garim_file_remove(int folder, const char *name)
{
    return errno_or_zero(unlinkat(folder, name, 0));
}
