/* utf8_scalar.c - the length of a UTF-8 character (RFC 3629)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/kernels.h"

/* RFC 3629 section 4: which second bytes may follow which first byte. */
struct form {
    uint8_t first_low, first_high;
    uint8_t second_low, second_high;
    uint8_t length;
};

static const struct form forms[] = {
    {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
    {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3},
    {0xEE, 0xEF, 0x80, 0xBF, 3}, {0xF0, 0xF0, 0x90, 0xBF, 4},
    {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
};

static size_t form_length(const struct form *form, const uint8_t *text,
                          size_t bytes)
{
    if (bytes < form->length) return 0;
    if (text[1] < form->second_low || text[1] > form->second_high) return 0;
    for (size_t i = 2; i < form->length; i++)
        if ((text[i] & 0xC0) != 0x80) return 0;
    return form->length;
}

size_t garim_utf8_length_scalar(const uint8_t *text, size_t bytes)
{
    if (text[0] < 0x80) return 1;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (text[0] >= forms[i].first_low && text[0] <= forms[i].first_high)
            return form_length(&forms[i], text, bytes);
    return 0;
}
