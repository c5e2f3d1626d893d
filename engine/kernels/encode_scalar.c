/* encode_scalar.c - the text of a tag: characters of 4, 5, 6 or 8 bits, digits
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "kernels/kernels.h"

/* `bits_each` bits a character, from the left; the last one is filled up with
 * zero bits. */
static void write_bits(const struct garim_encoding *encoding,
                       const uint8_t *tag, uint8_t *text)
{
    size_t each = encoding->bits_each;
    uint32_t held = 0;
    size_t held_bits = 0;
    for (size_t i = 0; i < encoding->bits / 8; i++) {
        held = held << 8 | tag[i];
        held_bits += 8;
        for (; held_bits >= each; held_bits -= each) {
            uint32_t index = held >> (held_bits - each);
            *text++ = encoding->alphabet[index & ((1U << each) - 1)];
        }
    }
    if (held_bits > 0) {
        uint32_t index = held << (each - held_bits);
        *text = encoding->alphabet[index & ((1U << each) - 1)];
    }
}

static void write_digits(const struct garim_encoding *encoding,
                         const uint8_t *tag, uint8_t *text, size_t digits)
{
    unsigned __int128 number = 0;
    for (size_t i = 0; i < 16; i++)
        number = number << 8 | tag[i];
    for (size_t i = digits; i > 0; i--) {
        text[i - 1] = encoding->alphabet[number % 10];
        number /= 10;
    }
}

void garim_encode_scalar(const struct garim_encoding *encoding,
                         const uint8_t *tags, const uint32_t *which,
                         uint8_t *data, const uint32_t *offsets, size_t bytes,
                         size_t count)
{
    size_t each = encoding->bits_each;
    size_t text_bytes =
        each == 0 ? bytes : garim_encode_bytes(encoding->bits, each);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *tag = tags + (size_t)which[i] * GARIM_TAG_BYTES;
        uint8_t *text = data + offsets[i];
        if (each == 0)
            write_digits(encoding, tag, text, bytes);
        else if (each == 8)
            memcpy(text, tag, text_bytes);
        else
            write_bits(encoding, tag, text);
        memset(text + text_bytes, encoding->pad, bytes - text_bytes);
    }
}
