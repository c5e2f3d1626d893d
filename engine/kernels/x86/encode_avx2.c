/* encode_avx2.c - the text of a tag, in lanes of 16 characters
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A character of 4, 5 or 6 bits lies within two neighbouring bytes of the tag.
 * A window of 16 bits takes these two, the first one high; a multiplication
 * moves the character to the top of its window, a shift brings it down.
 */
#include <immintrin.h>
#include <string.h>

#include "kernels/x86/x86.h"

enum {
    LANE = 16, /* characters, and bytes of a tag that are read for them */
    LANES = 4, /* 64 characters hold the longest text, 256 bits in hex */
};

/* Two lanes of text, made of two vectors of windows.  A vector holds the first
 * halves of both lanes, or the second ones: [half][lane]. */
struct pair {
    __m128i spread[2][2]; /* the byte of the tag for each byte */
    __m128i powers[2][2]; /* of two, for each window */
    __m128i behind[2];    /* [lane] 0xFF behind the text */
    size_t from[2];       /* where a lane reads the tag */
    size_t to[2];         /* where it is in the field */
};

struct plan {
    struct pair pairs[LANES / 2];
    size_t pair_count;
    size_t bytes; /* of the field */
    __m256i pads;
    __m256i letters[4]; /* the alphabet, 16 letters in both halves of each */
    int drop;           /* bits of a window below a character at the top */
};

static inline __m128i all(size_t value)
{
    return _mm_set1_epi16((short)value);
}

/* The windows of 8 characters, the first of which is `start`. */
static void plan_half(struct pair *pair, size_t half, size_t lane, size_t start,
                      const struct garim_encoding *encoding)
{
    __m128i powers = _mm_set1_epi64x((long long)0x8040201008040201);
    __m128i no_byte = all(0x8000);
    __m128i places =
        _mm_add_epi16(_mm_setr_epi16(0, 1, 2, 3, 4, 5, 6, 7), all(start));
    __m128i bits = _mm_mullo_epi16(places, all(encoding->bits_each));
    __m128i first = _mm_srli_epi16(bits, 3);
    __m128i second = _mm_add_epi16(first, all(1));
    __m128i end = all(encoding->bits / 8);
    __m128i from = all(pair->from[lane]);
    /* What is behind the tag's bits is zero, by an index of 0x80. */
    __m128i high =
        _mm_or_si128(_mm_slli_epi16(_mm_sub_epi16(first, from), 8),
                     _mm_andnot_si128(_mm_cmplt_epi16(first, end), no_byte));
    __m128i low = _mm_or_si128(
        _mm_sub_epi16(second, from),
        _mm_srli_epi16(_mm_andnot_si128(_mm_cmplt_epi16(second, end), no_byte),
                       8));
    pair->spread[half][lane] = _mm_or_si128(high, low);
    pair->powers[half][lane] = _mm_shuffle_epi8(
        powers, _mm_or_si128(_mm_and_si128(bits, all(7)), no_byte));
}

static void plan_lane(struct pair *pair, size_t lane, size_t start,
                      const struct garim_encoding *encoding)
{
    size_t text = garim_encode_bytes(encoding->bits, encoding->bits_each);
    size_t from = start * encoding->bits_each / 8;
    size_t last = GARIM_TAG_BYTES - LANE;
    __m128i places = _mm_add_epi8(
        _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        _mm_set1_epi8((char)start));
    pair->from[lane] = from < last ? from : last;
    pair->to[lane] = start;
    pair->behind[lane] =
        _mm_cmpgt_epi8(places, _mm_set1_epi8((char)(text - 1)));
    plan_half(pair, 0, lane, start, encoding);
    plan_half(pair, 1, lane, start + LANE / 2, encoding);
}

/* Lanes overlap where the field is no multiple of them: the last one ends where
 * the field does. */
