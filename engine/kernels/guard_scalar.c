/* guard_scalar.c - guard: which rows are not what they should be
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Each byte of a record has up to eight ranges of values that it may have, one
 * a layer.  Most rows pass, so only the numbers of the others are returned; the
 * caller looks at those field by field.
 */
#include "kernels/kernels.h"

/* low <= byte <= low + span in one comparison: the difference is taken modulo
 * 256, so a byte below `low` becomes one that is too large. */
static bool passes(const struct garim_guard *guard, size_t k, uint8_t byte)
{
    for (size_t layer = 0; layer < guard->layers; layer++) {
        size_t i = layer * guard->bytes + k;
        if ((uint8_t)(byte - guard->lows[i]) <= guard->spans[i]) return true;
    }
    return false;
}

size_t garim_guard_scalar(const struct garim_guard *guard, const uint8_t *rows,
                          size_t stride, size_t count, uint32_t *which)
{
    size_t found = 0;
    for (size_t row = 0; row < count; row++) {
        const uint8_t *bytes = rows + row * stride + guard->at;
        size_t k = 0;
        while (k < guard->bytes && passes(guard, k, bytes[k]))
            k++;
        if (k < guard->bytes) which[found++] = (uint32_t)row;
    }
    return found;
}
