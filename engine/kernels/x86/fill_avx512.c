/* fill_avx512.c - fill and find_last by masks of 64 bytes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/values.h"
#include "kernels/x86/x86.h"

static void fill_long(uint8_t *value, size_t bytes, __m512i filling)
{
    for (size_t at = 0; at < bytes - ZMM_BYTES; at += ZMM_BYTES)
        store_zmm(value + at, filling);
    store_zmm(value + bytes - ZMM_BYTES, filling);
}

void garim_fill_avx512(uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t byte)
{
    __m512i filling = _mm512_set1_epi8((char)byte);
    for (size_t i = 0; i < count; i++) {
        uint8_t *value = data + offsets[i];
        if (lengths[i] <= ZMM_BYTES)
            _mm512_mask_storeu_epi8(value, bits_below(lengths[i]), filling);
        else
            fill_long(value, lengths[i], filling);
    }
}

static uint32_t find_last_long(const uint8_t *value, size_t bytes, __m512i byte)
{
    for (size_t end = bytes; end > 0;) {
        size_t some = end < ZMM_BYTES ? end : ZMM_BYTES;
        __m512i part = load_zmm_some(value + end - some, some);
        uint64_t found =
            _mm512_mask_cmpeq_epi8_mask(bits_below(some), part, byte);
        end -= some;
        if (found != 0) return (uint32_t)(end + end_of_bits(found) - 1);
    }
    return UINT32_MAX;
}

void garim_find_last_avx512(const uint8_t *data, const uint32_t *offsets,
                            const uint32_t *lengths, size_t count, uint8_t byte,
                            uint32_t *positions)
{
    __m512i sought = _mm512_set1_epi8((char)byte);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        if (lengths[i] > ZMM_BYTES) {
            positions[i] = find_last_long(value, lengths[i], sought);
            continue;
        }
        uint64_t within = bits_below(lengths[i]);
        __m512i bytes = _mm512_maskz_loadu_epi8(within, value);
        uint64_t found = _mm512_mask_cmpeq_epi8_mask(within, bytes, sought);
        positions[i] = (uint32_t)end_of_bits(found) - 1;
    }
}
