/* test_io.c - both back ends: short transfers, streams, files, stopping
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "io/io.h"

enum {
    FILE_BYTES = 1000003,
    STREAM_BYTES = 3000001,
};

static const struct garim_io *const back_ends[] = {
    &garim_io_uring,
    &garim_io_posix,
};

static uint8_t byte_at(size_t i)
{
    return (uint8_t)(i * 31 + i / 251);
}

static uint8_t *make_bytes(size_t bytes)
{
    uint8_t *data = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
    for (size_t i = 0; i < bytes; i++)
        data[i] = byte_at(i);
    return data;
}

/* A scratch file on a disk: name in `path`. */
static int make_file(char *path, const uint8_t *data, size_t bytes)
{
    (void)strcpy(path, "/var/tmp/garim-test-io-XXXXXX");
    const int file = mkstemp(path);
    cr_assert_geq(file, 0);
    cr_assert_eq(write(file, data, bytes), (ssize_t)bytes);
    return file;
}

static struct garim_io_queue *
open_queue(const struct garim_io *io, unsigned depth, const atomic_bool *stop)
{
    struct garim_io_queue *queue;
    const struct garim_io_queue_options options = {.depth = depth,
                                                   .stop = stop};
    const int result = io->queue_open(&queue, &options);
    if (result < 0 && io == &garim_io_uring)
        cr_skip_test("no io_uring here: %d", result);
    cr_assert_eq(result, 0);
    return queue;
}

static int64_t transfer(const struct garim_io *io, struct garim_io_queue *queue,
                        struct garim_io_request *request)
{
    io->submit(queue, request);
    cr_assert_eq(io->reap(queue, true), request);
    cr_assert_null(io->reap(queue, true));
    return request->result;
}

enum { DEPTH = 7, CHUNK = 64 << 10, CHUNKS = FILE_BYTES / CHUNK + 2 };

/* Read the whole file, and past its end, with several requests in flight. */
static void read_chunks(const struct garim_io *io, struct garim_io_queue *queue,
                        int file, uint8_t *memory)
{
    struct garim_io_request requests[CHUNKS];
    size_t sum = 0;
    for (int next = 0, flying = 0, done = 0; done < CHUNKS;) {
        for (; flying < DEPTH && next < CHUNKS; next++, flying++) {
            requests[next] = (struct garim_io_request){
                .operation = GARIM_IO_READ,
                .descriptor = file,
                .buffer = memory + (size_t)next * CHUNK,
                .bytes = CHUNK,
                .offset = (uint64_t)next * CHUNK,
            };
            io->submit(queue, &requests[next]);
        }
        const struct garim_io_request *request = io->reap(queue, true);
        cr_assert_not_null(request);
        cr_assert_geq(request->result, 0);
        sum += (size_t)request->result;
        flying--;
        done++;
    }
    cr_assert_eq(sum, FILE_BYTES);
}

static void read_and_write(const struct garim_io *io, bool direct)
{
    char path[64];
    uint8_t *data = make_bytes(FILE_BYTES);
    const int file = make_file(path, data, FILE_BYTES);
    if (direct) cr_assert_eq(io->set_direct(file, true), 0);
    uint8_t *memory = aligned_alloc(4096, (size_t)CHUNKS * CHUNK);
    const struct iovec whole = {memory, (size_t)CHUNKS * CHUNK};
    const struct garim_io_queue_options options = {
        .depth = DEPTH,
        .buffers = &whole,
        .buffer_count = 1,
        .descriptors = &file,
        .descriptor_count = 1,
    };
    struct garim_io_queue *queue;
    cr_assert_eq(io->queue_open(&queue, &options), 0);
    read_chunks(io, queue, file, memory);
    cr_assert_arr_eq(memory, data, FILE_BYTES);

    struct garim_io_request request = {
        .operation = GARIM_IO_WRITE,
        .descriptor = file,
        .buffer = memory + 8192,
        .bytes = 12288,
        .offset = 4096,
    };
    cr_assert_eq(transfer(io, queue, &request), 12288);
    io->queue_close(queue);
    cr_assert_eq(io->set_direct(file, false), 0);
    cr_assert_eq(pread(file, memory, 12288, 4096), 12288);
    cr_assert_arr_eq(memory, data + 8192, 12288);
    cr_assert_eq(io->close(file), 0);
    cr_assert_eq(io->remove(AT_FDCWD, path), 0);
    free(memory);
    free(data);
}

