/* source.h - the bytes of a layout or a policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_CONFIG_SOURCE_H
#define GARIM_CONFIG_SOURCE_H

#include <stddef.h>

#include "garim/garim.h"

/* Read a file of at most GARIM_YAML_BYTES_MAX bytes, whatever its size grows to
 * meanwhile, and never wait for one.  GARIM_USAGE where it cannot be read, is
 * no regular file, is larger, or holds what no YAML file of ours has: a NUL
 * (as UTF-16 does) or a directive.  *ret_text is for free(), in an error too.
 */
enum garim_status garim_source_read(const char *path, char **ret_text,
                                    size_t *ret_bytes,
                                    struct garim_error *error);

/* The same from memory: a copy of `text`, which errors call `name`. */
enum garim_status garim_source_copy(const char *name, const void *text,
                                    size_t bytes, char **ret_text,
                                    size_t *ret_bytes,
                                    struct garim_error *error);

#endif
