/* io_uring.c - the back end of rings: the only user of liburing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <liburing.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/assert.h"
#include "io/io_file.h"

enum {
    DESCRIPTORS_MAX = 4,
    REAP_BATCH = 32,
    /* The first kernel, times 1000, whose registered buffers keep their huge
     * pages whole. */
    WHOLE_PAGES_KERNEL = 6004,
};

struct garim_io_queue {
    struct io_uring ring;
    const atomic_bool *stop;
    struct garim_io_list finished;
    unsigned in_flight;
    unsigned streams_in_flight;
    bool stopping; /* in-flight transfers of streams have been cancelled */
    bool fixed_buffers;
    unsigned fixed_count;
    int fixed[DESCRIPTORS_MAX];
    struct garim_io_request **requests; /* in flight, `depth` places */
    unsigned depth;
};

static unsigned kernel_version(void)
{
    struct utsname name;
    unsigned major = 0;
    unsigned minor = 0;
    if (uname(&name) != 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
        return 0;
    return major * 1000 + minor;
}

/* A ring with the best flags this kernel knows. */
static int ring_open(struct io_uring *ring, unsigned entries)
{
    static const unsigned flags[] = {
        IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
            IORING_SETUP_TASKRUN_FLAG,
        0,
    };
    int result = -EINVAL;
    for (size_t i = 0; i < 2 && result == -EINVAL; i++)
        result = io_uring_queue_init(entries, ring, flags[i]);
    if (result < 0) return result;
    const unsigned needed =
        IORING_FEAT_NODROP | IORING_FEAT_RW_CUR_POS | IORING_FEAT_EXT_ARG;
    if ((ring->features & needed) == needed) return 0;
    io_uring_queue_exit(ring);
    return -EOPNOTSUPP;
}

/* What cannot be registered goes unregistered. */
static void register_files(struct garim_io_queue *queue,
                           const struct garim_io_queue_options *options)
{
    const unsigned count = options->descriptor_count;
    if (count == 0 || count > DESCRIPTORS_MAX ||
        io_uring_register_files(&queue->ring, options->descriptors, count) != 0)
        return;
    for (unsigned i = 0; i < count; i++)
        queue->fixed[i] = options->descriptors[i];
    queue->fixed_count = count;
}

static bool register_buffers(struct garim_io_queue *queue,
                             const struct garim_io_queue_options *options)
{
    return options->buffer_count > 0 &&
           kernel_version() >= WHOLE_PAGES_KERNEL &&
           io_uring_register_buffers(&queue->ring, options->buffers,
                                     options->buffer_count) == 0;
}

static int queue_open(struct garim_io_queue **ret_queue,
                      const struct garim_io_queue_options *options)
{
    ASSERT(options->depth > 0);
    struct garim_io_queue *queue = calloc(1, sizeof *queue);
    if (queue == NULL) return -ENOMEM;
    queue->stop = options->stop;
    queue->depth = options->depth;
    queue->requests = calloc(options->depth, sizeof(void *));
    int result = -ENOMEM;
    if (queue->requests == NULL) goto free_queue;
    /* Twice the depth: room for the cancelling of each request. */
    result = ring_open(&queue->ring, 2 * options->depth);
    if (result < 0) goto free_requests;
    register_files(queue, options);
    queue->fixed_buffers = register_buffers(queue, options);
    *ret_queue = queue;
    return options->buffer_count > 0 && !queue->fixed_buffers;

free_requests:
    free(queue->requests);
free_queue:
    free(queue);
    return result;
}

static void queue_close(struct garim_io_queue *queue)
{
    ASSERT(queue->in_flight == 0);
    /* A ring ends some time after its exit and would hold the files as long:
     * the reader of a pipe would wait for its end. */
    if (queue->fixed_count > 0) (void)io_uring_unregister_files(&queue->ring);
    io_uring_queue_exit(&queue->ring);
    free(queue->requests);
    free(queue);
}

/* Entering the kernel may fail for a while, not for ever.  Then there is no way
 * out but the end: what is in flight still uses the buffers. */
static void check_enter(int result, unsigned *attempts)
{
    static const struct timespec pause = {.tv_nsec = 1000 * 1000};
    if (result >= 0 || result == -ETIME || result == -EINTR) return;
    ASSERT(++*attempts < GARIM_IO_ATTEMPTS_MAX);
    (void)nanosleep(&pause, NULL);
}

static struct io_uring_sqe *next_entry(struct garim_io_queue *queue)
{
    struct io_uring_sqe *entry = io_uring_get_sqe(&queue->ring);
    for (unsigned attempts = 0; entry == NULL;) {
        check_enter(io_uring_submit(&queue->ring), &attempts);
        entry = io_uring_get_sqe(&queue->ring);
    }
    return entry;
}

/* Put what is left of `request` into the ring. */
static void prepare(struct garim_io_queue *queue,
                    struct garim_io_request *request)
{
    struct io_uring_sqe *entry = next_entry(queue);
    int file = request->descriptor;
    unsigned flags = 0;
    for (unsigned i = 0; i < queue->fixed_count; i++) {
        if (queue->fixed[i] != request->descriptor) continue;
        file = (int)i;
        flags = IOSQE_FIXED_FILE;
    }
    static const unsigned char codes[][2] = {
        [GARIM_IO_READ] = {IORING_OP_READ, IORING_OP_READ_FIXED},
        [GARIM_IO_WRITE] = {IORING_OP_WRITE, IORING_OP_WRITE_FIXED},
    };
    static_assert(sizeof codes / sizeof *codes == GARIM_IO_WRITE + 1,
                  "codes for each operation");
    ASSERT(request->operation <= GARIM_IO_WRITE);
    const uint64_t offset = request->offset == GARIM_IO_STREAM
                                ? GARIM_IO_STREAM
                                : request->offset + request->moved;
    size_t bytes = request->bytes - request->moved;
    if (bytes > INT32_MAX) bytes = INT32_MAX & ~0xfffU;
    io_uring_prep_rw(codes[request->operation][queue->fixed_buffers], entry,
                     file, (uint8_t *)request->buffer + request->moved,
                     (unsigned)bytes, offset);
    if (queue->fixed_buffers)
        entry->buf_index = (uint16_t)request->buffer_index;
    if (request->uncached) entry->rw_flags = GARIM_IO_DONTCACHE;
    io_uring_sqe_set_flags(entry, flags);
    io_uring_sqe_set_data(entry, request);
}

/* Put `to` where `from` stands among the requests in flight. */
static void replace(struct garim_io_queue *queue,
                    const struct garim_io_request *from,
                    struct garim_io_request *to)
{
    unsigned i = 0;
    while (i < queue->depth && queue->requests[i] != from)
        i++;
    ASSERT(i < queue->depth);
    queue->requests[i] = to;
}

static void submit(struct garim_io_queue *queue,
                   struct garim_io_request *request)
{
    replace(queue, NULL, request);
    request->moved = 0;
    request->attempts = 0;
    queue->in_flight++;
    if (request->offset == GARIM_IO_STREAM) queue->streams_in_flight++;
    prepare(queue, request);
}

static void complete(struct garim_io_queue *queue,
                     struct garim_io_request *request, int result)
{
    if (!garim_io_request_advance(request, result, queue->stop)) {
        prepare(queue, request);
        return;
    }
    replace(queue, request, NULL);
    if (request->offset == GARIM_IO_STREAM) queue->streams_in_flight--;
    garim_io_list_append(&queue->finished, request);
}

/* Take over all completions that are there. */
static void harvest(struct garim_io_queue *queue)
{
    struct io_uring_cqe *entries[REAP_BATCH];
    unsigned count;
    while ((count = io_uring_peek_batch_cqe(&queue->ring, entries,
                                            REAP_BATCH)) > 0) {
        for (unsigned i = 0; i < count; i++) {
            struct garim_io_request *request =
                io_uring_cqe_get_data(entries[i]);
            if (request != NULL) complete(queue, request, entries[i]->res);
        }
        io_uring_cq_advance(&queue->ring, count);
    }
}

static void cancel_streams(struct garim_io_queue *queue)
{
    for (unsigned i = 0; i < queue->depth; i++) {
        struct garim_io_request *request = queue->requests[i];
        if (request == NULL || request->offset != GARIM_IO_STREAM) continue;
        struct io_uring_sqe *entry = next_entry(queue);
        io_uring_prep_cancel(entry, request, 0);
        io_uring_sqe_set_data(entry, NULL);
    }
    queue->stopping = true;
}

static void enter_and_wait(struct garim_io_queue *queue, unsigned *attempts)
{
    if (queue->streams_in_flight == 0 || queue->stop == NULL) {
        check_enter(io_uring_submit_and_wait(&queue->ring, 1), attempts);
        return;
    }
    if (atomic_load(queue->stop) && !queue->stopping) cancel_streams(queue);
    struct __kernel_timespec time = {
        .tv_nsec = GARIM_IO_STOP_MILLISECONDS * 1000LL * 1000,
    };
    struct io_uring_cqe *entry;
    check_enter(
        io_uring_submit_and_wait_timeout(&queue->ring, &entry, 1, &time, NULL),
        attempts);
}

static struct garim_io_request *reap(struct garim_io_queue *queue, bool wait)
{
    unsigned attempts = 0;
    for (bool entered = false;; entered = true) {
        harvest(queue);
        struct garim_io_request *request = garim_io_list_take(&queue->finished);
        if (request != NULL) {
            queue->in_flight--;
            return request;
        }
        if (queue->in_flight == 0) return NULL;
        if (wait)
            enter_and_wait(queue, &attempts);
        else if (entered || io_uring_sq_ready(&queue->ring) == 0)
            return NULL;
        else
            check_enter(io_uring_submit_and_get_events(&queue->ring),
                        &attempts);
    }
}

const struct garim_io garim_io_uring = {
    .name = "io_uring",
    .queue_open = queue_open,
    .queue_close = queue_close,
    .submit = submit,
    .reap = reap,
    GARIM_IO_FILE_CALLS,
};
