/* type_char.c - char: text in an encoding
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "base/assert.h"
#include "record/type.h"

static void char_set_defaults(struct garim_field *field)
{
    field->pad = field->page->blank;
    field->null_byte[field->page->blank] = true;
    field->null_byte[0] = true;
}

static void char_find_plain(const struct garim_field *field,
                            struct garim_scan *scan)
{
    scan->plain_low = field->page->plain_low;
    scan->plain_high = field->page->plain_high;
}

static enum garim_breach char_check(const struct garim_field *field,
                                    struct garim_value value)
{
    return garim_codepage_valid(field->page, value.data, value.bytes)
               ? GARIM_BREACH_NONE
               : GARIM_BREACH_CHARACTER;
}

/* A table does what is ASCII; the rest goes character by character. */
static void char_to_text(struct garim_values *values)
{
    const struct garim_codepage *page = values->field->page;
    garim_values_check(values);
    if (page->same) return;
    garim_values_translate(values, page->to_ascii);
    for (size_t i = 0; i < values->count; i++) {
        if (!values->non_ascii[i]) continue;
        values->lengths[i] = (uint32_t)garim_codepage_decode(
            page, values->data + values->offsets[i], values->lengths[i],
            values->slots + i * values->slot_bytes);
    }
    garim_values_enter_slots(values);
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* A text in a slot as a number: at most one sign, then digits. */
static enum garim_breach become_number(struct garim_values *values, size_t i)
{
    uint8_t *text = values->slots + values->offsets[i];
    const uint32_t bytes = values->lengths[i];
    if (bytes == 0) return GARIM_BREACH_NONE;
    const bool negative = text[0] == '-';
    uint32_t from = negative || text[0] == '+' ? 1 : 0;
    if (bytes == from) return GARIM_BREACH_NUMBER;
    for (uint32_t k = from; k < bytes; k++)
        if (!is_digit(text[k])) return GARIM_BREACH_NUMBER;
    while (from + 1 < bytes && text[from] == '0')
        from++;
    ASSERT(from < bytes);
    if (negative && text[from] != '0') text[--from] = '-';
    values->offsets[i] += from;
    values->lengths[i] -= from;
    return GARIM_BREACH_NONE;
}

static void char_to_number(struct garim_values *values)
{
    uint8_t same[256];
    for (unsigned i = 0; i < 256; i++)
        same[i] = (uint8_t)i;
    char_to_text(values);
    /* Into the slots, since the sign may be written. */
    garim_values_translate(values, same);
    garim_values_enter_slots(values);
    for (size_t i = 0; i < values->count; i++)
        if (values->breaches[i] == GARIM_BREACH_NONE)
            values->breaches[i] = (uint8_t)become_number(values, i);
}

static size_t char_from_text(const struct garim_field *field, const char *text,
                             uint8_t *out, const char **ret_wrong)
{
    *ret_wrong = "has a character that the encoding does not have; use others";
    return garim_codepage_encode(field->page, (const uint8_t *)text,
                                 strlen(text), out);
}

static void char_show(const struct garim_field *field, const uint8_t *data,
                      struct garim_show *show)
{
    garim_show_characters(show, field->page, data, field->bytes);
}

const struct garim_type garim_type_char = {
    .name = "char",
    .traits = GARIM_TYPE_TEXT,
    .nul_pads = true,
    .set_defaults = char_set_defaults,
    .find_plain = char_find_plain,
    .check = char_check,
    .to_text = char_to_text,
    .to_number = char_to_number,
    .from_text = char_from_text,
    .show = char_show,
};
