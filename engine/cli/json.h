/* json.h - writing JSON to a stream
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * `name` is the key in an object and NULL in an array and at the top.
 */
#ifndef GARIM_CLI_JSON_H
#define GARIM_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct garim_json {
    FILE *file;
    unsigned line_depth; /* items this deep and less get a line of their own */
    unsigned depth;
    bool filled; /* an item precedes at this depth */
};

void garim_json_open(struct garim_json *json, const char *name, char bracket);
void garim_json_close(struct garim_json *json, char bracket);

/* Any bytes: what is no UTF-8 becomes U+FFFD.  A NULL value is null. */
void garim_json_text(struct garim_json *json, const char *name,
                     const char *value);
/* GARIM_NONE is null. */
void garim_json_count(struct garim_json *json, const char *name,
                      uint64_t value);
void garim_json_number(struct garim_json *json, const char *name, double value);
void garim_json_bool(struct garim_json *json, const char *name, bool value);

#endif
