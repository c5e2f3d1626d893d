/* codepage.h - ascii, utf-8 and the single-byte code pages of iconv
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_CODEPAGE_H
#define GARIM_RECORD_CODEPAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"

/* One byte of a page as UTF-8; bytes 0: the page does not define it. */
struct garim_character {
    uint8_t bytes;
    uint8_t text[GARIM_CHARACTER_BYTES_MAX];
};

enum { GARIM_NOT_ASCII = 0x80 };

struct garim_codepage {
    const char *name;
    bool utf8;     /* multi-byte: `characters` holds ASCII only */
    bool ascii;    /* bytes below 0x80 are ASCII, as in ascii and utf-8 */
    bool same;     /* ascii or utf-8: a text is its own canonical value */
    uint8_t blank; /* U+0020 in this page */
    struct garim_character characters[256];
    int16_t from_ascii[128]; /* the byte that is U+0000 to U+007F, or -1 */
    int8_t digit[256];       /* value of the byte as a decimal digit, or -1 */
    uint8_t to_ascii[256];   /* or NOT_ASCII: look among the characters */
    uint8_t plain_low;  /* bytes that need no second look: characters of the */
    uint8_t plain_high; /* page, of one byte; low > high: there are none */
    uint8_t digit_low;  /* the digits, if they stand side by side: else */
    uint8_t digit_high; /* low > high */
};

enum garim_codepage_result {
    GARIM_CODEPAGE_OK,
    GARIM_CODEPAGE_UNKNOWN,    /* iconv does not know the name */
    GARIM_CODEPAGE_MULTI_BYTE, /* not one byte a character, or has states */
    GARIM_CODEPAGE_NO_BLANK,   /* lacks the space or a digit */
    GARIM_CODEPAGE_NO_MEMORY,
};

/* Fill `ret_page` for the encoding `name`; `name` must outlive it. */
enum garim_codepage_result garim_codepage_load(const char *name,
                                               struct garim_codepage *ret_page);

/* Bytes of the character at the start of `text` (`bytes` of it, at least 1), or
 * 0 where no character of the page begins there. */
size_t garim_codepage_length(const struct garim_codepage *page,
                             const uint8_t *text, size_t bytes);

/* Whether every character of `text` belongs to the page. */
bool garim_codepage_valid(const struct garim_codepage *page,
                          const uint8_t *text, size_t bytes);

/* `text` in the page as UTF-8 into `out` (room for 3 bytes a byte); returns the
 * length, or SIZE_MAX where a character does not belong to the page. */
size_t garim_codepage_decode(const struct garim_codepage *page,
                             const uint8_t *text, size_t bytes, uint8_t *out);

/* UTF-8 `text` in the page into `out` (room for `bytes`); returns the length,
 * or SIZE_MAX where the page lacks a character or the text is no UTF-8. */
size_t garim_codepage_encode(const struct garim_codepage *page,
                             const uint8_t *text, size_t bytes, uint8_t *out);

#endif
