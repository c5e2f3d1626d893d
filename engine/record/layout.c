/* layout.c - nulls, trimming and padding of a field
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/layout.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "record/type.h"

static bool is_padding(const struct garim_field *field, uint8_t byte)
{
    return byte == field->pad || (field->type->nul_pads && byte == 0);
}

struct garim_value garim_field_trim(const struct garim_field *field,
                                    const uint8_t *data)
{
    size_t from = 0;
    size_t to = field->bytes;
    if (field->justify_right) {
        while (from < to && is_padding(field, data[from]))
            from++;
    } else {
        while (from < to && is_padding(field, data[to - 1]))
            to--;
    }
    ASSERT(from <= to && to <= field->bytes);
    return (struct garim_value){.data = data + from, .bytes = to - from};
}

bool garim_field_is_null(const struct garim_field *field, const uint8_t *data)
{
    for (size_t i = 0; i < field->bytes; i++)
        if (!field->null_byte[data[i]]) return false;
    return true;
}

enum garim_breach garim_value_check(const struct garim_field *field,
                                    struct garim_value value)
{
    ASSERT(value.bytes <= field->bytes);
    return field->type->check == NULL ? GARIM_BREACH_NONE
                                      : field->type->check(field, value);
}

struct garim_scan garim_field_scan(const struct garim_field *field, bool nulls)
{
    struct garim_scan scan = {
        .pads = {field->pad, field->type->nul_pads ? 0 : field->pad},
        .from_start = field->justify_right,
        .plain_high = 0xFF,
    };
    ASSERT(field->bytes > 0 && field->bytes <= GARIM_RECORD_BYTES_MAX);
    if (field->type->find_plain != NULL) field->type->find_plain(field, &scan);
    for (size_t i = 0; nulls && i < 256; i++) {
        if (!field->null_byte[i]) continue;
        ASSERT(scan.null_count < sizeof scan.nulls);
        scan.nulls[scan.null_count++] = (uint8_t)i;
    }
    return scan;
}

void garim_field_put(const struct garim_field *field, const uint8_t *value,
                     size_t bytes, uint8_t *data)
{
    ASSERT(bytes <= field->bytes);
    size_t at = field->justify_right ? field->bytes - bytes : 0;
    memset(data, field->pad, field->bytes);
    memcpy(data + at, value, bytes);
}
