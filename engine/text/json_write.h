/* json_write.h - writing JSON to a stream
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * `name` is the key in an object and NULL in an array and at the top.  Written
 * as it comes: a report may have a million rejects, of which jansson would keep
 * a tree of 700 MiB, where each allocation can fail, only for a printer of our
 * own; its knows neither which characters may not be shown nor lines by depth.
 */
#ifndef GARIM_TEXT_JSON_WRITE_H
#define GARIM_TEXT_JSON_WRITE_H

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
/* GARIM_NONE is null, and so is what no reader takes: 2^63 and more. */
void garim_json_count(struct garim_json *json, const char *name,
                      uint64_t value);
void garim_json_number(struct garim_json *json, const char *name, double value);
void garim_json_bool(struct garim_json *json, const char *name, bool value);

#endif
