/* encode_scalar.c - the text of a tag: hex, base32, base64url, digits, raw
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "kernels/kernels.h"

/* `bits_each` bits a character, from the left; the last one is filled up with
 * zero bits. */
static void encode(const uint8_t *tag, size_t bits, uint8_t *text,
                   const char *alphabet, unsigned bits_each)
{
    uint32_t held = 0;
    unsigned held_bits = 0;
    for (size_t i = 0; i < bits / 8; i++) {
        held = held << 8 | tag[i];
        held_bits += 8;
        for (; held_bits >= bits_each; held_bits -= bits_each) {
            uint32_t index = held >> (held_bits - bits_each);
            *text++ = (uint8_t)alphabet[index & ((1U << bits_each) - 1)];
        }
    }
    if (held_bits > 0) {
        uint32_t index = held << (bits_each - held_bits);
        *text = (uint8_t)alphabet[index & ((1U << bits_each) - 1)];
    }
}

void garim_encode_hex_scalar(const uint8_t *tag, size_t bits, uint8_t *text)
{
    encode(tag, bits, text, "0123456789abcdef", 4);
}

void garim_encode_base32_scalar(const uint8_t *tag, size_t bits, uint8_t *text)
{
    encode(tag, bits, text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5);
}

void garim_encode_base64url_scalar(const uint8_t *tag, size_t bits,
                                   uint8_t *text)
{
    encode(tag, bits, text,
           "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
           6);
}

void garim_encode_raw_scalar(const uint8_t *tag, size_t bits, uint8_t *text)
{
    memcpy(text, tag, bits / 8);
}

void garim_encode_digits_scalar(const uint8_t *tag, size_t digits,
                                uint8_t *text)
{
    unsigned __int128 number = 0;
    for (size_t i = 0; i < 16; i++)
        number = number << 8 | tag[i];
    for (size_t i = digits; i > 0; i--) {
        text[i - 1] = (uint8_t)('0' + (int)(number % 10));
        number /= 10;
    }
}
