/* io_posix.c - the back end of plain system calls, made at submit
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "io/io_file.h"

struct garim_io_queue {
    const atomic_bool *stop;
    struct garim_io_list finished;
};

static int queue_open(struct garim_io_queue **ret_queue,
                      const struct garim_io_queue_options *options)
{
    struct garim_io_queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL) return -ENOMEM;
    queue->stop = options->stop;
    *ret_queue = queue;
    return 0;
}

static void queue_close(struct garim_io_queue *queue)
{
    free(queue);
}

/* How a transfer is made so that `stop` is seen even where a peer sleeps. */
enum manner {
    AT_ONCE, /* nobody keeps it waiting, or -EAGAIN says so */
    SOCKET,
    GUARDED, /* only when it is ready */
};

static enum manner manner_of(const struct garim_io_queue *queue,
                             const struct garim_io_request *request)
{
    struct stat status;
    if (queue->stop == NULL || request->offset != GARIM_IO_STREAM ||
        fstat(request->descriptor, &status) != 0 || S_ISREG(status.st_mode) ||
        S_ISBLK(status.st_mode))
        return AT_ONCE;
    if (S_ISSOCK(status.st_mode)) return SOCKET;
    const int flags = fcntl(request->descriptor, F_GETFL);
    return flags >= 0 && (flags & O_NONBLOCK) != 0 ? AT_ONCE : GUARDED;
}

/* Of a stream the offset is -1: where it stands. */
static int64_t call(const struct garim_io_request *request, enum manner manner)
{
    const int descriptor = request->descriptor;
    const bool reads = request->operation == GARIM_IO_READ;
    struct iovec data = {(uint8_t *)request->buffer + request->moved,
                         request->bytes - request->moved};
    const int flags = request->uncached ? GARIM_IO_DONTCACHE : 0;
    const off_t offset = request->offset == GARIM_IO_STREAM
                             ? -1
                             : (off_t)(request->offset + request->moved);
    /* A pipe that is ready takes PIPE_BUF bytes without waiting, no more. */
    if (manner == GUARDED && !reads && data.iov_len > PIPE_BUF)
        data.iov_len = PIPE_BUF;
    ssize_t moved;
    if (manner == SOCKET)
        moved =
            reads ? recv(descriptor, data.iov_base, data.iov_len, MSG_DONTWAIT)
                  : send(descriptor, data.iov_base, data.iov_len,
                         MSG_DONTWAIT | MSG_NOSIGNAL);
    else
        moved = reads ? preadv2(descriptor, &data, 1, offset, flags)
                      : pwritev2(descriptor, &data, 1, offset, flags);
    return moved < 0 ? -errno : moved;
}

static void submit(struct garim_io_queue *queue,
                   struct garim_io_request *request)
{
    request->moved = 0;
    request->attempts = 0;
    const enum manner manner = manner_of(queue, request);
    int64_t result;
    do {
        result =
            manner == GUARDED ? garim_io_request_poll(request, queue->stop) : 0;
        if (result == 0) result = call(request, manner);
    } while (!garim_io_request_advance(request, result, queue->stop));
    garim_io_list_append(&queue->finished, request);
}

static struct garim_io_request *reap(struct garim_io_queue *queue, bool wait)
{
    (void)wait;
    return garim_io_list_take(&queue->finished);
}

const struct garim_io garim_io_posix = {
    .name = "posix",
    .synchronous = true,
    .queue_open = queue_open,
    .queue_close = queue_close,
    .submit = submit,
    .reap = reap,
    GARIM_IO_FILE_CALLS,
};
