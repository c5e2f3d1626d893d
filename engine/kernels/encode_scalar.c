/* encode_scalar.c - the text of a tag: characters of 4, 5, 6 or 8 bits, digits
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The forms of 4, 5 and 6 bits are base16, base32 and base64url of RFC 4648
 * (sections 8, 6 and 5) without padding characters.  The caller gives the
 * alphabet in the bytes of the field's code page, so that nothing here knows
 * about encodings.
 */
#include <string.h>

#include "kernels/kernels.h"

/* `bits_each` bits a character, from the left; the last one is filled up with
 * zero bits on its right, as RFC 4648 section 3.5 wants.
 *
 * `held` is a queue of bits: whole bytes come in at the low end, characters go
 * out at the high end.  Of its 32 bits at most each - 1 + 8 = 13 are still
 * waiting; what stands above them has been written and is masked away. */
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
    /* 80 bits are a whole number of 4 and of 5 bits, but not of 6. */
    if (held_bits > 0) {
        uint32_t index = held << (each - held_bits);
        *text = encoding->alphabet[index & ((1U << each) - 1)];
    }
}

/* ---- decimal digits: long division, as on paper -------------------------- */

/* The first 16 bytes of the tag are an integer of 128 bits, of which the last
 * `digits` decimal digits are written.  Division yields them from the right.
 * C has no portable integer of that size, so the number is four digits to the
 * base 2^32, and one division takes nine decimal digits at a time. */

enum {
    PIECE_DIGITS = 9,
    PIECE = 1000000000, /* the largest power of ten in 32 bits */
    PARTS = 4,          /* of 32 bits each, the most significant one first */
};

static void read_number(const uint8_t *tag, uint32_t number[PARTS])
{
    for (size_t i = 0; i < PARTS; i++) {
        number[i] = 0;
        for (size_t k = 0; k < 4; k++)
            number[i] = number[i] << 8 | tag[4 * i + k];
    }
}

/* Divide the number by PIECE, and return what is left over.  `rest` is below
 * PIECE < 2^30, so rest * 2^32 + number[i] fits into 64 bits, and each quotient
 * into 32. */
static uint32_t take_piece(uint32_t number[PARTS])
{
    uint64_t rest = 0;
    for (size_t i = 0; i < PARTS; i++) {
        rest = rest << 32 | number[i];
        number[i] = (uint32_t)(rest / PIECE);
        rest %= PIECE;
    }
    return (uint32_t)rest;
}

/* A field of 38 digits takes five divisions; once the number is used up, they
 * yield the zeros that fill the field. */
static void write_digits(const struct garim_encoding *encoding,
                         const uint8_t *tag, uint8_t *text, size_t digits)
{
    uint32_t number[PARTS];
    read_number(tag, number);
    while (digits > 0) {
        uint32_t piece = take_piece(number);
        for (size_t i = 0; i < PIECE_DIGITS && digits > 0; i++) {
            text[--digits] = encoding->alphabet[piece % 10];
            piece /= 10;
        }
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
        /* Rows with equal values share a tag. */
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
