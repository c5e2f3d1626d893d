/* guard_avx512.c - guard by 64 bytes at a time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/values.h"
#include "kernels/x86/x86.h"

enum { VECTOR_BYTES = ZMM_BYTES };

typedef __m512i vector;

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

static ALWAYS_INLINE uint64_t outside(vector bytes, vector low, vector span)
{
    return _mm512_cmpgt_epu8_mask(_mm512_sub_epi8(bytes, low), span);
}

#include "kernels/x86/guard_template.h"

size_t garim_guard_avx512(const struct garim_guard *guard, const uint8_t *rows,
                          size_t stride, size_t count, uint32_t *which)
{
    return guard_any(guard, rows, stride, count, which);
}