Test(io, files)
{
    for (size_t i = 0; i < 2; i++) {
        read_and_write(back_ends[i], false);
        read_and_write(back_ends[i], true);
    }
}

struct pump {
    int descriptor;
    uint8_t *data;
    size_t bytes;
};

/* The other end of a pipe, in small steps. */
static void *feed(void *argument)
{
    struct pump *pump = argument;
    for (size_t done = 0, step = 1; done < pump->bytes;
         step = step * 5 % 9973) {
        size_t bytes = pump->bytes - done;
        if (bytes > step) bytes = step;
        done += (size_t)write(pump->descriptor, pump->data + done, bytes);
    }
    (void)close(pump->descriptor);
    return NULL;
}

static void *drain(void *argument)
{
    struct pump *pump = argument;
    size_t done = 0;
    ssize_t moved;
    while ((moved = read(pump->descriptor, pump->data + done,
                         pump->bytes - done)) > 0)
        done += (size_t)moved;
    return NULL;
}

/* Through a pipe into the queue, and through another out of it. */
static void stream_both_ways(const struct garim_io *io, int pipe_flags,
                             const atomic_bool *stop)
{
    int in[2];
    int out[2];
    cr_assert_eq(pipe2(in, pipe_flags), 0);
    cr_assert_eq(pipe2(out, pipe_flags), 0);
    (void)fcntl(in[1], F_SETFL, 0);
    (void)fcntl(out[0], F_SETFL, 0);
    uint8_t *data = make_bytes(STREAM_BYTES);
    uint8_t *buffer = calloc(1, STREAM_BYTES + 1);
    uint8_t *back = calloc(1, STREAM_BYTES + 1);
    struct pump feeder = {in[1], data, STREAM_BYTES};
    struct pump drainer = {out[0], back, STREAM_BYTES};
    pthread_t threads[2];
    (void)pthread_create(&threads[0], NULL, feed, &feeder);
    (void)pthread_create(&threads[1], NULL, drain, &drainer);

    struct garim_io_queue *queue = open_queue(io, 2, stop);
    struct garim_io_request request = {
        .operation = GARIM_IO_READ,
        .descriptor = in[0],
        .buffer = buffer,
        .bytes = STREAM_BYTES + 1,
        .offset = GARIM_IO_STREAM,
    };
    cr_assert_eq(transfer(io, queue, &request), STREAM_BYTES);
    cr_assert_eq(transfer(io, queue, &request), 0);
    request.operation = GARIM_IO_WRITE;
    request.descriptor = out[1];
    request.bytes = STREAM_BYTES;
    cr_assert_eq(transfer(io, queue, &request), STREAM_BYTES);
    io->queue_close(queue);
    (void)close(out[1]);
    (void)pthread_join(threads[0], NULL);
    (void)pthread_join(threads[1], NULL);
    cr_assert_arr_eq(back, data, STREAM_BYTES);
    (void)close(in[0]);
    (void)close(out[0]);
    free(back);
    free(buffer);
    free(data);
}

Test(io, streams)
{
    static const atomic_bool stop;
    for (size_t i = 0; i < 2; i++) {
        stream_both_ways(back_ends[i], 0, &stop);
        stream_both_ways(back_ends[i], 0, NULL);
        stream_both_ways(back_ends[i], O_NONBLOCK, &stop);
    }
}

static void *stop_soon(void *argument)
{
    (void)usleep(50 * 1000);
    atomic_store((atomic_bool *)argument, true);
    return NULL;
}

