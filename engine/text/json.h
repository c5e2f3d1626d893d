/* json.h - reading JSON that somebody else may have written
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TEXT_JSON_H
#define GARIM_TEXT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garim/garim.h"

struct garim_json_value; /* belongs to the one that was read */

enum garim_json_kind {
    GARIM_JSON_NULL,
    GARIM_JSON_BOOL,
    GARIM_JSON_INTEGER,
    GARIM_JSON_REAL,
    GARIM_JSON_TEXT,
    GARIM_JSON_ARRAY,
    GARIM_JSON_OBJECT,
};

/* The object or array that `bytes` bytes of `text` are, which errors call
 * `name`.  GARIM_INPUT with a place: no JSON in UTF-8, something behind it, a
 * key twice in an object, a NUL in a text, a whole number beyond 63 bits;
 * larger than GARIM_JSON_BYTES_MAX, deeper than GARIM_JSON_DEPTH_MAX.  Nothing
 * of the text is quoted.  Free it with garim_json_free. */
enum garim_status garim_json_read(struct garim_json_value **ret_value,
                                  const char *name, const void *text,
                                  size_t bytes, struct garim_error *error);
void garim_json_free(struct garim_json_value *value); /* NULL is nothing */

enum garim_json_kind garim_json_kind(const struct garim_json_value *value);

/* Items of an array, members of an object, else 0. */
size_t garim_json_size(const struct garim_json_value *value);
/* NULL beyond the end, and where `array` is none. */
const struct garim_json_value *
garim_json_item(const struct garim_json_value *array, size_t index);
/* NULL where there is none, and where `object` is none. */
const struct garim_json_value *
garim_json_member(const struct garim_json_value *object, const char *name);
/* The name of the member behind that of `name`, NULL: the first, in the order
 * of the text; NULL behind the last. */
const char *garim_json_next(const struct garim_json_value *object,
                            const char *name);

/* A value of the kind that is wanted; false: it is of another, or NULL.  A text
 * ends with a NUL and has no other.  A count is a whole number from 0; a number
 * is any. */
bool garim_json_as_text(const struct garim_json_value *value,
                        const char **ret_text);
bool garim_json_as_count(const struct garim_json_value *value,
                         uint64_t *ret_count);
bool garim_json_as_number(const struct garim_json_value *value,
                          double *ret_number);
bool garim_json_as_bool(const struct garim_json_value *value, bool *ret_bool);

#endif
