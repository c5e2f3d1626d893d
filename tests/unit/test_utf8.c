/* test_utf8.c - the length of a UTF-8 character, over every sequence
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <criterion/criterion.h>

#include "kernels/kernels.h"

static size_t encode(uint32_t point, uint8_t *text)
{
    if (point < 0x80) {
        text[0] = (uint8_t)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    static const uint8_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        text[i] = (uint8_t)(0x80 | (point & 0x3F));
    text[0] = (uint8_t)(marks[length] | point);
    return length;
}

Test(utf8, every_code_point_but_surrogates)
{
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        uint8_t text[4];
        size_t length = encode(point, text);
        size_t wanted = point >= 0xD800 && point <= 0xDFFF ? 0 : length;
        cr_assert_eq(garim_utf8_length_scalar(text, length), wanted, "U+%04X",
                     point);
        if (length > 1)
            cr_assert_eq(garim_utf8_length_scalar(text, length - 1), 0);
    }
}

Test(utf8, no_other_sequence_is_a_character)
{
    size_t found = 0;
    for (uint32_t word = 0; word < 0x1000000; word++) {
        uint8_t text[3] = {(uint8_t)(word >> 16), (uint8_t)(word >> 8),
                           (uint8_t)word};
        if (garim_utf8_length_scalar(text, 3) == 3) found++;
    }
    cr_assert_eq(found, 0x10000 - 0x800 - 0x800); /* less 2-byte, surrogates */
    uint8_t above[] = {0xF4, 0x90, 0x80, 0x80};
    cr_assert_eq(garim_utf8_length_scalar(above, 4), 0);
}
