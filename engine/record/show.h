/* show.h - bytes of a field as printable text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_SHOW_H
#define GARIM_RECORD_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct garim_codepage;

/* A text that is cut off where its room ends, and knows its full length. */
struct garim_show {
    char *text;
    size_t size;
    size_t length;
    bool escaped; /* a byte had to be written as \x.. */
};

/* Append bytes as two hex digits each. */
void garim_show_hex(struct garim_show *show, const uint8_t *data, size_t bytes);

/* Append characters of `page` as UTF-8; what is no character, or must not be
 * shown, as \x.. by bytes, and a backslash as two. */
void garim_show_characters(struct garim_show *show,
                           const struct garim_codepage *page,
                           const uint8_t *data, size_t bytes);

/* End the text with a NUL where it has room for anything. */
void garim_show_end(struct garim_show *show);

#endif
