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

/* An exclusive lock on `descriptor`, waiting `patience` times 20 ms:
 * -EWOULDBLOCK where it is held longer. */
int garim_place_lock(const struct garim_io *io, int descriptor,
                     unsigned patience);

/* Between two attempts to have a lock. */
void garim_place_pause(void);

/* Whether `name` in `folder` still is the file that `descriptor` holds. */
bool garim_place_is_held(const struct garim_io *io, int folder,
                         const char *name, int descriptor);

/* Whether a file that bears this status is one that only this user can have
 * made and written: regular, of the effective user, with one name, and of a
 * mode that lets nobody else write it (or of `mode`, if that is not 0). */
bool garim_place_is_own(const struct stat *status, mode_t mode);

/* Whether nobody else can make, rename or remove files in `folder`. */
bool garim_place_is_private(const struct garim_io *io, int folder);

#endif
