/* fill_avx2.c - fill by stores that overlap, find_last by 32 bytes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/values.h"
#include "kernels/x86/x86.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Four stores of 16, 4 or 1 bytes cover 16 to 64, 4 to 16, 1 to 4 bytes: those
 * that are too many fall on the last one. */
static ALWAYS_INLINE void fill_short(uint8_t *value, size_t bytes,
                                     __m128i filling)
{
    int32_t four = _mm_cvtsi128_si32(filling);
    if (bytes >= 16) {
        size_t last = bytes - 16;
        store_xmm(value, filling);
        store_xmm(value + smaller(16, last), filling);
        store_xmm(value + smaller(32, last), filling);
        store_xmm(value + last, filling);
    } else if (bytes >= 4) {
        size_t last = bytes - 4;
        memcpy(value, &four, 4);
        memcpy(value + smaller(4, last), &four, 4);
        memcpy(value + smaller(8, last), &four, 4);
        memcpy(value + last, &four, 4);
    } else if (bytes > 0) {
        value[0] = (uint8_t)four;
        value[bytes / 2] = (uint8_t)four;
        value[bytes - 1] = (uint8_t)four;
    }
}

static void fill_long(uint8_t *value, size_t bytes, __m128i filling)
{
    __m256i wide = _mm256_broadcastsi128_si256(filling);
    for (size_t at = 0; at < bytes - YMM_BYTES; at += YMM_BYTES)
        store_ymm(value + at, wide);
    store_ymm(value + bytes - YMM_BYTES, wide);
}

void garim_fill_avx2(uint8_t *data, const uint32_t *offsets,
                     const uint32_t *lengths, size_t count, uint8_t byte)
{
    __m128i filling = _mm_set1_epi8((char)byte);
    for (size_t i = 0; i < count; i++) {
        if (lengths[i] <= 64)
            fill_short(data + offsets[i], lengths[i], filling);
        else
            fill_long(data + offsets[i], lengths[i], filling);
    }
}

static ALWAYS_INLINE uint64_t places_of(__m256i sought, __m256i bytes)
{
    return negative_bits(_mm256_cmpeq_epi8(bytes, sought));
}

static uint32_t find_last_long(const uint8_t *value, size_t bytes,
                               __m256i sought)
{
    size_t at = bytes;
    while (at > YMM_BYTES) {
        at -= YMM_BYTES;
        uint64_t found = places_of(sought, load_ymm(value + at));
        if (found != 0) return (uint32_t)(at + end_of_bits(found) - 1);
    }
    /* The first bytes, and some of those behind them once more. */
    uint64_t found = places_of(sought, load_ymm(value));
    return (uint32_t)end_of_bits(found) - 1;
}

void garim_find_last_avx2(const uint8_t *data, const uint32_t *offsets,
                          const uint32_t *lengths, size_t count, uint8_t byte,
                          uint32_t *positions)
{
    __m256i sought = _mm256_set1_epi8((char)byte);
    struct reach reach = reach_of(data, offsets, lengths, count);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        if (lengths[i] > YMM_BYTES) {
            positions[i] = find_last_long(value, lengths[i], sought);
            continue;
        }
        __m256i bytes = load_within(&reach, value, lengths[i]);
        uint64_t found = places_of(sought, bytes) & bits_below(lengths[i]);
        positions[i] = (uint32_t)end_of_bits(found) - 1;
    }
}