static void make_plan(struct plan *plan, const struct garim_encoding *encoding,
                      size_t bytes)
{
    size_t in_lanes = bytes < LANES * LANE ? bytes : LANES * LANE;
    size_t last = in_lanes > LANE ? in_lanes - LANE : 0;
    plan->pair_count = (in_lanes + 2 * LANE - 1) / (2 * LANE);
    for (size_t lane = 0; lane < 2 * plan->pair_count; lane++) {
        size_t start = lane * LANE < last ? lane * LANE : last;
        plan_lane(&plan->pairs[lane / 2], lane % 2, start, encoding);
    }
    plan->bytes = bytes;
    plan->pads = _mm256_set1_epi8((char)encoding->pad);
    plan->drop = 16 - (int)encoding->bits_each;
    for (size_t i = 0; i < 4; i++) {
        const uint8_t *letters = encoding->alphabet + 16 * i;
        plan->letters[i] =
            _mm256_broadcastsi128_si256(_mm_loadu_si128((const void *)letters));
    }
}

static inline __m256i load(const void *bytes)
{
    return _mm256_loadu_si256(bytes);
}

/* The letters of the values in `bits`, of which there are 16 * tables. */
static inline __m256i lookup(const __m256i *letters, int tables, __m256i bits)
{
    __m256i text = _mm256_setzero_si256();
    for (int i = 0; i < tables; i++) {
        __m256i turned =
            _mm256_xor_si256(bits, _mm256_set1_epi8((char)(i << 4)));
        /* All but 0 to 15 get the bit that makes the shuffle give zero. */
        __m256i picks = _mm256_add_epi8(turned, _mm256_set1_epi8(0x70));
        text = _mm256_or_si256(text, _mm256_shuffle_epi8(letters[i], picks));
    }
    return text;
}

static inline __m256i text_of(const struct plan *plan, const struct pair *pair,
                              int tables, const uint8_t *tag)
{
    __m256i bytes =
        _mm256_loadu2_m128i((const __m128i_u *)(tag + pair->from[1]),
                            (const __m128i_u *)(tag + pair->from[0]));
    __m256i halves[2];
    for (int i = 0; i < 2; i++) {
        __m256i windows = _mm256_shuffle_epi8(bytes, load(pair->spread[i]));
        windows = _mm256_mullo_epi16(windows, load(pair->powers[i]));
        halves[i] = _mm256_srli_epi16(windows, plan->drop);
    }
    __m256i bits = _mm256_packus_epi16(halves[0], halves[1]);
    __m256i text = lookup(plan->letters, tables, bits);
    return _mm256_blendv_epi8(text, plan->pads, load(pair->behind));
}

/* Fewer than 16 bytes, from where 16 were stored at once or less. */
static inline void copy_some(uint8_t *to, const uint8_t *from, size_t bytes)
{
    if (bytes >= 8) {
        memcpy(to, from, 8);
        memcpy(to + bytes - 8, from + bytes - 8, 8);
    } else if (bytes >= 4) {
        memcpy(to, from, 4);
        memcpy(to + bytes - 4, from + bytes - 4, 4);
    } else {
        for (size_t i = 0; i < bytes; i++)
            to[i] = from[i];
    }
}

static inline __attribute__((always_inline)) void
encode_letters(const struct plan *plan, int tables, const uint8_t *tags,
               const uint32_t *which, uint8_t *data, const uint32_t *offsets,
               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *tag = tags + (size_t)which[i] * GARIM_TAG_BYTES;
        uint8_t *field = data + offsets[i];
        for (size_t k = 0; k < plan->pair_count; k++) {
            const struct pair *pair = &plan->pairs[k];
            uint8_t text[2 * LANE];
            __m256i both = text_of(plan, pair, tables, tag);
            if (plan->bytes < LANE) {
                _mm256_storeu_si256((__m256i_u *)text, both);
                copy_some(field, text, plan->bytes);
                break;
            }
            _mm256_storeu2_m128i((__m128i_u *)(field + pair->to[1]),
                                 (__m128i_u *)(field + pair->to[0]), both);
        }
    }
}

/* ---- decimal digits, 16 at a time ---------------------------------------- */

static const uint64_t group_size = 10000000000000000U; /* 10^16 */
static const uint64_t reciprocal =                     /* 2^117 / 10^16 */
    (uint64_t)(((unsigned __int128)1 << 117) / 10000000000000000U);

