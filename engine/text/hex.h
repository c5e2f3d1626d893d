/* hex.h - bytes as hex digits, and back
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TEXT_HEX_H
#define GARIM_TEXT_HEX_H

#include <stddef.h>
#include <stdint.h>

/* Write `count` bytes as lower-case digits, ended by a NUL. */
void garim_hex_encode(char *text, const uint8_t *bytes, size_t count);

/* The bytes of `digits` hex digits to `bytes`; returns how many, or SIZE_MAX:
 * an odd number of digits, or something else among them. */
size_t garim_hex_decode(uint8_t *bytes, const char *text, size_t digits);

/* The value of a digit, or -1. */
static inline int garim_hex_value(char digit)
{
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    return -1;
}

#endif
