/* utf8_scalar.c - the length of a UTF-8 character (RFC 3629)
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The well-formed sequences are those of table 3-7 of the Unicode Standard,
 * chapter 3 (RFC 3629 section 4 has the same as a grammar).
 *
 * Each length is a constant behind a branch: where branches are foreseen, the
 * next character need not wait for this one.
 */
#include "kernels/kernels.h"

static bool is_tail(uint8_t byte)
{
    return byte >= 0x80 && byte <= 0xBF;
}

/* RFC 3629 section 4: after some first bytes the second one has less room,
 * which rules out overlong forms, surrogates and what is above U+10FFFF. */
static bool is_second(uint8_t first, uint8_t second)
{
    uint8_t low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    uint8_t high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    return second >= low && second <= high;
}

size_t garim_utf8_length_scalar(const uint8_t *text, size_t bytes)
{
    uint8_t first = text[0];
    if (first <= 0x7F) return 1;
    if (first < 0xC2 || first > 0xF4 || bytes < 2) return 0;
    if (!is_second(first, text[1])) return 0;
    if (first <= 0xDF) return 2;
    if (bytes < 3 || !is_tail(text[2])) return 0;
    if (first <= 0xEF) return 3;
    if (bytes < 4 || !is_tail(text[3])) return 0;
    return 4;
}