/* A silent peer, on either side of a pipe, holds no one up. */
static void stop_waiting(const struct garim_io *io,
                         enum garim_io_operation operation)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    uint8_t *buffer = calloc(1, STREAM_BYTES);
    atomic_bool stop = false;
    pthread_t thread;
    (void)pthread_create(&thread, NULL, stop_soon, &stop);
    struct garim_io_queue *queue = open_queue(io, 1, &stop);
    struct garim_io_request request = {
        .operation = operation,
        .descriptor = ends[operation == GARIM_IO_WRITE],
        .buffer = buffer,
        .bytes = STREAM_BYTES,
        .offset = GARIM_IO_STREAM,
    };
    cr_assert_eq(transfer(io, queue, &request), -ECANCELED);
    io->queue_close(queue);
    (void)pthread_join(thread, NULL);
    (void)close(ends[0]);
    (void)close(ends[1]);
    free(buffer);
}

Test(io, stop, .timeout = 20)
{
    for (size_t i = 0; i < 2; i++) {
        stop_waiting(back_ends[i], GARIM_IO_READ);
        stop_waiting(back_ends[i], GARIM_IO_WRITE);
    }
}

Test(io, errors_come_back)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    static const atomic_bool stop;
    for (size_t i = 0; i < 2; i++) {
        const struct garim_io *io = back_ends[i];
        uint8_t buffer[8192] = {0};
        struct garim_io_queue *queue = open_queue(io, 1, &stop);
        int ends[2];
        cr_assert_eq(pipe(ends), 0);
        (void)close(ends[0]);
        struct garim_io_request request = {
            .operation = GARIM_IO_WRITE,
            .descriptor = ends[1],
            .buffer = buffer,
            .bytes = sizeof buffer,
            .offset = GARIM_IO_STREAM,
        };
        cr_assert_eq(transfer(io, queue, &request), -EPIPE);
        (void)close(ends[1]);
        request.descriptor = 999;
        cr_assert_eq(transfer(io, queue, &request), -EBADF);

        char path[64];
        const int file = make_file(path, buffer, 1);
        const struct rlimit limit = {5000, RLIM_INFINITY};
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
        request.descriptor = file;
        request.offset = 0;
        cr_assert_eq(transfer(io, queue, &request), -EFBIG);
        cr_assert_eq(io->preallocate(file, 5001), -EFBIG);
        cr_assert_eq(io->preallocate(file, 5000), 0);
        const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
        (void)close(file);
        (void)unlink(path);
        io->queue_close(queue);
    }
}

static const char *name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

Test(io, publishing)
{
    const struct garim_io *io = &garim_io_posix;
    char from[64];
    char to[64];
    const int other = make_file(to, (const uint8_t *)"x", 1);
    const int file = make_file(from, (const uint8_t *)"yy", 2);
    const int folder = io->open_folder(to);
    cr_assert_geq(folder, 0);
    const char *const old = name_of(from), *const name = name_of(to);
    cr_assert_eq(io->can_publish(folder, file, old), 0);
    cr_assert_eq(io->publish(folder, file, old, name, false), -EEXIST);
    cr_assert_eq(rename(from, "/var/tmp/garim-moved"), 0);
    cr_assert_eq(symlink("/etc/passwd", from), 0);
    cr_assert_eq(io->publish(folder, file, old, name, true), 0);
    cr_assert_eq(io->sync_folder(folder), 0);
    struct stat status;
    cr_assert_eq(io->name_status(folder, name, &status), 0);
    cr_assert(status.st_size == 2 && status.st_nlink == 2);
    cr_assert_eq(unlink("/var/tmp/garim-moved"), 0);
    /* It is the file that gets the name, not what is called so now. */
    cr_assert_eq(rename(to, from), 0);
    cr_assert_eq(symlink("/etc/passwd", to), 0);
    cr_assert_eq(io->open(folder, name, O_RDONLY, 0), -ELOOP);
    cr_assert_eq(io->publish(folder, file, name, "published", false), 0);
    cr_assert_eq(io->name_status(folder, name, &status), -ENOENT);
    cr_assert_eq(io->name_status(folder, "published", &status), 0);
    cr_assert_eq(status.st_size, 2);
    cr_assert_eq(io->remove(folder, "published"), 0);
    cr_assert_eq(io->remove(folder, old), 0);
    cr_assert_eq(io->remove(folder, name), -ENOENT);
    (void)close(folder);
    (void)close(file);
    (void)close(other);
}

