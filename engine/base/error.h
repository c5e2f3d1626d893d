/* error.h - filling a struct garim_error
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BASE_ERROR_H
#define GARIM_BASE_ERROR_H

#include "garim/garim.h"

/* Reset `error` to this status and these words, without a place, and return the
 * status.  `error` may be NULL. */
enum garim_status garim_error_set(struct garim_error *error,
                                  enum garim_status status, const char *format,
                                  ...) __attribute__((format(printf, 3, 4)));

/* The same about the file `path`. */
enum garim_status
garim_error_set_path(struct garim_error *error, enum garim_status status,
                     const char *path, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same about a place in the YAML file `path`. */
enum garim_status
garim_error_set_place(struct garim_error *error, enum garim_status status,
                      const char *path, unsigned line, unsigned column,
                      const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* GARIM_TEMPORARY: memory ran out. */
enum garim_status garim_error_no_memory(struct garim_error *error);

/* garim_secret_open() gave NULL, for the reason in errno: GARIM_TEMPORARY where
 * there is no memory at all, GARIM_KEY where none may be locked. */
enum garim_status garim_error_no_secret(struct garim_error *error);

/* The text of an errno value, for a message. */
const char *garim_error_text(int error_number);

/* GARIM_OUTPUT: `result`, a negative errno value, from trying to `verb` the
 * output `path`. */
enum garim_status garim_error_output(const char *path, const char *verb,
                                     int result, struct garim_error *error);

#endif
