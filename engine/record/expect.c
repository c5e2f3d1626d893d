/* expect.c - what a field must hold, in every record and under every rule
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/expect.h"

#include <string.h>

#include "base/assert.h"
#include "record/layout.h"

static bool has_bytes(const struct garim_field *field, const uint8_t *data)
{
    for (size_t i = 0; i < field->bytes; i++)
        if (!field->expect.bytes[data[i]]) return false;
    return true;
}

static bool has_text(const struct garim_field *field, const uint8_t *data)
{
    const struct garim_expect *expect = &field->expect;
    const struct garim_value value = garim_field_trim(field, data);
    const bool prefix = expect->kind == GARIM_EXPECT_PREFIX;
    ASSERT(expect->texts != NULL && expect->text_count > 0);
    ASSERT(!prefix || expect->text_count == 1);
    for (size_t i = 0; i < expect->text_count; i++) {
        const struct garim_expect_text *text = &expect->texts[i];
        bool fits =
            prefix ? value.bytes >= text->bytes : value.bytes == text->bytes;
        if (fits && memcmp(value.data, text->data, text->bytes) == 0)
            return true;
    }
    return false;
}

bool garim_field_expected(const struct garim_field *field, const uint8_t *data)
{
    const struct garim_expect *expect = &field->expect;
    if (expect->kind == GARIM_EXPECT_ANYTHING) return true;
    if (!expect->no_nulls && garim_field_is_null(field, data)) return true;
    if (expect->kind == GARIM_EXPECT_BYTES) return has_bytes(field, data);
    return has_text(field, data);
}

size_t garim_field_checked_bytes(const struct garim_field *field)
{
    const struct garim_expect *expect = &field->expect;
    if (expect->kind == GARIM_EXPECT_ANYTHING) return 0;
    ASSERT(expect->kind <= GARIM_EXPECT_PREFIX);
    if (expect->kind == GARIM_EXPECT_PREFIX) return expect->texts[0].bytes;
    return field->bytes;
}
