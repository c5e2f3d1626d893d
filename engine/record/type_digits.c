/* type_digits.c - digits: decimal digits of an encoding
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "base/assert.h"
#include "record/type.h"

static void digits_set_defaults(struct garim_field *field)
{
    ASSERT(field->page->from_ascii['0'] >= 0);
    field->pad = (uint8_t)field->page->from_ascii['0'];
    field->justify_right = true;
    field->null_byte[field->page->blank] = true;
    field->null_byte[0] = true;
}

static void digits_check_padding(struct garim_reader *reader,
                                 const struct garim_field *field,
                                 struct garim_entry pad,
                                 struct garim_entry justify)
{
    const int digit = field->page->digit[field->pad];
    ASSERT(digit >= -1 && digit <= 9);
    if (digit > 0)
        garim_reader_refuse(reader, pad,
                            "digits padded with %d cannot be told from their "
                            "padding; write pad: zero or blank",
                            digit);
    if (digit == 0 && !field->justify_right)
        garim_reader_refuse(reader, justify,
                            "digits that stand left need a pad that is not a "
                            "digit; write pad: blank, or justify: right");
}

static void digits_find_plain(const struct garim_field *field,
                              struct garim_scan *scan)
{
    scan->plain_low = field->page->digit_low;
    scan->plain_high = field->page->digit_high;
}

static enum garim_breach digits_check(const struct garim_field *field,
                                      struct garim_value value)
{
    for (size_t i = 0; i < value.bytes; i++)
        if (field->page->digit[value.data[i]] < 0) return GARIM_BREACH_DIGIT;
    return GARIM_BREACH_NONE;
}

static void digits_valid_bytes(const struct garim_field *field, size_t k,
                               bool bytes[256])
{
    (void)k;
    for (size_t i = 0; i < 256; i++)
        bytes[i] = field->page->digit[i] >= 0;
}

static void become_ascii(struct garim_values *values)
{
    const struct garim_codepage *page = values->field->page;
    if (page->ascii) return;
    garim_values_translate(values, page->to_ascii);
    garim_values_enter_slots(values);
}

/* All digits of the field: pads that are digits too. */
static void digits_to_text(struct garim_values *values)
{
    garim_values_check(values);
    garim_values_take_fields(values);
    become_ascii(values);
}

static void skip_zeros(struct garim_values *values)
{
    for (size_t i = 0; i < values->count; i++)
        while (values->lengths[i] > 1 &&
               values->data[values->offsets[i]] == '0') {
            values->offsets[i]++;
            values->lengths[i]--;
        }
}

/* A field of zeros only, all of them trimmed, is the number 0. */
static void digits_to_number(struct garim_values *values)
{
    const struct garim_field *field = values->field;
    garim_values_check(values);
    for (size_t i = 0; field->page->digit[field->pad] >= 0 && i < values->count;
         i++) {
        if (values->lengths[i] > 0 || values->breaches[i] != 0) continue;
        values->offsets[i] = values->fields[i] + (uint32_t)field->bytes - 1;
        values->lengths[i] = 1;
    }
    become_ascii(values);
    skip_zeros(values);
}

static size_t digits_from_text(const struct garim_field *field,
                               const char *text, uint8_t *out,
                               const char **ret_wrong)
{
    const size_t bytes = strlen(text);
    *ret_wrong = "is not all digits; write digits only";
    if (strspn(text, "0123456789") != bytes) return SIZE_MAX;
    return garim_codepage_encode(field->page, (const uint8_t *)text, bytes,
                                 out);
}

static void digits_show(const struct garim_field *field, const uint8_t *data,
                        struct garim_show *show)
{
    garim_show_characters(show, field->page, data, field->bytes);
}

const struct garim_type garim_type_digits = {
    .name = "digits",
    .traits = GARIM_TYPE_DIGITS,
    .set_defaults = digits_set_defaults,
    .check_padding = digits_check_padding,
    .find_plain = digits_find_plain,
    .check = digits_check,
    .valid_bytes = digits_valid_bytes,
    .to_text = digits_to_text,
    .to_number = digits_to_number,
    .from_text = digits_from_text,
    .show = digits_show,
};
