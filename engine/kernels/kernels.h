/* kernels.h - what is done to bytes in the hot path, one contract each
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every kernel has a readable scalar reference in a *_scalar.c file.  Pointers
 * need no alignment; nothing outside the stated sizes is read or written.
 */
#ifndef GARIM_KERNELS_KERNELS_H
#define GARIM_KERNELS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/* ---- encode_scalar.c: the text of a tag ---------------------------------
 * `bits` (a multiple of 8) from the left of `tag` as ASCII characters into
 * `text`, which has room for garim_encode_bytes(); the two do not overlap. */
typedef void garim_encode_function(const uint8_t *tag, size_t bits,
                                   uint8_t *text);

garim_encode_function garim_encode_hex_scalar;       /* lower-case */
garim_encode_function garim_encode_base32_scalar;    /* RFC 4648 section 6 */
garim_encode_function garim_encode_base64url_scalar; /* RFC 4648 section 5 */
garim_encode_function garim_encode_raw_scalar;       /* the bytes themselves */

/* Bytes that `bits` need at `bits_each` bits a character. */
static inline size_t garim_encode_bytes(size_t bits, size_t bits_each)
{
    return (bits + bits_each - 1) / bits_each;
}

/* The first 16 bytes of `tag` as a big-endian integer modulo 10^digits, as
 * `digits` (1 to 38) ASCII digits. */
void garim_encode_digits_scalar(const uint8_t *tag, size_t digits,
                                uint8_t *text);

/* ---- utf8_scalar.c: RFC 3629 ---------------------------------------------
 * Length of the character at the start of `text` (1 to 4), or 0 where the
 * `bytes` (at least 1) there do not begin with one. */
size_t garim_utf8_length_scalar(const uint8_t *text, size_t bytes);

#endif
