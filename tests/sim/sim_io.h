/* sim_io.h - a back end whose files, disk and clock are memory
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Requests end in an order that is drawn.  A write is in memory when it ends,
 * and on the medium when it is synced; when the power goes, each sector that is
 * not is there or not, and so are the last changes of names.
 */
#ifndef GARIM_TESTS_SIM_SIM_IO_H
#define GARIM_TESTS_SIM_SIM_IO_H

#include "io/io.h"

enum { SIM_FILE_BYTES_MAX = 1 << 17 };

extern const struct garim_io sim_io;

/* An empty folder; all that is drawn hangs on `seed`. */
void sim_io_begin(uint64_t seed);

/* A number below `limit`, the next of the seed. */
uint64_t sim_draw(uint64_t limit);

/* A file called `name`, of type S_IFREG or S_IFIFO. */
void sim_io_make(const char *name, mode_t type, const void *data, size_t bytes);

/* What has the name now: its bytes, or NULL. */
const uint8_t *sim_io_look(const char *name, size_t *ret_bytes);

/* From now on every `one_in`-th transfer or sync fails; 0: none. */
void sim_io_fail(uint64_t one_in);
bool sim_io_has_failed(void);

/* The process ends before its call number `calls` that changes anything, from
 * 0: nothing that it still does has an effect.  With `power` the disk forgets
 * too. */
void sim_io_end(uint64_t calls, bool power);
bool sim_io_has_ended(void);

/* A new process: no descriptor, no lock. */
void sim_io_start(void);

/* Time passes. */
void sim_io_pass(uint64_t nanoseconds);

/* Whether a request is in flight anywhere. */
bool sim_io_is_busy(void);

#endif
