/* encode_avx512.c - the text of a tag, up to 64 characters at once
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Eight characters of 4, 5 or 6 bits take 4, 5 or 6 bytes of the tag.  Each
 * qword gets the bytes of its eight characters, the first one most significant;
 * a multishift brings the bits of each character to its byte, and a permutation
 * of the alphabet makes it a letter.
 */
#include <immintrin.h>
#include <string.h>

#include "kernels/x86/x86.h"

enum { VECTOR = sizeof(__m512i) };

/* What is the same for all tags of a call. */
struct plan {
    __m512i spread;  /* the byte of the tag that each byte takes */
    __m512i shifts;  /* from which bit on each byte takes eight */
    __m512i letters; /* by those bits, whatever the bits too many are */
    __m512i pads;
    __mmask64 taken, text, field; /* bytes of the tag and the vector */
};

static __mmask64 first_bytes(size_t bytes)
{
    return bytes < VECTOR ? ((__mmask64)1 << bytes) - 1 : ~(__mmask64)0;
}

static struct plan plan_of(const struct garim_encoding *encoding, size_t bytes)
{
    static const uint8_t places[VECTOR] = {
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,
        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31,
        32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47,
        48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    const long long ones = 0x0101010101010101;
    const long long counted = 0x0807060504030201; /* the first byte's is low */
    long long each = (long long)encoding->bits_each;
    __m512i qwords = _mm512_setr_epi64(0, 1, 2, 3, 4, 5, 6, 7);
    __m512i firsts = _mm512_mullo_epi64(qwords, _mm512_set1_epi64(each * ones));
    __m512i wanted = _mm512_and_si512(
        _mm512_loadu_si512(places), _mm512_set1_epi8((char)((1 << each) - 1)));
    return (struct plan){
        .spread =
            _mm512_add_epi8(firsts, _mm512_set1_epi64(8 * ones - counted)),
        .shifts = _mm512_set1_epi64(64 * ones - each * counted),
        .letters = _mm512_permutexvar_epi8(
            wanted, _mm512_loadu_si512(encoding->alphabet)),
        .pads = _mm512_set1_epi8((char)encoding->pad),
        .taken = first_bytes(encoding->bits / 8),
        .text = first_bytes(
            garim_encode_bytes(encoding->bits, encoding->bits_each)),
        .field = first_bytes(bytes),
    };
}

/* No wider than the field needs, since a store that crosses a cache line costs
 * two even where the mask leaves one of them out. */
static inline void store(const struct plan *plan, uint8_t *field, __m512i text)
{
    if (plan->field <= UINT16_MAX)
        _mm_mask_storeu_epi8(field, (__mmask16)plan->field,
                             _mm512_castsi512_si128(text));
    else if (plan->field <= UINT32_MAX)
        _mm256_mask_storeu_epi8(field, (__mmask32)plan->field,
                                _mm512_castsi512_si256(text));
    else
        _mm512_mask_storeu_epi8(field, plan->field, text);
}

static void encode_letters(const struct plan *plan, const uint8_t *tags,
                           const uint32_t *which, uint8_t *data,
                           const uint32_t *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *tag = tags + (size_t)which[i] * GARIM_TAG_BYTES;
        __m512i bytes = _mm512_maskz_loadu_epi8(plan->taken, tag);
        __m512i qwords = _mm512_permutexvar_epi8(plan->spread, bytes);
        __m512i bits = _mm512_multishift_epi64_epi8(plan->shifts, qwords);
        __m512i text = _mm512_mask_permutexvar_epi8(plan->pads, plan->text,
                                                    bits, plan->letters);
        store(plan, data + offsets[i], text);
    }
}

/* Eight bits a character: the tag itself. */
static void encode_bytes(const struct plan *plan, const uint8_t *tags,
                         const uint32_t *which, uint8_t *data,
                         const uint32_t *offsets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *tag = tags + (size_t)which[i] * GARIM_TAG_BYTES;
        __m512i text = _mm512_mask_loadu_epi8(plan->pads, plan->taken, tag);
        store(plan, data + offsets[i], text);
    }
}

void garim_encode_avx512(const struct garim_encoding *encoding,
                         const uint8_t *tags, const uint32_t *which,
                         uint8_t *data, const uint32_t *offsets, size_t bytes,
                         size_t count)
{
    if (encoding->bits_each == 0) {
        garim_encode_avx2(encoding, tags, which, data, offsets, bytes, count);
        return;
    }
    struct plan plan = plan_of(encoding, bytes);
    if (encoding->bits_each == 8)
        encode_bytes(&plan, tags, which, data, offsets, count);
    else
        encode_letters(&plan, tags, which, data, offsets, count);
    for (size_t i = 0; bytes > VECTOR && i < count; i++)
        memset(data + offsets[i] + VECTOR, encoding->pad, bytes - VECTOR);
}
