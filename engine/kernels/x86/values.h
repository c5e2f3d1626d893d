/* values.h - reading the values of a call, and no byte outside of them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_KERNELS_X86_VALUES_H
#define GARIM_KERNELS_X86_VALUES_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* The bits of the first `bytes` bytes, at most 64. */
static ALWAYS_INLINE uint64_t bits_below(size_t bytes)
{
    return _bzhi_u64(~UINT64_C(0), (unsigned)bytes);
}

/* Where the first bit is, or 64. */
static ALWAYS_INLINE size_t first_bit(uint64_t bits)
{
    return (size_t)_tzcnt_u64(bits);
}

/* Behind the last bit, or 0. */
static ALWAYS_INLINE size_t end_of_bits(uint64_t bits)
{
    return 64 - (size_t)_lzcnt_u64(bits);
}

/* ---- without masked loads ------------------------------------------------ */

enum { YMM_BYTES = 32 };

/* What a call names: it may be read between these, and nowhere else. */
struct span {
    const uint8_t *first;
    const uint8_t *end;
};

static inline struct span span_of(const uint8_t *data, const uint32_t *offsets,
                                  const uint32_t *lengths, size_t count)
{
    size_t first = SIZE_MAX, end = 0;
    for (size_t i = 0; i < count; i++) {
        size_t from = lengths[i] == 0 ? SIZE_MAX : offsets[i];
        size_t to = lengths[i] == 0 ? 0 : (size_t)offsets[i] + lengths[i];
        first = from < first ? from : first;
        end = to > end ? to : end;
    }
    if (end == 0) first = 0;
    return (struct span){data + first, data + end};
}

static inline __m128i load_xmm(const uint8_t *from)
{
    return _mm_loadu_si128((const __m128i *)(const void *)from);
}

static inline void store_xmm(uint8_t *to, __m128i bytes)
{
    _mm_storeu_si128((__m128i *)(void *)to, bytes);
}

static inline __m256i load_ymm(const uint8_t *from)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)from);
}

static inline void store_ymm(uint8_t *to, __m256i bytes)
{
    _mm256_storeu_si256((__m256i *)(void *)to, bytes);
}

/* Which bytes have their highest bit set. */
static ALWAYS_INLINE uint64_t negative_bits(__m256i bytes)
{
    return (uint32_t)_mm256_movemask_epi8(bytes);
}

/* A vector of which the first `bytes` (at most YMM_BYTES) are those there, and
 * the others may be anything. */
static ALWAYS_INLINE __m256i load_within(struct span span, const uint8_t *from,
                                         size_t bytes)
{
    uint8_t copy[YMM_BYTES] = {0};
    if (bytes == 0) from = span.first;
    if (span.end - from >= YMM_BYTES) return load_ymm(from);
    memcpy(copy, from, bytes);
    return load_ymm(copy);
}

/* ---- with masked loads --------------------------------------------------- */

#if defined(__AVX512BW__)

enum { ZMM_BYTES = 64 };

static inline __m512i load_zmm(const uint8_t *from)
{
    return _mm512_loadu_si512(from);
}

static inline void store_zmm(uint8_t *to, __m512i bytes)
{
    _mm512_storeu_si512(to, bytes);
}

/* At most ZMM_BYTES; those behind are 0. */
static ALWAYS_INLINE __m512i load_zmm_some(const uint8_t *from, size_t bytes)
{
    return _mm512_maskz_loadu_epi8(bits_below(bytes), from);
}

#endif

#endif
