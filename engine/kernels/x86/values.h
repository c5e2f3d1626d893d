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

/* Up to where the values of a call may be read, as far as is known. */
struct reach {
    const uint8_t *end;
};

/* That of the last value; where values stand in order, there is no more. */
static inline struct reach reach_of(const uint8_t *data,
                                    const uint32_t *offsets,
                                    const uint32_t *lengths, size_t count)
{
    while (count > 0 && lengths[count - 1] == 0)
        count--;
    if (count == 0) return (struct reach){data};
    return (struct reach){data + offsets[count - 1] + lengths[count - 1]};
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

/* Out of line: the last values of a call only. */
static __attribute__((noinline, cold)) __m256i copy_ymm(const uint8_t *from,
                                                        size_t bytes)
{
    uint8_t copy[YMM_BYTES] = {0};
    memcpy(copy, from, bytes);
    return load_ymm(copy);
}

/* A vector of which the first `bytes` (at most YMM_BYTES) are those there, and
 * the others may be anything. */
static ALWAYS_INLINE __m256i load_within(struct reach *reach,
                                         const uint8_t *from, size_t bytes)
{
    static const uint8_t nothing[YMM_BYTES];
    if (bytes == 0) return load_ymm(nothing);
    if (from + bytes > reach->end) reach->end = from + bytes;
    if (reach->end - from >= YMM_BYTES) return load_ymm(from);
    return copy_ymm(from, bytes);
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
