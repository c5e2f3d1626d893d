/* canonical.c - the bytes of a value that are hashed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/canonical.h"

#include <string.h>

/* ---- steps that the forms share -------------------------------------------
 */

/* Values that the scan found odd get a second look. */
static void check(struct garim_values *values)
{
    memset(values->breaches, GARIM_BREACH_NONE, values->count);
    for (size_t i = 0; i < values->count; i++) {
        if ((values->flags[i] & GARIM_SCAN_ODD) == 0) continue;
        struct garim_value value = {values->data + values->offsets[i],
                                    values->lengths[i]};
        enum garim_breach breach = garim_value_check(values->field, value);
        values->breaches[i] = (uint8_t)breach;
        if (breach != GARIM_BREACH_NONE) values->lengths[i] = 0;
    }
}

static void take_whole_fields(struct garim_values *values)
{
    for (size_t i = 0; i < values->count; i++) {
        values->offsets[i] = values->fields[i];
        values->lengths[i] = (uint32_t)values->field->bytes;
    }
}

static void enter_slots(struct garim_values *values)
{
    values->data = values->slots;
    for (size_t i = 0; i < values->count; i++)
        values->offsets[i] = (uint32_t)(i * values->slot_bytes);
}

static void translate(struct garim_values *values, const uint8_t table[256],
                      uint8_t *highs)
{
    values->kernels->translate(table, values->data, values->offsets,
                               values->lengths, values->count, values->slots,
                               values->slot_bytes, highs);
}

/* Text as UTF-8: a table does what is ASCII, character by character the rest.
 * Call after check. */
static void become_utf8(struct garim_values *values)
{
    const struct garim_codepage *page = values->field->page;
    if (page->same) return;
    translate(values, page->to_ascii, values->highs);
    for (size_t i = 0; i < values->count; i++) {
        if (!values->highs[i]) continue;
        values->lengths[i] = (uint32_t)garim_codepage_decode(
            page, values->data + values->offsets[i], values->lengths[i],
            values->slots + i * values->slot_bytes);
    }
    enter_slots(values);
}

/* The digits of a digits field in ASCII. */
static void become_ascii_digits(struct garim_values *values)
{
    const struct garim_codepage *page = values->field->page;
    if (page->ascii) return;
    translate(values, page->to_ascii, values->highs);
    enter_slots(values);
}

/* ---- the forms ------------------------------------------------------------
 */

static void form_exact(struct garim_values *values)
{
    memset(values->breaches, GARIM_BREACH_NONE, values->count);
    take_whole_fields(values);
}

static void form_text(struct garim_values *values)
{
    check(values);
    become_utf8(values);
}

/* Text in which the letters `from` to `to` change their case. */
static void change_case(struct garim_values *values, uint8_t from, uint8_t to)
{
    uint8_t table[256];
    for (unsigned i = 0; i < 256; i++)
        table[i] = (uint8_t)(i >= from && i <= to ? i ^ 0x20 : i);
    form_text(values);
    translate(values, table, values->highs);
    enter_slots(values);
}

static void form_email(struct garim_values *values)
{
    change_case(values, 'A', 'Z');
}

static void form_upper(struct garim_values *values)
{
    change_case(values, 'a', 'z');
}

/* Of a digits field all bytes count: pads that are digits too. */
static void form_phone(struct garim_values *values)
{
    check(values);
    if (values->field->type == GARIM_CHAR) {
        become_utf8(values);
    } else {
        take_whole_fields(values);
        become_ascii_digits(values);
    }
    values->kernels->digits(values->data, values->offsets, values->lengths,
                            values->count, values->slots, values->slot_bytes,
                            values->lengths);
    enter_slots(values);
}

