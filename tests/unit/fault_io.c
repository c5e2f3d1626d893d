/* fault_io.c - a back end whose calls fail, or end the process, when told
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fault_io.h"

#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "io/io_file.h"
#include "power.h"

static const struct fault_plan *plan;
static unsigned long counts[FAULT_CALLS];
static bool struck;
static struct garim_io_request *failed; /* to be handed back */
static int unsynced = -1;               /* a descriptor whose sync has failed */

void fault_begin(const struct fault_plan *new_plan)
{
    memset(counts, 0, sizeof counts);
    struck = false;
    failed = NULL;
    unsynced = -1;
    plan = new_plan;
}

unsigned long fault_count(enum fault_call call)
{
    return counts[call];
}

bool fault_struck(void)
{
    return struck;
}

/* Count a call; 0, or the error it is to answer with. */
static int strike(enum fault_call call)
{
    counts[call]++;
    counts[FAULT_ANY]++;
    if (plan == NULL || (plan->call != FAULT_ANY && plan->call != call) ||
        counts[plan->call] != plan->when)
        return 0;
    struck = true;
    if (plan->error == FAULT_POWER) power_cut();
    if (plan->error <= FAULT_KILL) _exit(FAULT_EXIT);
    return -plan->error;
}

static void submit(struct garim_io_queue *queue,
                   struct garim_io_request *request)
{
    request->result =
        strike(request->operation == GARIM_IO_READ ? FAULT_READ : FAULT_WRITE);
    if (request->result < 0) {
        failed = request;
        return;
    }
    if (request->operation == GARIM_IO_WRITE)
        power_note_write(request->descriptor, request->offset, request->bytes);
    garim_io_posix.submit(queue, request);
}

static struct garim_io_request *reap(struct garim_io_queue *queue, bool wait)
{
    struct garim_io_request *request = failed;
    failed = NULL;
    return request != NULL ? request : garim_io_posix.reap(queue, wait);
}

static int queue_open(struct garim_io_queue **ret_queue,
                      const struct garim_io_queue_options *options)
{
    return garim_io_posix.queue_open(ret_queue, options);
}

static void queue_close(struct garim_io_queue *queue)
{
    garim_io_posix.queue_close(queue);
}

static int fault_open(int folder, const char *name, int flags, mode_t mode)
{
    const int result = strike(FAULT_OPEN);
    return result < 0 ? result : garim_file_open(folder, name, flags, mode);
}

static int open_folder(const char *path)
{
    const int result = strike(FAULT_OPEN);
    return result < 0 ? result : garim_file_open_folder(path);
}

/* With all that it holds, or not at all. */
static int create(int folder, const char *name, const void *content,
                  size_t bytes)
{
    const int result = strike(FAULT_CREATE);
    return result < 0 ? result
                      : garim_file_create(folder, name, content, bytes);
}

static int set_mode(int descriptor, mode_t mode)
{
    const int result = strike(FAULT_MODE);
    return result < 0 ? result : garim_file_set_mode(descriptor, mode);
}

static int fault_close(int descriptor)
{
    if (descriptor == unsynced) unsynced = -1;
    return garim_file_close(descriptor);
}

static int status(int descriptor, struct stat *ret_status)
{
    const int result = strike(FAULT_STATUS);
    return result < 0 ? result : garim_file_status(descriptor, ret_status);
}

static int preallocate(int descriptor, uint64_t bytes)
{
    const int result = strike(FAULT_PREALLOCATE);
    return result < 0 ? result : garim_file_preallocate(descriptor, bytes);
}

static int fault_truncate(int descriptor, uint64_t bytes)
{
    const int result = strike(FAULT_TRUNCATE);
    if (result == 0) power_note_cut(descriptor, bytes);
    return result < 0 ? result : garim_file_truncate(descriptor, bytes);
}

/* A failed sync is never retried: what it lost may count as written then. */
static int sync_with(enum fault_call call, int (*function)(int), int descriptor)
{
    cr_assert_neq(descriptor, unsynced, "a failed sync was retried");
    const int result = strike(call);
    power_note_sync(descriptor, result == 0);
    if (result < 0) unsynced = descriptor;
    return result < 0 ? result : function(descriptor);
}

static int fault_sync(int descriptor)
{
    return sync_with(FAULT_SYNC, garim_file_sync, descriptor);
}

static int sync_data(int descriptor)
{
    return sync_with(FAULT_SYNC_DATA, garim_file_sync_data, descriptor);
}

static int sync_folder(int folder)
{
    const int result = strike(FAULT_SYNC_DIRECTORY);
    if (result == 0) power_note_folder_sync();
    return result < 0 ? result : garim_file_sync_folder(folder);
}

static int64_t read_at(int descriptor, void *buffer, size_t bytes,
                       uint64_t offset)
{
    const int result = strike(FAULT_READ_AT);
    return result < 0 ? result
                      : garim_file_read_at(descriptor, buffer, bytes, offset);
}

/* It fails half-way, and leaves that half. */
static int write_at(int descriptor, const void *buffer, size_t bytes,
                    uint64_t offset)
{
    const int result = strike(FAULT_WRITE_AT);
    if (result < 0) bytes /= 2;
    power_note_write(descriptor, offset, bytes);
    const int written = garim_file_write_at(descriptor, buffer, bytes, offset);
    return result < 0 ? result : written;
}

static int lock(int descriptor)
{
    const int result = strike(FAULT_LOCK);
    return result < 0 ? result : garim_file_lock(descriptor);
}

static int publish(int folder, int descriptor, const char *from, const char *to,
                   bool replace)
{
    int result = strike(FAULT_PUBLISH);
    if (result == 0)
        result = garim_file_publish(folder, descriptor, from, to, replace);
    if (result == 0 && !replace) power_note_rename(folder, from, to);
    return result;
}

static int can_publish(int folder, int descriptor, const char *name)
{
    const int result = strike(FAULT_CAN_PUBLISH);
    return result < 0 ? result
                      : garim_file_can_publish(folder, descriptor, name);
}

static int fault_remove(int folder, const char *name)
{
    const int result = strike(FAULT_REMOVE);
    return result < 0 ? result : garim_file_remove(folder, name);
}

const struct garim_io fault_io = {
    .name = "faults",
    .synchronous = true,
    .clock = garim_file_clock,
    .queue_open = queue_open,
    .queue_close = queue_close,
    .submit = submit,
    .reap = reap,
    .open = fault_open,
    .open_folder = open_folder,
    .create = create,
    .set_mode = set_mode,
    .close = fault_close,
    .status = status,
    .name_status = garim_file_name_status,
    .position = garim_file_position,
    .set_position = garim_file_set_position,
    .set_direct = garim_file_set_direct,
    .widen = garim_file_widen,
    .unblock = garim_file_unblock,
    .preallocate = preallocate,
    .uncached = garim_file_uncached,
    .truncate = fault_truncate,
    .sync = fault_sync,
    .sync_data = sync_data,
    .read_at = read_at,
    .write_at = write_at,
    .sync_folder = sync_folder,
    .lock = lock,
    .unlock = garim_file_unlock,
    .publish = publish,
    .can_publish = can_publish,
    .forget = garim_file_forget,
    .is_written = garim_file_is_written,
    .remove = fault_remove,
};
