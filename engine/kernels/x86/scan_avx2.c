/* scan_avx2.c - scan by 32 bytes at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/values.h"
#include "kernels/x86/x86.h"

enum { VECTOR_BYTES = YMM_BYTES };

typedef __m256i vector;

static ALWAYS_INLINE vector spread(uint8_t byte)
{
    return _mm256_set1_epi8((char)byte);
}

static ALWAYS_INLINE vector load(const uint8_t *from)
{
    return load_ymm(from);
}

static ALWAYS_INLINE vector load_some(struct reach *reach, const uint8_t *from,
                                      size_t bytes)
{
    return load_within(reach, from, bytes);
}

#include "kernels/x86/scan_template.h"

static ALWAYS_INLINE vector is_either(vector field, const vector bytes[2])
{
    return _mm256_or_si256(_mm256_cmpeq_epi8(field, bytes[0]),
                           _mm256_cmpeq_epi8(field, bytes[1]));
}

static ALWAYS_INLINE struct marks
mark(const struct sought *sought, vector field, vector above, uint64_t within)
{
    vector null = _mm256_or_si256(is_either(field, sought->nulls),
                                  is_either(field, sought->nulls + 2));
    vector pad = is_either(field, sought->pads);
    vector same = _mm256_cmpeq_epi8(field, above);
    vector height = _mm256_sub_epi8(field, sought->plain_low);
    vector plain = _mm256_cmpeq_epi8(
        _mm256_max_epu8(height, sought->plain_span), sought->plain_span);
    return (struct marks){
        .valued = (~negative_bits(null) | sought->no_nulls) & within,
        .differs = ~negative_bits(same) & within,
        .kept = ~negative_bits(pad) & within,
        .odd = (~negative_bits(plain) | sought->no_plain) & within,
    };
}

void garim_scan_avx2(const struct garim_scan *scan,
                     const struct garim_column *column, size_t count,
                     uint32_t *offsets, uint32_t *lengths, uint8_t *flags)
{
    scan_any(scan, column, count, offsets, lengths, flags);
}