/* Divide the number by 10^16, and return what is left over. */
static inline uint64_t take_group(unsigned __int128 *number)
{
    uint64_t high = (uint64_t)(*number >> 64);
    unsigned __int128 rest = high % group_size;
    rest = rest << 64 | (uint64_t)*number; /* less than 2^118 */
    unsigned __int128 product = rest >> 54;
    product *= reciprocal;
    uint64_t quotient = (uint64_t)(product >> 63); /* or a few more */
    uint64_t left = (uint64_t)rest - quotient * group_size;
    quotient += left / group_size;
    *number = (unsigned __int128)(high / group_size) << 64 | quotient;
    return left % group_size;
}

/* Numbers below 10^8, 10^4 and 10^2 in turn are cut into two, which stand side
 * by side: each division is a multiplication and a shift. */
static inline __m128i digits_of(uint64_t group)
{
    __m128i number = _mm_set_epi64x((long long)(group % 100000000),
                                    (long long)(group / 100000000));
    __m128i upper =
        _mm_srli_epi64(_mm_mul_epu32(number, _mm_set1_epi64x(0xD1B71759)), 45);
    __m128i lower =
        _mm_sub_epi64(number, _mm_mul_epu32(upper, _mm_set1_epi64x(10000)));
    number = _mm_or_si128(upper, _mm_slli_epi64(lower, 32));

    upper = _mm_srli_epi16(_mm_mulhi_epu16(number, _mm_set1_epi16(5243)), 3);
    lower = _mm_sub_epi16(number, _mm_mullo_epi16(upper, _mm_set1_epi16(100)));
    number = _mm_or_si128(upper, _mm_slli_epi32(lower, 16));

    upper = _mm_mulhi_epu16(number, _mm_set1_epi16(6554));
    lower = _mm_sub_epi16(number, _mm_mullo_epi16(upper, _mm_set1_epi16(10)));
    return _mm_or_si128(upper, _mm_slli_epi16(lower, 8));
}

static unsigned __int128 number_of(const uint8_t *tag)
{
    uint64_t words[2];
    memcpy(words, tag, sizeof words);
    return (unsigned __int128)__builtin_bswap64(words[0]) << 64 |
           __builtin_bswap64(words[1]);
}

static void encode_digits(const struct garim_encoding *encoding,
                          const uint8_t *tags, const uint32_t *which,
                          uint8_t *data, const uint32_t *offsets, size_t bytes,
                          size_t count)
{
    __m128i letters = _mm_loadu_si128((const __m128i_u *)encoding->alphabet);
    for (size_t i = 0; i < count; i++) {
        unsigned __int128 number =
            number_of(tags + (size_t)which[i] * GARIM_TAG_BYTES);
        uint8_t *field = data + offsets[i];
        size_t left = bytes;
        for (; left >= LANE; left -= LANE) {
            __m128i digits = digits_of(take_group(&number));
            _mm_storeu_si128((__m128i_u *)(field + left - LANE),
                             _mm_shuffle_epi8(letters, digits));
        }
        if (left > 0) {
            uint8_t text[LANE];
            __m128i digits = digits_of(take_group(&number));
            _mm_storeu_si128((__m128i_u *)text,
                             _mm_shuffle_epi8(letters, digits));
            copy_some(field, text + LANE - left, left);
        }
    }
}

void garim_encode_avx2(const struct garim_encoding *encoding,
                       const uint8_t *tags, const uint32_t *which,
                       uint8_t *data, const uint32_t *offsets, size_t bytes,
                       size_t count)
{
    struct plan plan;
    switch (encoding->bits_each) {
    case 4:
        make_plan(&plan, encoding, bytes);
        encode_letters(&plan, 1, tags, which, data, offsets, count);
        break;
    case 5:
        make_plan(&plan, encoding, bytes);
        encode_letters(&plan, 2, tags, which, data, offsets, count);
        break;
    case 6:
        make_plan(&plan, encoding, bytes);
        encode_letters(&plan, 4, tags, which, data, offsets, count);
        break;
    case 0:
        encode_digits(encoding, tags, which, data, offsets, bytes, count);
        return;
    default: /* the tag itself */
        garim_encode_scalar(encoding, tags, which, data, offsets, bytes, count);
        return;
    }
    for (size_t i = 0; bytes > LANES * LANE && i < count; i++)
        memset(data + offsets[i] + LANES * LANE, encoding->pad,
               bytes - LANES * LANE);
}
