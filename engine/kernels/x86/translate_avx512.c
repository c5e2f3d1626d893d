/* translate_avx512.c - translate and digits by 64 bytes at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/values.h"
#include "kernels/x86/x86.h"

struct quarters {
    __m512i of_table[4];
};

static ALWAYS_INLINE __m512i look_up(const struct quarters *quarters,
                                     __m512i bytes)
{
    __m512i low = _mm512_permutex2var_epi8(quarters->of_table[0], bytes,
                                           quarters->of_table[1]);
    __m512i high = _mm512_permutex2var_epi8(quarters->of_table[2], bytes,
                                            quarters->of_table[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(bytes), low, high);
}

/* Of more than 64 bytes: all but the last 1 to 64.  Returns the bits of all. */
static ALWAYS_INLINE __m512i translate_whole(const struct quarters *quarters,
                                             const uint8_t *value, size_t bytes,
                                             uint8_t *slot)
{
    __m512i any = _mm512_setzero_si512();
    size_t at = 0;
    for (; bytes - at > 2 * ZMM_BYTES; at += 2 * ZMM_BYTES) {
        __m512i first = look_up(quarters, load_zmm(value + at));
        __m512i second = look_up(quarters, load_zmm(value + at + ZMM_BYTES));
        store_zmm(slot + at, first);
        store_zmm(slot + at + ZMM_BYTES, second);
        any = _mm512_ternarylogic_epi64(any, first, second, 0xFE);
    }
    for (; bytes - at > ZMM_BYTES; at += ZMM_BYTES) {
        __m512i one = look_up(quarters, load_zmm(value + at));
        store_zmm(slot + at, one);
        any = _mm512_or_si512(any, one);
    }
    return any;
}

void garim_translate_avx512(const uint8_t table[256], const uint8_t *data,
                            const uint32_t *offsets, const uint32_t *lengths,
                            size_t count, uint8_t *slots, size_t slot_bytes,
                            uint8_t *non_ascii)
{
    if (count == 0 || slot_bytes < ZMM_BYTES) { /* no byte is named */
        garim_translate_scalar(table, data, offsets, lengths, count, slots,
                               slot_bytes, non_ascii);
        return;
    }

    struct quarters quarters;
    for (size_t i = 0; i < 4; i++)
        quarters.of_table[i] = load_zmm(table + i * ZMM_BYTES);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        uint8_t *slot = slots + i * slot_bytes;
        size_t bytes = lengths[i], whole = 0;
        uint64_t high = 0;
        if (bytes > ZMM_BYTES) {
            whole = (bytes - 1) / ZMM_BYTES * ZMM_BYTES;
            high = _mm512_movepi8_mask(
                translate_whole(&quarters, value, bytes, slot));
        }
        uint64_t within = bits_below(bytes - whole);
        __m512i last = _mm512_maskz_loadu_epi8(within, value + whole);
        last = look_up(&quarters, last);
        store_zmm(slot + whole, last);
        high |= _mm512_movepi8_mask(last) & within;
        non_ascii[i] = high != 0;
    }
}

/* In place a store falls on bytes that were read, since it is never farther
 * than the load. */
static ALWAYS_INLINE size_t keep_digits(uint8_t *to, const uint8_t *from,
                                        size_t bytes)
{
    __m512i part = load_zmm_some(from, bytes);
    __m512i height = _mm512_sub_epi8(part, _mm512_set1_epi8('0'));
    __mmask64 digits = _mm512_cmplt_epu8_mask(height, _mm512_set1_epi8(10));
    store_zmm(to, _mm512_maskz_compress_epi8(digits, part));
    return (size_t)_mm_popcnt_u64(digits);
}

void garim_digits_avx512(const uint8_t *data, const uint32_t *offsets,
                         const uint32_t *lengths, size_t count, uint8_t *slots,
                         size_t slot_bytes, uint32_t *digits)
{
    if (slot_bytes < ZMM_BYTES) { /* no byte is named */
        garim_digits_scalar(data, offsets, lengths, count, slots, slot_bytes,
                            digits);
        return;
    }

    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        uint8_t *slot = slots + i * slot_bytes;
        size_t bytes = lengths[i], at = 0, kept = 0;
        for (; bytes - at > ZMM_BYTES; at += ZMM_BYTES)
            kept += keep_digits(slot + kept, value + at, ZMM_BYTES);
        kept += keep_digits(slot + kept, value + at, bytes - at);
        digits[i] = (uint32_t)kept;
    }
}
