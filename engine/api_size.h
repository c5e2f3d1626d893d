/* api_size.h - structs of garim.h whose other side may be of another version
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every such struct begins with `size_t size`, the sizeof that the caller was
 * compiled with.
 */
#ifndef GARIM_API_SIZE_H
#define GARIM_API_SIZE_H

#include "garim/garim.h"

/* Copy the caller's `options`, a struct called `what`, to `ret_options`, which
 * has `known` bytes: members that the caller does not have are zero, and so are
 * all where `options` is NULL.  GARIM_USAGE: `size` was not set, or the caller
 * sets members that are not known here. */
enum garim_status garim_options_take(void *ret_options, size_t known,
                                     const void *options, const char *what,
                                     struct garim_error *error);

/* Fill the caller's `ret_info` up to its size from `info`, which has `known`
 * bytes; members that are not known here become zero.  One whose size
 * was not set is left as it is. */
void garim_info_give(void *ret_info, const void *info, size_t known);

/* Fill `count` infos that stand side by side at `ret_infos` in the same way,
 * each as large as the size of the first says, from those at `infos`. */
void garim_infos_give(void *ret_infos, const void *infos, size_t known,
                      size_t count);

/* GARIM_USAGE where `size` of the struct `what` is less than `least`, or so
 * much that nobody can have set it. */
enum garim_status garim_size_check(size_t size, size_t least, const char *what,
                                   struct garim_error *error);

#endif