static void form_phone_kr(struct garim_values *values)
{
    static const char *const country_codes[] = {"0082", "82"};
    form_phone(values);
    for (size_t i = 0; i < values->count; i++) {
        uint8_t *slot = values->slots + values->offsets[i];
        for (size_t k = 0; k < 2; k++) {
            uint32_t code = (uint32_t)strlen(country_codes[k]);
            if (values->lengths[i] < code ||
                memcmp(slot, country_codes[k], code) != 0)
                continue;
            slot[code - 1] = '0';
            values->offsets[i] += code - 1;
            values->lengths[i] -= code - 1;
            break;
        }
    }
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
static void form_digits_number(struct garim_values *values)
{
    const struct garim_field *field = values->field;
    check(values);
    for (size_t i = 0; field->page->digit[field->pad] >= 0 && i < values->count;
         i++) {
        if (values->lengths[i] > 0 || values->breaches[i] != 0) continue;
        values->offsets[i] = values->fields[i] + (uint32_t)field->bytes - 1;
        values->lengths[i] = 1;
    }
    become_ascii_digits(values);
    skip_zeros(values);
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* A text in a slot as a number: at most one sign, then digits. */
static enum garim_breach become_number(struct garim_values *values, size_t i)
{
    uint8_t *text = values->slots + values->offsets[i];
    uint32_t bytes = values->lengths[i];
    if (bytes == 0) return GARIM_BREACH_NONE;
    bool negative = text[0] == '-';
    uint32_t from = negative || text[0] == '+' ? 1 : 0;
    if (bytes == from) return GARIM_BREACH_NUMBER;
    for (uint32_t k = from; k < bytes; k++)
        if (!is_digit(text[k])) return GARIM_BREACH_NUMBER;
    while (from + 1 < bytes && text[from] == '0')
        from++;
    if (negative && text[from] != '0') text[--from] = '-';
    values->offsets[i] += from;
    values->lengths[i] -= from;
    return GARIM_BREACH_NONE;
}

static void form_number(struct garim_values *values)
{
    if (values->field->type == GARIM_DIGITS) {
        form_digits_number(values);
        return;
    }
    change_case(values, 1, 0); /* of no letter */
    for (size_t i = 0; i < values->count; i++)
        if (values->breaches[i] == GARIM_BREACH_NONE)
            values->breaches[i] = (uint8_t)become_number(values, i);
}

enum { TEXT, NUMBER, EXACT, PHONE, PHONE_KR, EMAIL, UPPER };

const struct garim_canonical garim_canonicals[GARIM_CANONICAL_COUNT] = {
    [TEXT] = {"text", {[GARIM_CHAR] = true}, form_text},
    [NUMBER] = {"number",
                {[GARIM_CHAR] = true, [GARIM_DIGITS] = true},
                form_number},
    [EXACT] =
        {"exact",
         {[GARIM_CHAR] = true, [GARIM_DIGITS] = true, [GARIM_BYTES] = true},
         form_exact},
    [PHONE] = {"phone",
               {[GARIM_CHAR] = true, [GARIM_DIGITS] = true},
               form_phone},
    [PHONE_KR] = {"phone-kr",
                  {[GARIM_CHAR] = true, [GARIM_DIGITS] = true},
                  form_phone_kr},
    [EMAIL] = {"email", {[GARIM_CHAR] = true}, form_email},
    [UPPER] = {"upper", {[GARIM_CHAR] = true}, form_upper},
};

const struct garim_canonical *garim_canonical_default(enum garim_type type)
{
    static const int defaults[] = {
        [GARIM_CHAR] = TEXT,
        [GARIM_DIGITS] = NUMBER,
        [GARIM_BYTES] = EXACT,
    };
    return &garim_canonicals[defaults[type]];
}

size_t garim_canonical_slot_bytes(const struct garim_field *field)
{
    enum { VECTOR_BYTES = 64 };
    size_t bytes =
        field->bytes * (field->page->same ? 1 : GARIM_CHARACTER_BYTES_MAX);
    return (bytes + VECTOR_BYTES - 1) / VECTOR_BYTES * VECTOR_BYTES;
}
