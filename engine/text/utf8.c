/* utf8.c - reading UTF-8 that may be broken
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "text/utf8.h"

/* How a sequence begins, and the least code point that needs its length. */
static const struct lead {
    unsigned char mask, value;
    size_t bytes;
    unsigned min;
} leads[] = {
    {0x80, 0x00, 1, 0},
    {0xe0, 0xc0, 2, 0x80},
    {0xf0, 0xe0, 3, 0x800},
    {0xf8, 0xf0, 4, 0x10000},
};

size_t garim_utf8_next(const char *text, unsigned *ret_code_point)
{
    const unsigned char *byte = (const unsigned char *)text;
    *ret_code_point = GARIM_UTF8_BROKEN;
    for (size_t i = 0; i < sizeof leads / sizeof leads[0]; i++) {
        const struct lead *lead = &leads[i];
        if ((byte[0] & lead->mask) != lead->value) continue;
        unsigned code_point = byte[0] & (unsigned char)~lead->mask;
        for (size_t k = 1; k < lead->bytes; k++) {
            if ((byte[k] & 0xc0) != 0x80) return 1;
            code_point = code_point << 6 | (byte[k] & 0x3f);
        }
        if (code_point < lead->min || code_point > 0x10ffff ||
            (code_point >= 0xd800 && code_point <= 0xdfff))
            return 1;
        *ret_code_point = code_point;
        return lead->bytes;
    }
    return 1;
}
