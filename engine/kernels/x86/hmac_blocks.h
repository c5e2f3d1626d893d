/* hmac_blocks.h - padded blocks of messages, without reading beyond them
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_KERNELS_X86_HMAC_BLOCKS_H
#define GARIM_KERNELS_X86_HMAC_BLOCKS_H

#include <immintrin.h>
#include <string.h>

#include "kernels/kernels.h"
#include "kernels/x86/inline.h"

static inline uint64_t load_8(const uint8_t *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

static inline uint64_t load_4(const uint8_t *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof word);
    return word;
}

/* 1 to 15 bytes, from the left, by loads that overlap. */
static inline __m128i load_some(const uint8_t *bytes, size_t count)
{
    uint64_t low, high = 0;
    if (count >= 8) {
        low = load_8(bytes);
        high = count == 8 ? 0 : load_8(bytes + count - 8) >> 8 * (16 - count);
    } else if (count >= 4) {
        low = load_4(bytes) | load_4(bytes + count - 4) << 8 * (count - 4);
    } else {
        low = bytes[0] | (uint64_t)bytes[count / 2] << 8 * (count / 2) |
              (uint64_t)bytes[count - 1] << 8 * (count - 1);
    }
    return _mm_set_epi64x((long long)high, (long long)low);
}

/* 16 bytes of the padded message (FIPS 180-4 section 5.1.1) but for its length
 * in bits: those from `from` on. */
static ALWAYS_INLINE __m128i load_padded(const uint8_t *message, size_t bytes,
                                         size_t from)
{
    static const uint8_t ends[32] = {[16] = 0x80};
    if (bytes >= from + 16)
        return _mm_loadu_si128((const void *)(message + from));
    if (bytes < from) return _mm_setzero_si128();
    size_t left = bytes - from;
    __m128i end = _mm_loadu_si128((const void *)(ends + 16 - left));
    return left == 0 ? end : _mm_or_si128(load_some(message + from, left), end);
}

/* The length in bits, that of the key's block included, as the last bytes of
 * the last block. */
static ALWAYS_INLINE __m128i add_length(__m128i last, size_t bytes)
{
    uint64_t bits = 8 * (GARIM_SHA256_BLOCK_BYTES + (uint64_t)bytes);
    return _mm_or_si128(last,
                        _mm_set_epi64x((long long)__builtin_bswap64(bits), 0));
}

#endif
