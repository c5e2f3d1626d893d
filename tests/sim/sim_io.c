/* sim_io.c - a back end whose files, disk and clock are memory
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "sim_disk.h"

enum {
    DESCRIPTORS = 64,
    FIRST_DESCRIPTOR = 1000, /* none that the process has */
    FOLDER = 999,
    PENDING = 64,
};

struct descriptor {
    bool open, direct;
    int file;
};

static struct descriptor descriptors[DESCRIPTORS];
static int in_flight;

void sim_io_start(void)
{
    sim_disk_start();
    in_flight = 0;
    memset(descriptors, 0, sizeof descriptors);
}

void sim_io_pass(uint64_t nanoseconds)
{
    sim_now += nanoseconds;
}

bool sim_io_is_busy(void)
{
    return in_flight > 0;
}

static uint64_t io_clock(void)
{
    return sim_now;
}

/* ---- files --------------------------------------------------------------- */

static struct descriptor *descriptor_of(int number)
{
    ASSERT(number >= FIRST_DESCRIPTOR &&
           number < FIRST_DESCRIPTOR + DESCRIPTORS);
    struct descriptor *descriptor = &descriptors[number - FIRST_DESCRIPTOR];
    ASSERT(descriptor->open);
    return descriptor;
}

static struct sim_file *open_file(int number)
{
    return sim_file(descriptor_of(number)->file);
}

static int take_descriptor(int file)
{
    int i = 0;
    while (descriptors[i].open)
        ASSERT(++i < DESCRIPTORS);
    descriptors[i] = (struct descriptor){.open = true, .file = file};
    return FIRST_DESCRIPTOR + i;
}

static int io_open(int folder, const char *name, int flags, mode_t mode)
{
    int file = sim_file_of(name);
    (void)folder;
    if (file >= 0 && (flags & O_EXCL) != 0) return -EEXIST;
    if (file < 0 && (flags & O_CREAT) == 0) return file;
    if (file < 0) {
        if (!sim_acts()) return -EIO;
        file = sim_new_file(S_IFREG | mode);
        sim_set_name(sim_base_of(name), file);
    }
    return take_descriptor(file);
}

static int io_open_folder(const char *path)
{
    (void)path;
    return FOLDER;
}

static int io_close(int number)
{
    if (number == FOLDER) return 0;
    if (open_file(number)->locked == number) open_file(number)->locked = 0;
    descriptor_of(number)->open = false;
    return 0;
}

static void tell(int file, struct stat *ret_status)
{
    *ret_status = (struct stat){
        .st_ino = (ino_t)file + 1,
        .st_mode = sim_file(file)->mode,
        .st_nlink = sim_count_names(file),
        .st_uid = geteuid(),
        .st_size = (off_t)sim_file(file)->bytes,
        .st_mtim = {.tv_sec = sim_file(file)->modified},
    };
}

static int io_status(int number, struct stat *ret_status)
{
    if (number == FOLDER)
        *ret_status =
            (struct stat){.st_mode = S_IFDIR | 0700, .st_uid = geteuid()};
    else
        tell(descriptor_of(number)->file, ret_status);
    return 0;
}

static int io_name_status(int folder, const char *name, struct stat *ret_status)
{
    const int file = sim_file_of(name);
    (void)folder;
    if (file >= 0) tell(file, ret_status);
    return file < 0 ? file : 0;
}

static int io_set_mode(int number, mode_t mode)
{
    if (sim_acts()) open_file(number)->mode = S_IFREG | mode;
    return 0;
}

static int64_t io_position(int number)
{
    (void)number;
    return 0;
}

static int io_set_position(int number, uint64_t position)
{
    (void)number;
    (void)position;
    return 0;
}

static int io_set_direct(int number, bool direct)
{
    if (S_ISFIFO(open_file(number)->mode)) return -EINVAL;
    descriptor_of(number)->direct = direct;
    return 0;
}

static void io_widen(int number)
{
    (void)number;
}

static int io_unblock(int number, bool writing)
{
    (void)number;
    (void)writing;
    return -EINVAL;
}

static bool io_uncached(int number)
{
    (void)number;
    return false;
}

static int io_truncate(int number, uint64_t bytes)
{
    struct sim_file *file = open_file(number);
    if (!sim_acts()) return 0;
    if (bytes > SIM_FILE_BYTES_MAX) return -ENOSPC;
    if (bytes < file->bytes) memset(file->now + bytes, 0, file->bytes - bytes);
    for (size_t at = bytes / SIM_SECTOR; at * SIM_SECTOR < file->bytes; at++)
        file->dirty[at] = true;
    file->bytes = bytes;
    return 0;
}

static int io_sync(int number)
{
    if (!sim_acts()) return 0;
    if (sim_strikes()) return -EIO;
    sim_sync(open_file(number));
    return 0;
}

static int64_t io_read_at(int number, void *buffer, size_t bytes,
                          uint64_t offset)
{
    const struct sim_file *file = open_file(number);
    if (offset >= file->bytes) return 0;
    if (bytes > file->bytes - offset) bytes = file->bytes - offset;
    memcpy(buffer, file->now + offset, bytes);
    return (int64_t)bytes;
}

static int io_write_at(int number, const void *buffer, size_t bytes,
                       uint64_t offset)
{
    struct sim_file *file = open_file(number);
    if (!sim_acts()) return 0;
    if (offset + bytes > SIM_FILE_BYTES_MAX) return -ENOSPC;
    memcpy(file->now + offset, buffer, bytes);
    for (uint64_t at = offset / SIM_SECTOR; at * SIM_SECTOR < offset + bytes;
         at++)
        file->dirty[at] = true;
    if (file->bytes < offset + bytes) file->bytes = offset + bytes;
    file->modified = (int64_t)++sim_now;
    return 0;
}

