/* scan_scalar.c - scan, fill and find_last: what stands in the fields of rows
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "kernels/kernels.h"

static bool is_null(const struct garim_scan *scan, const uint8_t *field,
                    size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (memchr(scan->nulls, field[i], scan->null_count) == NULL)
            return false;
    return true;
}

static bool is_padding(const struct garim_scan *scan, uint8_t byte)
{
    return byte == scan->pads[0] || byte == scan->pads[1];
}

static bool is_odd(const struct garim_scan *scan, const uint8_t *value,
                   size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (value[i] < scan->plain_low || value[i] > scan->plain_high)
            return true;
    return false;
}

void garim_scan_scalar(const struct garim_scan *scan,
                       const struct garim_column *column, size_t count,
                       uint32_t *offsets, uint32_t *lengths, uint8_t *flags)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *field = column->data + i * column->stride;
        size_t from = 0, to = column->bytes;
        if (scan->from_start)
            while (from < to && is_padding(scan, field[from]))
                from++;
        else
            while (from < to && is_padding(scan, field[to - 1]))
                to--;
        offsets[i] = (uint32_t)(i * column->stride + from);
        lengths[i] = (uint32_t)(to - from);

        unsigned found = 0;
        if (is_null(scan, field, column->bytes)) found |= GARIM_SCAN_NULL;
        if (i > 0 && memcmp(field, field - column->stride, column->bytes) == 0)
            found |= GARIM_SCAN_SAME;
        if (is_odd(scan, field + from, to - from))
            found |= GARIM_SCAN_NEEDS_CHECK;
        flags[i] = (uint8_t)found;
    }
}

void garim_fill_scalar(uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t byte)
{
    for (size_t i = 0; i < count; i++)
        memset(data + offsets[i], byte, lengths[i]);
}

void garim_find_last_scalar(const uint8_t *data, const uint32_t *offsets,
                            const uint32_t *lengths, size_t count, uint8_t byte,
                            uint32_t *positions)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        positions[i] = UINT32_MAX;
        for (uint32_t k = 0; k < lengths[i]; k++)
            if (value[k] == byte) positions[i] = k;
    }
}
