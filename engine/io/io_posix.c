/* io_posix.c - the back end of plain system calls, made at submit
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
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

/* Whether a transfer may wait for a peer. */
static bool has_peer(const struct garim_io_request *request)
{
    struct stat status;
    return request->offset == GARIM_IO_STREAM &&
           fstat(request->descriptor, &status) == 0 &&
           !S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode);
}

static int64_t call(const struct garim_io_request *request, size_t bytes_max)
{
    uint8_t *buffer = (uint8_t *)request->buffer + request->moved;
    size_t bytes = request->bytes - request->moved;
    if (bytes > bytes_max) bytes = bytes_max;
    const int descriptor = request->descriptor;
    const off_t offset = (off_t)(request->offset + request->moved);
    const bool stream = request->offset == GARIM_IO_STREAM;
    ssize_t moved;
    if (request->operation == GARIM_IO_READ)
        moved = stream ? read(descriptor, buffer, bytes)
                       : pread(descriptor, buffer, bytes, offset);
    else
        moved = stream ? write(descriptor, buffer, bytes)
                       : pwrite(descriptor, buffer, bytes, offset);
    return moved < 0 ? -errno : moved;
}

static void submit(struct garim_io_queue *queue,
                   struct garim_io_request *request)
{
    request->moved = 0;
    request->attempts = 0;
    /* A pipe that is ready takes PIPE_BUF bytes without blocking, no more: so
     * `stop` is seen even where the peer sleeps. */
    const bool guarded = queue->stop != NULL && has_peer(request);
    const size_t bytes_max =
        guarded && request->operation == GARIM_IO_WRITE ? PIPE_BUF : SSIZE_MAX;
    int64_t result;
    do {
        result = guarded ? garim_io_request_poll(request, queue->stop) : 0;
        if (result == 0) result = call(request, bytes_max);
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
