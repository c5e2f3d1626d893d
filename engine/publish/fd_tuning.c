/* fd_tuning.c - descriptors made ready for speed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "publish/fd_tuning.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

static int64_t transfer(const struct garim_io *io,
                        struct garim_io_request *request)
{
    const struct garim_io_queue_options options = {.depth = 1};
    struct garim_io_queue *queue;
    const int result = io->queue_open(&queue, &options);
    if (result < 0) return result;
    io->submit(queue, request);
    const struct garim_io_request *done = io->reap(queue, true);
    ASSERT(done == request);
    io->queue_close(queue);
    return request->result;
}

bool garim_direct_probe(const struct garim_io *io, int descriptor,
                        enum garim_io_operation operation, uint64_t offset)
{
    ASSERT(offset % GARIM_DIRECT_ALIGNMENT == 0);
    if (io->set_direct(descriptor, true) < 0) return false;
    struct garim_io_request request = {
        .operation = operation,
        .descriptor = descriptor,
        .buffer = aligned_alloc(GARIM_DIRECT_ALIGNMENT, GARIM_DIRECT_ALIGNMENT),
        .bytes = GARIM_DIRECT_ALIGNMENT,
        .offset = offset,
    };
    int64_t result = -ENOMEM;
    if (request.buffer != NULL) {
        memset(request.buffer, 0, request.bytes);
        result = transfer(io, &request);
        /* A read brought the head of the input: leave no copy of it. */
        explicit_bzero(request.buffer, request.bytes);
        free(request.buffer);
    }
    if (result >= 0) return true;
    (void)io->set_direct(descriptor, false);
    return false;
}

void garim_stream_prepare(const struct garim_io *io, int *descriptor,
                          bool *owned, bool writing)
{
    io->widen(*descriptor);
    if (!io->synchronous) return;
    const int own = io->unblock(*descriptor, writing);
    if (own < 0) return;
    if (*owned) (void)io->close(*descriptor);
    *descriptor = own;
    *owned = true;
}
