/* layout.c - nulls, trimming and padding of a field
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/layout.h"

#include <string.h>

#include "base/assert.h"

static bool is_padding(const struct garim_field *field, uint8_t byte)
{
    return byte == field->pad || (field->type == GARIM_CHAR && byte == 0);
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
    return (struct garim_value){.data = data + from, .bytes = to - from};
}

bool garim_field_is_null(const struct garim_field *field, const uint8_t *data)
{
    for (size_t i = 0; i < field->bytes; i++)
        if (!field->null_byte[data[i]]) return false;
    return true;
}

void garim_field_put(const struct garim_field *field, const uint8_t *value,
                     size_t bytes, uint8_t *data)
{
    ASSERT(bytes <= field->bytes);
    size_t at = field->justify_right ? field->bytes - bytes : 0;
    memset(data, field->pad, field->bytes);
    memcpy(data + at, value, bytes);
}
