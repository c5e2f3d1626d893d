/* literal.c - texts of layouts and policies as the bytes of a field
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/literal.h"

#include <string.h>

/* Decode hex digits in place; SIZE_MAX where they are none. */
static size_t decode_hex(uint8_t *text, size_t bytes)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    if (bytes % 2 != 0) return SIZE_MAX;
    for (size_t i = 0; i < bytes; i++) {
        const char *found = memchr(digits, text[i], sizeof digits - 1);
        if (found == NULL) return SIZE_MAX;
        uint8_t value = (uint8_t)((found - digits) % 16);
        if (i % 2 == 0)
            text[i / 2] = (uint8_t)(value << 4);
        else
            text[i / 2] |= value;
    }
    return bytes / 2;
}

size_t garim_literal_encode(const struct garim_field *field, const char *text,
                            uint8_t *out, const char **ret_wrong)
{
    size_t bytes = strlen(text);
    if (field->type == GARIM_BYTES) {
        memcpy(out, text, bytes);
        *ret_wrong = "is no even number of hex digits; write two for each byte";
        return decode_hex(out, bytes);
    }
    if (field->type == GARIM_DIGITS && strspn(text, "0123456789") != bytes) {
        *ret_wrong = "is not all digits; write digits only";
        return SIZE_MAX;
    }
    *ret_wrong = "has a character that the encoding lacks; use others";
    return garim_codepage_encode(field->page, (const uint8_t *)text, bytes,
                                 out);
}
