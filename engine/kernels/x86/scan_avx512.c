/* scan_avx512.c - scan by 64 bytes at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/values.h"
#include "kernels/x86/x86.h"

enum { VECTOR_BYTES = ZMM_BYTES };

typedef __m512i vector;

static ALWAYS_INLINE vector spread(uint8_t byte)
{
    return _mm512_set1_epi8((char)byte);
}

static ALWAYS_INLINE vector load(const uint8_t *from)
{
    return load_zmm(from);
}

static ALWAYS_INLINE vector load_some(struct reach *reach, const uint8_t *from,
                                      size_t bytes)
{
    (void)reach;
    return load_zmm_some(from, bytes);
}

#include "kernels/x86/scan_template.h"

static ALWAYS_INLINE struct marks
mark(const struct sought *sought, vector field, vector above, uint64_t within)
{
    __mmask64 valued = within, kept = within;
    for (size_t i = 0; i < 4; i++)
        valued = _mm512_mask_cmpneq_epi8_mask(valued, field, sought->nulls[i]);
    for (size_t i = 0; i < 2; i++)
        kept = _mm512_mask_cmpneq_epi8_mask(kept, field, sought->pads[i]);
    vector height = _mm512_sub_epi8(field, sought->plain_low);
    __mmask64 odd =
        _mm512_mask_cmpgt_epu8_mask(within, height, sought->plain_span);
    return (struct marks){
        .valued = valued | (sought->no_nulls & within),
        .differs = _mm512_mask_cmpneq_epi8_mask(within, field, above),
        .kept = kept,
        .odd = odd | (sought->no_plain & within),
    };
}

void garim_scan_avx512(const struct garim_scan *scan,
                       const struct garim_column *column, size_t count,
                       uint32_t *offsets, uint32_t *lengths, uint8_t *flags)
{
    if (column->bytes <= YMM_BYTES)
        garim_scan_avx512_short(scan, column, count, offsets, lengths, flags);
    else
        scan_any(scan, column, count, offsets, lengths, flags);
}
