/* test_canonical.c - canonical values, form by form
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "rules/canonical.h"

struct example {
    const char *form;
    const struct garim_type *type;
    const char *encoding;
    const char *data;      /* the whole field */
    const char *canonical; /* NULL: breaks the layout */
};

static const struct example examples[] = {
    {"text", &garim_type_char, "ascii", "abc  ", "abc"},
    {"text", &garim_type_char, "ascii", " a b ", " a b"},
    {"text", &garim_type_char, "ascii", "     ", ""},
    {"text", &garim_type_char, "ascii", "ab\xC3", NULL},
    {"text", &garim_type_char, "utf-8", "\xEA\xB9\x80  ", "\xEA\xB9\x80"},
    {"text", &garim_type_char, "utf-8", "\xEA\xB9 ", NULL},
    {"text", &garim_type_char, "cp037", "\xC1\x4A\x40\x40", "A\xC2\xA2"},
    {"email", &garim_type_char, "ascii", "Ab@X.Kr ", "ab@x.kr"},
    {"upper", &garim_type_char, "utf-8", "a\xC3\xA4z", "A\xC3\xA4Z"},
    {"phone", &garim_type_char, "ascii", "+82 10-1234", "82101234"},
    {"phone", &garim_type_char, "ascii", "N/A  ", ""},
    {"phone-kr", &garim_type_char, "ascii", "+82 10-1234", "0101234"},
    {"phone-kr", &garim_type_char, "ascii", "0082101234", "0101234"},
    {"phone-kr", &garim_type_char, "ascii", "0101234", "0101234"},
    {"phone-kr", &garim_type_char, "ascii", "82", "0"},
    {"phone", &garim_type_digits, "ascii", "00101234", "00101234"},
    {"phone", &garim_type_digits, "ascii", "001x", NULL},
    {"number", &garim_type_digits, "ascii", "000120", "120"},
    {"number", &garim_type_digits, "ascii", "000000", "0"},
    {"number", &garim_type_digits, "cp037", "\xF0\xF1\xF2", "12"},
    {"number", &garim_type_digits, "ascii", "12 ", NULL},
    {"number", &garim_type_digits, "ascii", "1x2", NULL},
    {"number", &garim_type_char, "ascii", "00120 ", "120"},
    {"number", &garim_type_char, "ascii", "-0120 ", "-120"},
    {"number", &garim_type_char, "ascii", "+0120 ", "120"},
    {"number", &garim_type_char, "ascii", "-000  ", "0"},
    {"number", &garim_type_char, "ascii", "-     ", NULL},
    {"number", &garim_type_char, "ascii", "--1   ", NULL},
    {"number", &garim_type_char, "ascii", " 1    ", NULL},
    {"number", &garim_type_char, "ascii", "      ", ""},
    {"exact", &garim_type_char, "ascii", "a\xFF  ", "a\xFF  "},
    {"exact", &garim_type_bytes, "ascii", "\x01\x02", "\x01\x02"},
};

static const struct garim_canonical *find(const char *form)
{
    size_t i = 0;
    while (strcmp(garim_canonicals[i].name, form) != 0)
        i++;
    return &garim_canonicals[i];
}

/* The field twice, so that there is a value beside it. */
static void check_example(const struct example *example,
                          const struct garim_field *field, size_t i)
{
    const struct garim_canonical *form = find(example->form);
    const struct garim_kernels *kernels = garim_kernels_of(garim_tier_best());
    size_t slot_bytes = garim_values_slot_bytes(field);
    uint8_t data[64], flags[2], breaches[2], non_ascii[2], slots[2 * 192];
    uint32_t offsets[2], lengths[2];
    const uint32_t fields[2] = {0, (uint32_t)field->bytes};
    const struct garim_scan scan = garim_field_scan(field, true);
    const struct garim_column column = {data, field->bytes, field->bytes};
    struct garim_values values = {
        kernels, field, 2,        data,      offsets, lengths,
        fields,  flags, breaches, non_ascii, slots,   slot_bytes,
    };
    memcpy(data, example->data, field->bytes);
    memcpy(data + field->bytes, example->data, field->bytes);
    kernels->scan(&scan, &column, 2, offsets, lengths, flags);
    form->form(&values);
    cr_assert((form->traits & example->type->traits) != 0);
    for (size_t k = 0; k < 2; k++) {
        cr_assert_eq(breaches[k] != GARIM_BREACH_NONE,
                     example->canonical == NULL, "example %zu", i);
        if (example->canonical == NULL) continue;
        cr_assert_eq(lengths[k], strlen(example->canonical), "example %zu", i);
        cr_assert(memcmp(values.data + offsets[k], example->canonical,
                         lengths[k]) == 0,
                  "example %zu", i);
    }
}

Test(canonical, examples)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct example *example = &examples[i];
        struct garim_codepage page;
        cr_assert_eq(garim_codepage_load(example->encoding, &page),
                     GARIM_CODEPAGE_OK);
        struct garim_field field = {
            .type = example->type,
            .bytes = strlen(example->data),
            .page = &page,
            .pad = example->type == &garim_type_char
                       ? page.blank
                       : (uint8_t)page.from_ascii['0'],
            .justify_right = example->type == &garim_type_digits,
        };
        check_example(example, &field, i);
    }
}

Test(canonical, trimming_takes_the_free_side_and_nuls_of_text_only)
{
    struct garim_codepage page;
    cr_assert_eq(garim_codepage_load("ascii", &page), GARIM_CODEPAGE_OK);
    struct garim_field field = {
        .type = &garim_type_char, .bytes = 4, .page = &page, .pad = ' '};
    cr_assert_eq(garim_field_trim(&field, (const uint8_t *)"a \0 ").bytes, 1);
    field.justify_right = true;
    cr_assert_eq(garim_field_trim(&field, (const uint8_t *)" \0a ").bytes, 2);
    field.type = &garim_type_bytes;
    cr_assert_eq(garim_field_trim(&field, (const uint8_t *)" \0a ").bytes, 3);
}
