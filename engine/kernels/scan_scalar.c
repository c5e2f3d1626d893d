/* scan_scalar.c - scan, fill and find_last: what stands in the fields of rows
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The scan is the first look at a field in all rows: where its value begins and
 * ends, and three things that let the rules skip work.  POLICY.md, "Each rule",
 * says what a null and a value are.
 */
#include <string.h>

#include "kernels/kernels.h"

/* The whole field counts, padding included, and its null bytes may mix.
 * Without nulls (null_count 0) no field is null, since it has a byte. */
static bool is_null(const struct garim_scan *scan, const uint8_t *field,
                    size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (memchr(scan->nulls, field[i], scan->null_count) == NULL)
            return false;
    return true;
}

/* Text is also trimmed of NUL bytes, hence two pads. */
static bool is_padding(const struct garim_scan *scan, uint8_t byte)
{
    return byte == scan->pads[0] || byte == scan->pads[1];
}

/* Plain bytes are a range that the page decides: valid characters of one byte,
 * or digits.  A value of plain bytes is valid as it stands; any other is looked
 * at character by character.  plain_low > plain_high: no byte is plain. */
static bool is_odd(const struct garim_scan *scan, const uint8_t *value,
                   size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (value[i] < scan->plain_low || value[i] > scan->plain_high)
            return true;
    return false;
}

/* For each row: trim on the side that the value leaves free, then the flags.
 * Offsets count from the field of the first row, so that they lead straight
 * into the records; values are not copied. */
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
        /* Where nothing but padding stands, from == to: an empty value. */
        offsets[i] = (uint32_t)(i * column->stride + from);
        lengths[i] = (uint32_t)(to - from);

        unsigned found = 0;
        if (is_null(scan, field, column->bytes)) found |= GARIM_SCAN_NULL;
        /* Sorted files repeat values; equal fields get equal tokens, so the
         * one above is hashed for both. */
        if (i > 0 && memcmp(field, field - column->stride, column->bytes) == 0)
            found |= GARIM_SCAN_SAME;
        if (is_odd(scan, field + from, to - from))
            found |= GARIM_SCAN_NEEDS_CHECK;
        flags[i] = (uint8_t)found;
    }
}

/* Masks and blanks; a length of 0 leaves its row alone. */
void garim_fill_scalar(uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t byte)
{
    for (size_t i = 0; i < count; i++)
        memset(data + offsets[i], byte, lengths[i]);
}

/* The last @ divides an address: a quoted local part may hold others. */
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