Test(io, creating)
{
    const struct garim_io *io = &garim_io_posix;
    struct stat status;
    char path[64];
    (void)umask(0777);
    const int other = make_file(path, (const uint8_t *)"x", 1);
    const int folder = io->open_folder(path);
    const char *const name = name_of(path);
    cr_assert_eq(io->create(folder, name, "zzz", 3), -EEXIST);
    cr_assert_eq(io->remove(folder, name), 0);
    const int created = io->open(folder, name, O_RDWR | O_CREAT | O_EXCL, 0644);
    cr_assert_geq(created, 0);
    cr_assert_eq(io->status(created, &status), 0);
    cr_assert_eq(status.st_mode & 07777, 0644);
    cr_assert_eq(io->set_mode(created, 0640), 0);
    cr_assert_eq(io->status(created, &status), 0);
    cr_assert_eq(status.st_mode & 07777, 0640);
    cr_assert_eq(io->remove(folder, name), 0);
    const int whole = io->create(folder, name, "zzz", 3);
    cr_assert_geq(whole, 0);
    const int again = io->open(AT_FDCWD, path, O_RDONLY, 0);
    cr_assert_eq(io->lock(again), -EWOULDBLOCK);
    cr_assert_eq(io->status(again, &status), 0);
    cr_assert(status.st_size == 3 && (status.st_mode & 07777) == 0600);
    cr_assert_eq(io->remove(folder, name), 0);
    (void)close(again);
    (void)close(whole);
    (void)close(created);
    (void)close(folder);
    (void)close(other);
}

Test(io, descriptors_that_never_wait)
{
    const struct garim_io *io = &garim_io_posix;
    int ends[2];
    uint8_t byte;
    cr_assert_eq(pipe(ends), 0);
    cr_assert_geq(fcntl(ends[1], F_SETPIPE_SZ, 4096), 0);
    io->widen(ends[1]);
    cr_assert_gt(fcntl(ends[0], F_GETPIPE_SZ), 4096);
    const int reading = io->unblock(ends[0], false);
    const int writing = io->unblock(ends[1], true);
    cr_assert(reading >= 0 && writing >= 0);
    cr_assert_eq(read(reading, &byte, 1), -1);
    cr_assert_eq(errno, EAGAIN);
    /* The peers' descriptors are as they were. */
    cr_assert_eq(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    cr_assert_eq(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
    cr_assert_eq(write(writing, "x", 1), 1);
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    (void)close(reading);
    (void)close(writing);
    (void)close(ends[0]);
    (void)close(ends[1]);
    char path[64];
    const int file = make_file(path, (const uint8_t *)"x", 1);
    cr_assert_eq(io->unblock(file, false), -EINVAL);
    io->widen(file);
    cr_assert_eq(io->remove(AT_FDCWD, path), 0);
    (void)close(file);
}

Test(io, transfers_that_spare_the_cache)
{
    for (size_t i = 0; i < 2; i++) {
        const struct garim_io *io = back_ends[i];
        struct garim_io_queue *queue = open_queue(io, 1, NULL);
        uint8_t *data = make_bytes(FILE_BYTES);
        char path[64];
        const int file = make_file(path, data, FILE_BYTES);
        struct garim_io_request request = {
            .operation = GARIM_IO_READ,
            .descriptor = file,
            .buffer = data,
            .bytes = FILE_BYTES,
            .uncached = io->uncached(file),
        };
        memset(data, 0, FILE_BYTES);
        cr_assert_eq(transfer(io, queue, &request), FILE_BYTES);
        for (size_t at = 0; at < FILE_BYTES; at++)
            cr_assert_eq(data[at], byte_at(at));
        request.operation = GARIM_IO_WRITE;
        request.offset = FILE_BYTES;
        cr_assert_eq(transfer(io, queue, &request), FILE_BYTES);
        cr_assert_eq(lseek(file, 0, SEEK_END), 2 * FILE_BYTES);
        (void)close(file);
        (void)unlink(path);
        free(data);
        io->queue_close(queue);
    }
}
