/* io.h - the only seam to the kernel: files, and queues of reads and writes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A back end is a table of functions, so that a test can play the kernel.  What
 * can fail returns 0 or more on success and a negative errno value otherwise.
 * EINTR, EAGAIN and short transfers are dealt with here; nobody above sees
 * them.
 */
#ifndef GARIM_IO_IO_H
#define GARIM_IO_IO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define GARIM_IO_STREAM UINT64_MAX /* as offset: wherever the stream stands */

enum garim_io_operation {
    GARIM_IO_READ,
    GARIM_IO_WRITE,
};

/* One transfer.  It belongs to the caller and stays where it is until reap()
 * hands it back. */
struct garim_io_request {
    enum garim_io_operation operation;
    int descriptor;
    void *buffer;
    size_t bytes;    /* wanted: for O_DIRECT a multiple of the alignment */
    uint64_t offset; /* in the file, or GARIM_IO_STREAM */
    unsigned buffer_index; /* which registered buffer `buffer` lies in */
    bool uncached;         /* leave no page in the cache, see uncached() */

    /* Set at the end: bytes moved, or a negative errno value.  A read that
     * moved fewer than `bytes` met the end of the file; a write never moves
     * fewer. */
    int64_t result;

    size_t moved; /* the back end's own from here on */
    unsigned attempts;
    struct garim_io_request *next;
};

/* What a queue may be told in advance. */
struct garim_io_queue_options {
    unsigned depth;              /* requests in flight at the most */
    const struct iovec *buffers; /* to register, or NULL */
    unsigned buffer_count;
    const int *descriptors; /* to register, or NULL */
    unsigned descriptor_count;
    /* Or NULL: once true, transfers of streams end with -ECANCELED, so that a
     * silent peer keeps no one waiting. */
    const atomic_bool *stop;
};

struct garim_io_queue; /* one owner: the thread that opened it */

struct garim_io {
    const char *name;
    bool synchronous; /* submit() makes the transfer itself */

    uint64_t (*clock)(void); /* nanoseconds of a clock that is never set */

    /* 1: well, but nothing is registered, which was asked for. */
    int (*queue_open)(struct garim_io_queue **ret_queue,
                      const struct garim_io_queue_options *options);
    void (*queue_close)(struct garim_io_queue *queue); /* nothing in flight */

    /* Hand over one request; it may start at once or with the next reap. */
    void (*submit)(struct garim_io_queue *queue,
                   struct garim_io_request *request);

    /* The next finished request, or NULL: with `wait` only where nothing is in
     * flight, without it also where nothing has finished yet. */
    struct garim_io_request *(*reap)(struct garim_io_queue *queue, bool wait);

    /* Files.  A name stands in `folder`, a descriptor, and follows no link; or
     * it is a path, and `folder` AT_FDCWD.  open sets O_CLOEXEC; a file it
     * creates has exactly `mode`, whatever the umask.  It alone may answer
     * -EINTR: a FIFO without a peer would keep it waiting. */
    int (*open)(int folder, const char *name, int flags, mode_t mode);
    int (*open_folder)(const char *path); /* the one that `path` stands in */
    /* A new file of mode 0600, locked and synced, that holds `content` as soon
     * as it has its name; -EEXIST: the name is taken. */
    int (*create)(int folder, const char *name, const void *content,
                  size_t bytes);
    int (*close)(int descriptor);
    int (*status)(int descriptor, struct stat *ret_status);
    int (*name_status)(int folder, const char *name,
                       struct stat *ret_status); /* of a link, not its target */
    int (*set_mode)(int descriptor, mode_t mode);
    int64_t (*position)(int descriptor); /* where a stream stands */
    int (*set_position)(int descriptor, uint64_t position);
    int (*set_direct)(int descriptor, bool direct); /* turns O_DIRECT on, off */
    /* Let a pipe hold more, as far as the system allows. */
    void (*widen)(int descriptor);
    /* A descriptor of its own for the same pipe or device, whose transfers
     * never wait: -EAGAIN instead. */
    int (*unblock)(int descriptor, bool writing);
    /* Sets the size; 1: and no more, since space cannot be reserved there. */
    int (*preallocate)(int descriptor, uint64_t bytes);
    bool (*uncached)(int descriptor); /* it does RWF_DONTCACHE; is readable */
    int (*truncate)(int descriptor, uint64_t bytes);
    int (*sync)(int descriptor);      /* fsync: never retried */
    int (*sync_data)(int descriptor); /* fdatasync: likewise */
    /* At once and whole: what a job notes of itself.  read_at moves fewer
     * bytes only at the end of the file. */
    int64_t (*read_at)(int descriptor, void *buffer, size_t bytes,
                       uint64_t offset);
    int (*write_at)(int descriptor, const void *buffer, size_t bytes,
                    uint64_t offset);
    int (*sync_folder)(int folder);
    /* Whether anybody has the file open for writing, as far as the system
     * tells; `descriptor` itself only reads. */
    bool (*is_written)(int descriptor);
    int (*lock)(
        int descriptor); /* exclusive flock, not waiting: -EWOULDBLOCK */
    int (*unlock)(int descriptor);
    /* Give the file `descriptor`, which is called `from`, the name `to`; it is
     * this file that gets the name, whoever is called `from` meanwhile.
     * Without `replaces` an existing `to` is -EEXIST. */
    int (*publish)(int folder, int descriptor, const char *from, const char *to,
                   bool replaces);
    /* Whether publish works there without `replaces`: tried out with `name`.
     * -EEXIST: the second name that this takes is another file's. */
    int (*can_publish)(int folder, int descriptor, const char *name);
    /* Remove the second name that `name` has where one of these was cut off. */
    int (*forget)(int folder, const char *name);
    int (*remove)(int folder, const char *name);
};

extern const struct garim_io garim_io_uring; /* io_uring.c */
extern const struct garim_io garim_io_posix; /* io_posix.c */

#endif
