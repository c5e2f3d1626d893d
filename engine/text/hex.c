/* hex.c - bytes as hex digits, and back
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "text/hex.h"

void garim_hex_encode(char *text, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        *text++ = digits[bytes[i] >> 4];
        *text++ = digits[bytes[i] & 15];
    }
    *text = '\0';
}

size_t garim_hex_decode(uint8_t *bytes, const char *text, size_t digits)
{
    if (digits % 2 != 0) return SIZE_MAX;
    for (size_t i = 0; i < digits; i += 2) {
        const int high = garim_hex_value(text[i]);
        const int low = garim_hex_value(text[i + 1]);
        if (high < 0 || low < 0) return SIZE_MAX;
        bytes[i / 2] = (uint8_t)(high << 4 | low);
    }
    return digits / 2;
}