static int io_sync_folder(int folder)
{
    (void)folder;
    if (!sim_acts()) return 0;
    if (sim_strikes()) return -EIO;
    sim_sync_names();
    return 0;
}

/* Its content is on the medium before it has a name. */
static int io_create(int folder, const char *name, const void *content,
                     size_t bytes)
{
    (void)folder;
    if (sim_file_of(name) >= 0) return -EEXIST;
    if (sim_dark) return -EIO;
    const int file = sim_new_file(S_IFREG | 0600);
    const int number = take_descriptor(file);
    memcpy(sim_file(file)->now, content, bytes);
    sim_file(file)->bytes = bytes;
    sim_file(file)->locked = number;
    sim_sync(sim_file(file));
    sim_set_name(name, file);
    return number;
}

static bool io_is_written(int number)
{
    (void)number;
    return false;
}

static int io_lock(int number)
{
    struct sim_file *file = open_file(number);
    if (file->locked != 0 && file->locked != number) return -EWOULDBLOCK;
    file->locked = number;
    return 0;
}

static int io_unlock(int number)
{
    open_file(number)->locked = 0;
    return 0;
}

static int io_publish(int folder, int number, const char *from, const char *to,
                      bool replaces)
{
    (void)folder;
    if (!replaces && sim_file_of(to) >= 0) return -EEXIST;
    sim_set_name(to, descriptor_of(number)->file);
    sim_set_name(from, -1);
    return 0;
}

static int io_can_publish(int folder, int number, const char *name)
{
    (void)folder;
    (void)number;
    (void)name;
    return 0;
}

static int io_forget(int folder, const char *name)
{
    (void)folder;
    (void)name;
    return 0;
}

static int io_remove(int folder, const char *name)
{
    (void)folder;
    sim_set_name(name, -1);
    return 0;
}

/* ---- transfers ----------------------------------------------------------- */

struct garim_io_queue {
    struct garim_io_request *pending[PENDING];
    size_t count;
};

static int io_queue_open(struct garim_io_queue **ret_queue,
                         const struct garim_io_queue_options *options)
{
    ASSERT(options->depth <= PENDING);
    *ret_queue = calloc(1, sizeof **ret_queue);
    return *ret_queue == NULL ? -ENOMEM : 0;
}

static void io_queue_close(struct garim_io_queue *queue)
{
    in_flight -= (int)queue->count;
    free(queue);
}

/* What O_DIRECT asks for. */
static void check_direct(const struct garim_io_request *request)
{
    if (!descriptor_of(request->descriptor)->direct) return;
    ASSERT(request->bytes % SIM_SECTOR == 0);
    ASSERT(request->offset % SIM_SECTOR == 0);
    ASSERT((uintptr_t)request->buffer % SIM_SECTOR == 0);
}

static void io_submit(struct garim_io_queue *queue,
                      struct garim_io_request *request)
{
    ASSERT(queue->count < PENDING && request->bytes > 0);
    check_direct(request);
    queue->pending[queue->count++] = request;
    in_flight++;
}

static int64_t transfer(struct garim_io_request *request)
{
    struct sim_file *file = open_file(request->descriptor);
    const bool stream = request->offset == GARIM_IO_STREAM;
    const bool reads = request->operation == GARIM_IO_READ;
    const uint64_t offset = !stream ? request->offset
                            : reads ? file->position
                                    : file->bytes;
    if (sim_strikes()) return -EIO;
    if (!reads) {
        const int result = io_write_at(request->descriptor, request->buffer,
                                       request->bytes, offset);
        return result < 0 ? result : (int64_t)request->bytes;
    }
    const int64_t moved = io_read_at(request->descriptor, request->buffer,
                                     request->bytes, offset);
    if (stream) file->position += (size_t)moved;
    return moved;
}

/* One of those in flight; without `wait` maybe none yet. */
static struct garim_io_request *io_reap(struct garim_io_queue *queue, bool wait)
{
    if (queue->count == 0 || (!wait && sim_draw(3) == 0)) return NULL;
    const size_t i = sim_draw(queue->count);
    struct garim_io_request *request = queue->pending[i];
    queue->pending[i] = queue->pending[--queue->count];
    in_flight--;
    request->result = transfer(request);
    return request;
}

const struct garim_io sim_io = {
    .name = "memory",
    .clock = io_clock,
    .queue_open = io_queue_open,
    .queue_close = io_queue_close,
    .submit = io_submit,
    .reap = io_reap,
    .open = io_open,
    .open_folder = io_open_folder,
    .create = io_create,
    .close = io_close,
    .status = io_status,
    .name_status = io_name_status,
    .set_mode = io_set_mode,
    .position = io_position,
    .set_position = io_set_position,
    .set_direct = io_set_direct,
    .widen = io_widen,
    .unblock = io_unblock,
    .preallocate = io_truncate,
    .uncached = io_uncached,
    .truncate = io_truncate,
    .sync = io_sync,
    .sync_data = io_sync,
    .read_at = io_read_at,
    .write_at = io_write_at,
    .sync_folder = io_sync_folder,
    .is_written = io_is_written,
    .lock = io_lock,
    .unlock = io_unlock,
    .publish = io_publish,
    .can_publish = io_can_publish,
    .forget = io_forget,
    .remove = io_remove,
};
