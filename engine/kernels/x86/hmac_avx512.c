/* hmac_avx512.c - HMAC-SHA-256, 32 messages at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <immintrin.h>

#include "kernels/x86/x86.h"

#define VECTOR __m512i
#define LANES 16
#define STREAMS 2
#define SET1(word) _mm512_set1_epi32((int)(word))
#define ADD(x, y) _mm512_add_epi32(x, y)
#define ROR(x, n) _mm512_ror_epi32(x, n)
#define SHR(x, n) _mm512_srli_epi32(x, n)
#define XOR3(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0x96)
#define CHOOSE(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xca)
#define MAJORITY(x, y, z) _mm512_ternarylogic_epi32(x, y, z, 0xe8)

#include "kernels/x86/hmac_lanes.h"

/* Message i of 16 is in lane LANE(i): quarter i % 4 of the vector, since that
 * brings the tags of neighbours together. */
#define LANE(i) (4 * ((i) % 4) + (i) / 4)

static ALWAYS_INLINE __m512i swap_bytes(__m512i x)
{
    return _mm512_shuffle_epi8(
        x, _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203));
}

/* Rows and columns of words change places in each quarter. */
static ALWAYS_INLINE void transpose_quarters(__m512i r[4])
{
    __m512i a = _mm512_unpacklo_epi32(r[0], r[1]);
    __m512i b = _mm512_unpackhi_epi32(r[0], r[1]);
    __m512i c = _mm512_unpacklo_epi32(r[2], r[3]);
    __m512i d = _mm512_unpackhi_epi32(r[2], r[3]);
    r[0] = _mm512_unpacklo_epi64(a, c);
    r[1] = _mm512_unpackhi_epi64(a, c);
    r[2] = _mm512_unpacklo_epi64(b, d);
    r[3] = _mm512_unpackhi_epi64(b, d);
}

/* At most 31 bytes and the one bit that ends them. */
static ALWAYS_INLINE __m256i load_short(const uint8_t *message, uint32_t bytes)
{
    static const uint8_t ends[64] = {[32] = 0x80};
    const __m256i *end = (const void *)(ends + 32 - bytes);
    return _mm256_mask_loadu_epi8(_mm256_loadu_si256(end),
                                  _bzhi_u32(UINT32_MAX, bytes), message);
}

/* The first 16 bytes of four messages that follow each other, and the next. */
static ALWAYS_INLINE void load_four(const uint8_t *data,
                                    const uint32_t *offsets,
                                    const uint32_t *lengths, __m512i *low,
                                    __m512i *high)
{
#define SHORT(i) load_short(data + offsets[i], lengths[i])
#define PAIR(i, j)                                                             \
    _mm512_inserti64x4(_mm512_castsi256_si512(SHORT(i)), SHORT(j), 1)
    __m512i x = PAIR(0, 1), y = PAIR(2, 3);
#undef PAIR
#undef SHORT
    *low = _mm512_shuffle_i32x4(x, y, 0x88);
    *high = _mm512_shuffle_i32x4(x, y, 0xdd);
}

static void load_half(const uint8_t *data, const uint32_t *offsets,
                      const uint32_t *lengths, __m512i w[16])
{
    __m512i low[4], high[4];
#define LOAD(i)                                                                \
    load_four(data, offsets + 4 * (i), lengths + 4 * (i), &low[i], &high[i])
    FOUR(LOAD, 0);
#undef LOAD
    transpose_quarters(low);
    transpose_quarters(high);
#define STORE(i) w[i] = swap_bytes(low[i]), w[4 + (i)] = swap_bytes(high[i])
    FOUR(STORE, 0);
#undef STORE
    const __m512i order =
        _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    __m512i bytes =
        _mm512_permutexvar_epi32(order, _mm512_loadu_si512(lengths));
    bytes = ADD(bytes, SET1(GARIM_SHA256_BLOCK_BYTES));
    end_half(w, SET1(0), _mm512_slli_epi32(bytes, 3));
}

/* 64 bytes of a padded message. */
static ALWAYS_INLINE __m512i load_padded(const uint8_t *message, uint32_t bytes,
                                         size_t index)
{
    size_t from = index * GARIM_SHA256_BLOCK_BYTES;
    size_t left = bytes > from ? bytes - from : 0;
    __mmask64 some = left < 64 ? ((__mmask64)1 << left) - 1 : ~(__mmask64)0;
    __m512i x = _mm512_maskz_loadu_epi8(some, message + from);
    if (from <= bytes && left < 64)
        x = _mm512_mask_set1_epi8(x, (__mmask64)1 << left, (char)0x80);
    if (index + 1 < garim_hmac_blocks(bytes)) return x;
    uint64_t bits = 8 * (GARIM_SHA256_BLOCK_BYTES + (uint64_t)bytes);
    return _mm512_mask_set1_epi64(x, 0x80, (long long)__builtin_bswap64(bits));
}

static void load_block(const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t index, __m512i w[16])
{
    __m512i rows[16];
    for (size_t i = 0; i < 16; i++)
        rows[LANE(i)] =
            swap_bytes(load_padded(data + offsets[i], lengths[i], index));
    for (size_t i = 0; i < 16; i += 4)
        transpose_quarters(rows + i);
    for (size_t i = 0; i < 4; i++) {
        __m512i a = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0x88);
        __m512i b = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0xdd);
        __m512i c = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0x88);
        __m512i d = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0xdd);
        w[i] = _mm512_shuffle_i32x4(a, c, 0x88);
        w[4 + i] = _mm512_shuffle_i32x4(b, d, 0x88);
        w[8 + i] = _mm512_shuffle_i32x4(a, c, 0xdd);
        w[12 + i] = _mm512_shuffle_i32x4(b, d, 0xdd);
    }
}

static void store_tags(const __m512i state[8], uint8_t *tags)
{
    const __m512i first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512i low[4], high[4];
#define LOAD(i)                                                                \
    low[i] = swap_bytes(state[i]), high[i] = swap_bytes(state[4 + (i)])
    FOUR(LOAD, 0);
#undef LOAD
    transpose_quarters(low);
    transpose_quarters(high);
#define STORE(i)                                                               \
    _mm512_storeu_si512(tags + 128 * (i),                                      \
                        _mm512_permutex2var_epi64(low[i], first, high[i])),    \
        _mm512_storeu_si512(                                                   \
            tags + 128 * (i) + 64,                                             \
            _mm512_permutex2var_epi64(low[i], second, high[i]))
    FOUR(STORE, 0);
#undef STORE
}

/* So few take less time with the instructions for SHA-256 than in lanes of
 * which most stand empty. */
enum { FEW = 12 };

void garim_hmac_avx512(const struct garim_hmac_state *state,
                       const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t *tags)
{
    size_t few = count % WAYS <= FEW ? count % WAYS : 0;
    size_t many = count - few;
    if (many > 0) hash_all(state, data, offsets, lengths, many, tags);
    if (few > 0)
        garim_hmac_shani(state, data, offsets + many, lengths + many, few,
                         tags + many * GARIM_TAG_BYTES);
}
