/* io_file.h - the file calls that the tables of both back ends share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_IO_IO_FILE_H
#define GARIM_IO_IO_FILE_H

#include "io/io.h"

/* As preadv2(2) and pwritev2(2) take it, from Linux 6.14 on. */
enum { GARIM_IO_DONTCACHE = 0x80 };

/* How often EINTR or EAGAIN may follow each other in one transfer. */
enum { GARIM_IO_ATTEMPTS_MAX = 1000 };

/* How long a wait for a stream lasts before `stop` is looked at again. */
enum { GARIM_IO_STOP_MILLISECONDS = 100 };

uint64_t garim_file_clock(void);
int garim_file_open(int folder, const char *name, int flags, mode_t mode);
int garim_file_open_folder(const char *path);
int garim_file_create(int folder, const char *name, const void *content,
                      size_t bytes);
int garim_file_close(int descriptor);
int garim_file_status(int descriptor, struct stat *ret_status);
int garim_file_name_status(int folder, const char *name,
                           struct stat *ret_status);
int garim_file_set_mode(int descriptor, mode_t mode);
int64_t garim_file_position(int descriptor);
int garim_file_set_position(int descriptor, uint64_t position);
int garim_file_set_direct(int descriptor, bool direct);
void garim_file_widen(int descriptor);
int garim_file_unblock(int descriptor, bool writing);
int garim_file_preallocate(int descriptor, uint64_t bytes);
bool garim_file_uncached(int descriptor);
int garim_file_truncate(int descriptor, uint64_t bytes);
int garim_file_sync(int descriptor);
int garim_file_sync_data(int descriptor);
int64_t garim_file_read_at(int descriptor, void *buffer, size_t bytes,
                           uint64_t offset);
int garim_file_write_at(int descriptor, const void *buffer, size_t bytes,
                        uint64_t offset);
int garim_file_sync_folder(int folder);
bool garim_file_is_written(int descriptor);
int garim_file_lock(int descriptor);
int garim_file_unlock(int descriptor);
int garim_file_publish(int folder, int descriptor, const char *from,
                       const char *to, bool replaces);
int garim_file_can_publish(int folder, int descriptor, const char *name);
int garim_file_forget(int folder, const char *name);
int garim_file_remove(int folder, const char *name);

/* The calls above as members of a struct garim_io. */
#define GARIM_IO_FILE_CALLS                                                    \
    .clock = garim_file_clock, .open = garim_file_open,                        \
    .open_folder = garim_file_open_folder, .create = garim_file_create,        \
    .close = garim_file_close, .status = garim_file_status,                    \
    .name_status = garim_file_name_status, .set_mode = garim_file_set_mode,    \
    .position = garim_file_position, .set_position = garim_file_set_position,  \
    .set_direct = garim_file_set_direct, .widen = garim_file_widen,            \
    .unblock = garim_file_unblock, .preallocate = garim_file_preallocate,      \
    .uncached = garim_file_uncached, .truncate = garim_file_truncate,          \
    .sync = garim_file_sync, .sync_data = garim_file_sync_data,                \
    .read_at = garim_file_read_at, .write_at = garim_file_write_at,            \
    .sync_folder = garim_file_sync_folder, .lock = garim_file_lock,            \
    .is_written = garim_file_is_written, .unlock = garim_file_unlock,          \
    .publish = garim_file_publish, .can_publish = garim_file_can_publish,      \
    .forget = garim_file_forget, .remove = garim_file_remove

/* Add `result` (bytes moved or a negative errno value) to `request`.  True: it
 * is finished and its result set.  False: hand over what is left. */
bool garim_io_request_advance(struct garim_io_request *request, int64_t result,
                              const atomic_bool *stop);

/* Wait until the stream of `request` is ready or `stop` is true; the latter
 * gives -ECANCELED. */
int garim_io_request_poll(const struct garim_io_request *request,
                          const atomic_bool *stop);

/* Requests that wait to be handed back, in the order they came. */
struct garim_io_list {
    struct garim_io_request *first;
    struct garim_io_request *last;
};

void garim_io_list_append(struct garim_io_list *list,
                          struct garim_io_request *request);
struct garim_io_request *garim_io_list_take(struct garim_io_list *list);

#endif
