/* guard_avx2.c - guard by 32 bytes at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/values.h"
#include "kernels/x86/x86.h"

enum { VECTOR_BYTES = YMM_BYTES };

typedef __m256i vector;

static ALWAYS_INLINE vector load(const uint8_t *from)
{
    return load_ymm(from);
}

static ALWAYS_INLINE vector load_some(struct reach *reach, const uint8_t *from,
                                      size_t bytes)
{
    return load_within(reach, from, bytes);
}

static ALWAYS_INLINE uint64_t outside(vector bytes, vector low, vector span)
{
    vector height = _mm256_sub_epi8(bytes, low);
    vector inside = _mm256_cmpeq_epi8(_mm256_max_epu8(height, span), span);
    return (uint32_t)~negative_bits(inside);
}

#include "kernels/x86/guard_template.h"

size_t garim_guard_avx2(const struct garim_guard *guard, const uint8_t *rows,
                        size_t stride, size_t count, uint32_t *which)
{
    return guard_any(guard, rows, stride, count, which);
}
