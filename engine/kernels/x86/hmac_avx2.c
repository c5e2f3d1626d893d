/* hmac_avx2.c - HMAC-SHA-256, 8 messages at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <immintrin.h>

#include "kernels/x86/hmac_blocks.h"
#include "kernels/x86/x86.h"

/* Two streams would need more than the 16 registers there are. */
#define VECTOR __m256i
#define LANES 8
#define STREAMS 1
#define SET1(word) _mm256_set1_epi32((int)(word))
#define ADD(x, y) _mm256_add_epi32(x, y)
#define ROR(x, n)                                                              \
    _mm256_or_si256(_mm256_srli_epi32(x, n), _mm256_slli_epi32(x, 32 - (n)))
#define SHR(x, n) _mm256_srli_epi32(x, n)
#define XOR2(x, y) _mm256_xor_si256(x, y)
#define XOR3(x, y, z) XOR2(XOR2(x, y), z)
#define CHOOSE(x, y, z) XOR2(_mm256_and_si256(XOR2(y, z), x), z)
/* The next round needs x ^ y again, as its y ^ z. */
#define MAJORITY(x, y, z) XOR2(_mm256_and_si256(XOR2(x, y), XOR2(y, z)), y)

#include "kernels/x86/hmac_lanes.h"

static ALWAYS_INLINE __m256i swap_bytes(__m256i x)
{
    const __m256i order = _mm256_broadcastsi128_si256(
        _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
    return _mm256_shuffle_epi8(x, order);
}

/* Rows and columns of words change places in each half. */
static ALWAYS_INLINE void transpose_halves(__m256i r[4])
{
    __m256i a = _mm256_unpacklo_epi32(r[0], r[1]);
    __m256i b = _mm256_unpackhi_epi32(r[0], r[1]);
    __m256i c = _mm256_unpacklo_epi32(r[2], r[3]);
    __m256i d = _mm256_unpackhi_epi32(r[2], r[3]);
    r[0] = _mm256_unpacklo_epi64(a, c);
    r[1] = _mm256_unpackhi_epi64(a, c);
    r[2] = _mm256_unpacklo_epi64(b, d);
    r[3] = _mm256_unpackhi_epi64(b, d);
}

static ALWAYS_INLINE __m128i load_four_words(const uint8_t *message,
                                             size_t bytes, size_t from,
                                             bool last)
{
    __m128i x = load_padded(message, bytes, from);
    return last ? add_length(x, bytes) : x;
}

/* Four words from byte `from` of the padded messages on; the length is added
 * where `last` says so. */
static ALWAYS_INLINE void load_words(const uint8_t *data,
                                     const uint32_t *offsets,
                                     const uint32_t *lengths, size_t from,
                                     bool last, __m256i w[4])
{
#define LOAD(i)                                                                \
    w[i] = swap_bytes(_mm256_set_m128i(                                        \
        load_four_words(data + offsets[(i) + 4], lengths[(i) + 4], from,       \
                        last),                                                 \
        load_four_words(data + offsets[i], lengths[i], from, last)))
    FOUR(LOAD, 0);
#undef LOAD
    transpose_halves(w);
}

static void load_half(const uint8_t *data, const uint32_t *offsets,
                      const uint32_t *lengths, __m256i w[16])
{
    load_words(data, offsets, lengths, 0, false, w);
    load_words(data, offsets, lengths, 16, false, w + 4);
    __m256i bytes = _mm256_loadu_si256((const void *)lengths);
    __m256i bits =
        _mm256_slli_epi32(ADD(bytes, SET1(GARIM_SHA256_BLOCK_BYTES)), 3);
    end_half(w, SET1(0), bits);
}

static void load_block(const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t index, __m256i w[16])
{
    size_t from = index * GARIM_SHA256_BLOCK_BYTES;
    bool last = index + 1 == garim_hmac_blocks(lengths[0]);
    for (size_t i = 0; i < 4; i++)
        load_words(data, offsets, lengths, from + 16 * i, last && i == 3,
                   w + 4 * i);
}

static void store_tags(const __m256i state[8], uint8_t *tags)
{
    __m256i low[4], high[4];
#define LOAD(i)                                                                \
    low[i] = swap_bytes(state[i]), high[i] = swap_bytes(state[4 + (i)])
    FOUR(LOAD, 0);
#undef LOAD
    transpose_halves(low);
    transpose_halves(high);
    __m256i *tag = (void *)tags;
#define STORE(i)                                                               \
    _mm256_storeu_si256(tag + (i),                                             \
                        _mm256_permute2x128_si256(low[i], high[i], 0x20)),     \
        _mm256_storeu_si256(tag + (i) + 4,                                     \
                            _mm256_permute2x128_si256(low[i], high[i], 0x31))
    FOUR(STORE, 0);
#undef STORE
}

void garim_hmac_avx2(const struct garim_hmac_state *state, const uint8_t *data,
                     const uint32_t *offsets, const uint32_t *lengths,
                     size_t count, uint8_t *tags)
{
    if (count > 0) hash_all(state, data, offsets, lengths, count, tags);
}
