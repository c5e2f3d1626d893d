/* hmac_shani.c - HMAC-SHA-256 with the instructions for SHA-256
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The state is in the order of those instructions: a, b, e, f (from the
 * highest word down) in one vector and c, d, g, h in the other.
 */
#include <immintrin.h>

#include "kernels/sha256.h"
#include "kernels/x86/hmac_blocks.h"
#include "kernels/x86/x86.h"

/* Messages worked on side by side: one waits for its instructions while the
 * others' are under way. */
enum { WAYS = 4 };

struct pair {
    __m128i abef, cdgh;
};

static inline struct pair pair_of(const uint32_t state[8])
{
    __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128((const void *)state),
                                     _MM_SHUFFLE(2, 3, 0, 1));
    __m128i fehg = _mm_shuffle_epi32(_mm_loadu_si128((const void *)(state + 4)),
                                     _MM_SHUFFLE(2, 3, 0, 1));
    return (struct pair){_mm_unpacklo_epi64(fehg, badc),
                         _mm_unpackhi_epi64(fehg, badc)};
}

/* Words 0 to 3 and 4 to 7 of the state. */
static ALWAYS_INLINE void words_of(struct pair pair, __m128i *abcd,
                                   __m128i *efgh)
{
    __m128i badc = _mm_unpackhi_epi64(pair.abef, pair.cdgh);
    __m128i fehg = _mm_unpacklo_epi64(pair.abef, pair.cdgh);
    *abcd = _mm_shuffle_epi32(badc, _MM_SHUFFLE(2, 3, 0, 1));
    *efgh = _mm_shuffle_epi32(fehg, _MM_SHUFFLE(2, 3, 0, 1));
}

static ALWAYS_INLINE void four_rounds(struct pair *pair, __m128i w[4],
                                      size_t four, __m128i constants)
{
    __m128i sum = _mm_add_epi32(w[four % 4], constants);
    pair->cdgh = _mm_sha256rnds2_epu32(pair->cdgh, pair->abef, sum);
    sum = _mm_shuffle_epi32(sum, _MM_SHUFFLE(0, 0, 3, 2));
    pair->abef = _mm_sha256rnds2_epu32(pair->abef, pair->cdgh, sum);
    if (four >= 12) return;
    __m128i x = _mm_sha256msg1_epu32(w[four % 4], w[(four + 1) % 4]);
    __m128i y = _mm_alignr_epi8(w[(four + 3) % 4], w[(four + 2) % 4], 4);
    w[four % 4] = _mm_sha256msg2_epu32(_mm_add_epi32(x, y), w[(four + 3) % 4]);
}

static ALWAYS_INLINE void compress(struct pair pairs[WAYS], __m128i w[WAYS][4])
{
    struct pair v[WAYS];
#define COPY(i) v[i] = pairs[i]
    FOUR(COPY, 0);
#undef COPY
#define FOUR_ROUNDS(n)                                                         \
    ({                                                                         \
        __m128i k =                                                            \
            _mm_loadu_si128((const void *)(garim_sha256_constants + 4 * (n))); \
        four_rounds(&v[0], w[0], n, k), four_rounds(&v[1], w[1], n, k);        \
        four_rounds(&v[2], w[2], n, k), four_rounds(&v[3], w[3], n, k);        \
    })
    SIXTEEN(FOUR_ROUNDS);
#undef FOUR_ROUNDS
    for (size_t i = 0; i < WAYS; i++) {
        pairs[i].abef = _mm_add_epi32(pairs[i].abef, v[i].abef);
        pairs[i].cdgh = _mm_add_epi32(pairs[i].cdgh, v[i].cdgh);
    }
}

static ALWAYS_INLINE __m128i swap_bytes(__m128i x)
{
    return _mm_shuffle_epi8(
        x, _mm_set_epi8(12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
}

static ALWAYS_INLINE void load_block(const uint8_t *message, size_t bytes,
                                     size_t index, __m128i w[4])
{
    size_t from = index * GARIM_SHA256_BLOCK_BYTES;
    for (size_t i = 0; i < 4; i++)
        w[i] = load_padded(message, bytes, from + 16 * i);
    if (index + 1 == garim_hmac_blocks(bytes)) w[3] = add_length(w[3], bytes);
    for (size_t i = 0; i < 4; i++)
        w[i] = swap_bytes(w[i]);
}

static void hash_batch(const struct pair *inner, const struct pair *outer,
                       const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, uint8_t *tags)
{
    struct pair pairs[WAYS];
    __m128i w[WAYS][4];
    for (size_t i = 0; i < WAYS; i++)
        pairs[i] = *inner;
    for (size_t index = 0; index < garim_hmac_blocks(lengths[0]); index++) {
        for (size_t i = 0; i < WAYS; i++)
            load_block(data + offsets[i], lengths[i], index, w[i]);
        compress(pairs, w);
    }
    for (size_t i = 0; i < WAYS; i++) {
        words_of(pairs[i], &w[i][0], &w[i][1]);
        w[i][2] = _mm_set_epi32(0, 0, 0, (int)0x80000000);
        w[i][3] = _mm_set_epi32(
            8 * (GARIM_SHA256_BLOCK_BYTES + GARIM_TAG_BYTES), 0, 0, 0);
        pairs[i] = *outer;
    }
    compress(pairs, w);
    for (size_t i = 0; i < WAYS; i++) {
        __m128i abcd, efgh;
        words_of(pairs[i], &abcd, &efgh);
        __m128i *tag = (void *)(tags + i * GARIM_TAG_BYTES);
        _mm_storeu_si128(tag, swap_bytes(abcd));
        _mm_storeu_si128(tag + 1, swap_bytes(efgh));
    }
}

/* Fewer messages than ways: the last one is hashed again in the ways left. */
static void hash_rest(const struct pair *inner, const struct pair *outer,
                      const uint8_t *data, const uint32_t *offsets,
                      const uint32_t *lengths, size_t count, uint8_t *tags)
{
    uint32_t all_offsets[WAYS], all_lengths[WAYS];
    uint8_t all_tags[WAYS * GARIM_TAG_BYTES];
    for (size_t i = 0; i < WAYS; i++) {
        size_t from = i < count ? i : count - 1;
        all_offsets[i] = offsets[from];
        all_lengths[i] = lengths[from];
    }
    hash_batch(inner, outer, data, all_offsets, all_lengths, all_tags);
    memcpy(tags, all_tags, count * GARIM_TAG_BYTES);
}

void garim_hmac_shani(const struct garim_hmac_state *state, const uint8_t *data,
                      const uint32_t *offsets, const uint32_t *lengths,
                      size_t count, uint8_t *tags)
{
    struct pair inner = pair_of(state->inner), outer = pair_of(state->outer);
    size_t i = 0;
    for (; i + WAYS <= count; i += WAYS)
        hash_batch(&inner, &outer, data, offsets + i, lengths + i,
                   tags + i * GARIM_TAG_BYTES);
    if (i < count)
        hash_rest(&inner, &outer, data, offsets + i, lengths + i, count - i,
                  tags + i * GARIM_TAG_BYTES);
}
