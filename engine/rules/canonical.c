/* canonical.c - the bytes of a value that are hashed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/canonical.h"

#include <string.h>

#include "base/assert.h"

static void form_exact(struct garim_values *values)
{
    memset(values->breaches, GARIM_BREACH_NONE, values->count);
    garim_values_take_fields(values);
}

static void form_text(struct garim_values *values)
{
    ASSERT(values->field->type->to_text != NULL);
    values->field->type->to_text(values);
}

static void form_number(struct garim_values *values)
{
    ASSERT(values->field->type->to_number != NULL);
    values->field->type->to_number(values);
}

/* Text in which the letters `from` to `to` change their case. */
static void change_case(struct garim_values *values, uint8_t from, uint8_t to)
{
    uint8_t table[256];
    ASSERT(from < to && to < GARIM_NOT_ASCII);
    for (unsigned i = 0; i < 256; i++)
        table[i] = (uint8_t)(i >= from && i <= to ? i ^ 0x20 : i);
    form_text(values);
    garim_values_translate(values, table);
    garim_values_enter_slots(values);
}

static void form_email(struct garim_values *values)
{
    change_case(values, 'A', 'Z');
}

static void form_upper(struct garim_values *values)
{
    change_case(values, 'a', 'z');
}

static void form_phone(struct garim_values *values)
{
    form_text(values);
    ASSERT(values->slot_bytes >= values->field->bytes);
    values->kernels->digits(values->data, values->offsets, values->lengths,
                            values->count, values->slots, values->slot_bytes,
                            values->lengths);
    garim_values_enter_slots(values);
}

static void form_phone_kr(struct garim_values *values)
{
    static const char *const country_codes[] = {"0082", "82"};
    form_phone(values);
    for (size_t i = 0; i < values->count; i++) {
        uint8_t *slot = values->slots + values->offsets[i];
        for (size_t k = 0; k < 2; k++) {
            const uint32_t code = (uint32_t)strlen(country_codes[k]);
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

/* A type's own form is the first that is for it. */
const struct garim_canonical garim_canonicals[] = {
    {"text", GARIM_TYPE_TEXT, GARIM_NEED_TEXT, form_text},
    {"number", GARIM_TYPE_TEXT | GARIM_TYPE_DIGITS, GARIM_NEED_NUMBER,
     form_number},
    {"exact", GARIM_TYPE_ANY, GARIM_NEED_NOTHING, form_exact},
    {"phone", GARIM_TYPE_TEXT | GARIM_TYPE_DIGITS, GARIM_NEED_TEXT, form_phone},
    {"phone-kr", GARIM_TYPE_TEXT | GARIM_TYPE_DIGITS, GARIM_NEED_TEXT,
     form_phone_kr},
    {"email", GARIM_TYPE_TEXT, GARIM_NEED_TEXT, form_email},
    {"upper", GARIM_TYPE_TEXT, GARIM_NEED_TEXT, form_upper},
};
static_assert(sizeof garim_canonicals ==
                  GARIM_CANONICAL_COUNT * sizeof *garim_canonicals,
              "the header counts them");

bool garim_canonical_is_for(const struct garim_canonical *canonical,
                            const struct garim_type *type)
{
    return (canonical->traits & type->traits) != 0 &&
           (canonical->need != GARIM_NEED_TEXT || type->to_text != NULL) &&
           (canonical->need != GARIM_NEED_NUMBER || type->to_number != NULL);
}

const struct garim_canonical *
garim_canonical_default(const struct garim_type *type)
{
    size_t i = 0;
    while (!garim_canonical_is_for(&garim_canonicals[i], type))
        i++;
    ASSERT(i < GARIM_CANONICAL_COUNT);
    return &garim_canonicals[i];
}
