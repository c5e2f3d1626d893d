/* utf8.h - reading UTF-8 that may be broken
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TEXT_UTF8_H
#define GARIM_TEXT_UTF8_H

#include <stddef.h>

#define GARIM_UTF8_BROKEN 0x110000u

/* The character that `text`, which ends with a NUL, begins with, and its length
 * in bytes; a byte that begins no character is GARIM_UTF8_BROKEN, length 1. */
size_t garim_utf8_next(const char *text, unsigned *ret_code_point);

#endif
