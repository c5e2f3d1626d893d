/* translate_avx2.c - translate by sixteen small tables, digits by four bytes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/values.h"
#include "kernels/x86/x86.h"

/* ---- translate -----------------------------------------------------------
 *
 * A shuffle looks up the low four bits of a byte, and gives 0 where the byte is
 * negative.  Line n of a half of the table is asked with 16 n subtracted, so
 * lines up to that of the byte answer: each holds its difference from the line
 * before, and the sum (xor) of the answers is the byte sought.  A byte of the
 * other half is negative, and stays so as the subtraction saturates. */

enum { LINES = 8 };

struct halves {
    __m256i low[LINES], high[LINES];
};

static void split(struct halves *ret_halves, const uint8_t table[256])
{
    __m128i low = _mm_setzero_si128(), high = _mm_setzero_si128();
    for (size_t i = 0; i < LINES; i++) {
        __m128i next_low = load_xmm(table + i * 16);
        __m128i next_high = load_xmm(table + 128 + i * 16);
        ret_halves->low[i] =
            _mm256_broadcastsi128_si256(_mm_xor_si128(next_low, low));
        ret_halves->high[i] =
            _mm256_broadcastsi128_si256(_mm_xor_si128(next_high, high));
        low = next_low;
        high = next_high;
    }
}

static ALWAYS_INLINE __m256i look_up(const struct halves *halves, __m256i bytes)
{
    const __m256i line = _mm256_set1_epi8(16);
    __m256i low = bytes, high = _mm256_xor_si256(bytes, _mm256_set1_epi8(-128));
    __m256i sum = _mm256_xor_si256(_mm256_shuffle_epi8(halves->low[0], low),
                                   _mm256_shuffle_epi8(halves->high[0], high));
    for (size_t i = 1; i < LINES; i++) {
        low = _mm256_subs_epi8(low, line);
        high = _mm256_subs_epi8(high, line);
        sum = _mm256_xor_si256(sum, _mm256_shuffle_epi8(halves->low[i], low));
        sum = _mm256_xor_si256(sum, _mm256_shuffle_epi8(halves->high[i], high));
    }
    return sum;
}

/* Of more than 32 bytes: all but the last 1 to 32.  Returns the bits of all. */
static ALWAYS_INLINE __m256i translate_whole(const struct halves *halves,
                                             const uint8_t *value, size_t bytes,
                                             uint8_t *slot)
{
    __m256i any = _mm256_setzero_si256();
    for (size_t at = 0; bytes - at > YMM_BYTES; at += YMM_BYTES) {
        __m256i one = look_up(halves, load_ymm(value + at));
        store_ymm(slot + at, one);
        any = _mm256_or_si256(any, one);
    }
    return any;
}

void garim_translate_avx2(const uint8_t table[256], const uint8_t *data,
                          const uint32_t *offsets, const uint32_t *lengths,
                          size_t count, uint8_t *slots, size_t slot_bytes,
                          uint8_t *non_ascii)
{
    if (count == 0) return;
    struct reach reach = reach_of(data, offsets, lengths, count);
    struct halves halves;
    split(&halves, table);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        uint8_t *slot = slots + i * slot_bytes;
        size_t bytes = lengths[i], whole = 0;
        uint64_t high = 0;
        if (bytes > YMM_BYTES) {
            whole = (bytes - 1) / YMM_BYTES * YMM_BYTES;
            high = negative_bits(translate_whole(&halves, value, bytes, slot));
        }
        __m256i last = load_within(&reach, value + whole, bytes - whole);
        last = look_up(&halves, last);
        if (bytes > 0) store_ymm(slot + whole, last);
        high |= negative_bits(last) & bits_below(bytes - whole);
        non_ascii[i] = high != 0;
    }
}

/* ---- digits -------------------------------------------------------------- */

/* Which of four bytes are digits: where each of these stands. */
static const uint8_t places[16][4] = {
    {0}, {0},    {1},    {0, 1},    {2},    {0, 2},    {1, 2},    {0, 1, 2},
    {3}, {0, 3}, {1, 3}, {0, 1, 3}, {2, 3}, {0, 2, 3}, {1, 2, 3}, {0, 1, 2, 3},
};

/* The digits of 16 bytes, of which bit i of `which` is byte i.  In place a
 * store falls on bytes that were read, since it is never farther on. */
static ALWAYS_INLINE size_t keep_digits(uint8_t *to, __m128i bytes,
                                        uint32_t which)
{
    size_t kept = 0;
    for (uint32_t i = 0; i < 16; i += 4) {
        uint32_t four = which >> i & 15, at;
        memcpy(&at, places[four], sizeof at);
        __m128i from = _mm_cvtsi32_si128((int32_t)(at + i * 0x01010101U));
        int32_t digits = _mm_cvtsi128_si32(_mm_shuffle_epi8(bytes, from));
        memcpy(to + kept, &digits, sizeof digits);
        kept += (size_t)_mm_popcnt_u32(four);
    }
    return kept;
}

void garim_digits_avx2(const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t *slots,
                       size_t slot_bytes, uint32_t *digits)
{
    const __m256i zero = _mm256_set1_epi8('0'), nine = _mm256_set1_epi8(9);
    struct reach reach = reach_of(data, offsets, lengths, count);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        uint8_t *slot = slots + i * slot_bytes;
        size_t kept = 0;
        for (size_t at = 0; at < lengths[i]; at += YMM_BYTES) {
            size_t left = lengths[i] - at;
            size_t some = left < YMM_BYTES ? left : YMM_BYTES;
            __m256i part = load_within(&reach, value + at, some);
            __m256i height = _mm256_sub_epi8(part, zero);
            __m256i is_digit =
                _mm256_cmpeq_epi8(_mm256_max_epu8(height, nine), nine);
            uint32_t which =
                (uint32_t)(negative_bits(is_digit) & bits_below(some));
            kept += keep_digits(slot + kept, _mm256_castsi256_si128(part),
                                which & 0xFFFF);
            kept += keep_digits(slot + kept, _mm256_extracti128_si256(part, 1),
                                which >> 16);
        }
        digits[i] = (uint32_t)kept;
    }
}
