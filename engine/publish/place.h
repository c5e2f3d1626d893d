/* place.h - the folder of an output: its names, its locks, who may write there
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What an earlier run left is trusted only where it is this user's own.
 */
#ifndef GARIM_PUBLISH_PLACE_H
#define GARIM_PUBLISH_PLACE_H

#include "io/io.h"

/* `path` without its folder; it points into `path`. */
const char *garim_place_name(const char *path);

/* An exclusive lock on `descriptor`, waiting at most `timeout_ms` for it:
 * -EWOULDBLOCK where it is held longer. */
int garim_place_lock(const struct garim_io *io, int descriptor,
                     unsigned timeout_ms);

/* The time at which `timeout_ms` from now have passed. */
int64_t garim_place_deadline(unsigned timeout_ms);

/* Pause between two attempts to have a lock; false, and no pause, where the
 * deadline has passed. */
bool garim_place_wait(int64_t deadline);

/* Whether `name` in `folder` still is the file that `descriptor` holds. */
bool garim_place_holds_name(const struct garim_io *io, int folder,
                            const char *name, int descriptor);

/* Whether a file that bears this status is one that only this user can have
 * made and written: regular, of the effective user, with one name, and of a
 * mode that lets nobody else write it (or of `mode`, if that is not 0). */
bool garim_place_is_own(const struct stat *status, mode_t mode);

/* Whether nobody else can make, rename or remove files in `folder`. */
bool garim_place_is_private(const struct garim_io *io, int folder);

#endif
