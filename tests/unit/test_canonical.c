/* test_canonical.c - canonical values, form by form
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "record/canonical.h"

struct example {
    const char *form;
    enum garim_type type;
    const char *encoding;
    const char *data;      /* the whole field */
    const char *canonical; /* NULL: breaks the layout */
};

static const struct example examples[] = {
    {"text", GARIM_CHAR, "ascii", "abc  ", "abc"},
    {"text", GARIM_CHAR, "ascii", " a b ", " a b"},
    {"text", GARIM_CHAR, "ascii", "     ", ""},
    {"text", GARIM_CHAR, "ascii", "ab\xC3", NULL},
    {"text", GARIM_CHAR, "utf-8", "\xEA\xB9\x80  ", "\xEA\xB9\x80"},
    {"text", GARIM_CHAR, "utf-8", "\xEA\xB9 ", NULL},
    {"text", GARIM_CHAR, "cp037", "\xC1\x4A\x40\x40", "A\xC2\xA2"},
    {"email", GARIM_CHAR, "ascii", "Ab@X.Kr ", "ab@x.kr"},
    {"upper", GARIM_CHAR, "utf-8", "a\xC3\xA4z", "A\xC3\xA4Z"},
    {"phone", GARIM_CHAR, "ascii", "+82 10-1234", "82101234"},
    {"phone", GARIM_CHAR, "ascii", "N/A  ", ""},
    {"phone-kr", GARIM_CHAR, "ascii", "+82 10-1234", "0101234"},
    {"phone-kr", GARIM_CHAR, "ascii", "0082101234", "0101234"},
    {"phone-kr", GARIM_CHAR, "ascii", "0101234", "0101234"},
    {"phone-kr", GARIM_CHAR, "ascii", "82", "0"},
    {"phone", GARIM_DIGITS, "ascii", "00101234", "00101234"},
    {"phone", GARIM_DIGITS, "ascii", "001x", NULL},
    {"number", GARIM_DIGITS, "ascii", "000120", "120"},
    {"number", GARIM_DIGITS, "ascii", "000000", "0"},
    {"number", GARIM_DIGITS, "cp037", "\xF0\xF1\xF2", "12"},
    {"number", GARIM_DIGITS, "ascii", "12 ", NULL},
    {"number", GARIM_DIGITS, "ascii", "1x2", NULL},
    {"number", GARIM_CHAR, "ascii", "00120 ", "120"},
    {"number", GARIM_CHAR, "ascii", "-0120 ", "-120"},
    {"number", GARIM_CHAR, "ascii", "+0120 ", "120"},
    {"number", GARIM_CHAR, "ascii", "-000  ", "0"},
    {"number", GARIM_CHAR, "ascii", "-     ", NULL},
    {"number", GARIM_CHAR, "ascii", "--1   ", NULL},
    {"number", GARIM_CHAR, "ascii", " 1    ", NULL},
    {"number", GARIM_CHAR, "ascii", "      ", ""},
    {"exact", GARIM_CHAR, "ascii", "a\xFF  ", "a\xFF  "},
    {"exact", GARIM_BYTES, "ascii", "\x01\x02", "\x01\x02"},
};

static const struct garim_canonical *find(const char *form)
{
    size_t i = 0;
    while (strcmp(garim_canonicals[i].name, form) != 0)
        i++;
    return &garim_canonicals[i];
}

Test(canonical, examples)
{
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct example *example = &examples[i];
        struct garim_codepage page;
        uint8_t out[64];
        size_t bytes = 0;
        cr_assert_eq(garim_codepage_load(example->encoding, &page),
                     GARIM_CODEPAGE_OK);
        struct garim_field field = {
            .type = example->type,
            .bytes = strlen(example->data),
            .page = &page,
            .pad = example->type == GARIM_CHAR ? page.blank
                                               : (uint8_t)page.from_ascii['0'],
            .justify_right = example->type == GARIM_DIGITS,
        };
        const struct garim_canonical *form = find(example->form);
        enum garim_breach breach =
            form->write(&field, (const uint8_t *)example->data, out, &bytes);
        cr_assert(form->for_type[example->type]);
        cr_assert_eq(breach != GARIM_BREACH_NONE, example->canonical == NULL,
                     "example %zu", i);
        if (example->canonical == NULL) continue;
        cr_assert_eq(bytes, strlen(example->canonical), "example %zu", i);
        cr_assert(memcmp(out, example->canonical, bytes) == 0, "example %zu",
                  i);
        cr_assert_leq(bytes, garim_canonical_bytes_max(&field));
    }
}

Test(canonical, trimming_takes_the_free_side_and_nuls_of_text_only)
{
    struct garim_codepage page;
    cr_assert_eq(garim_codepage_load("ascii", &page), GARIM_CODEPAGE_OK);
    struct garim_field field = {
        .type = GARIM_CHAR, .bytes = 4, .page = &page, .pad = ' '};
    cr_assert_eq(garim_field_trim(&field, (const uint8_t *)"a \0 ").bytes, 1);
    field.justify_right = true;
    cr_assert_eq(garim_field_trim(&field, (const uint8_t *)" \0a ").bytes, 2);
    field.type = GARIM_BYTES;
    cr_assert_eq(garim_field_trim(&field, (const uint8_t *)" \0a ").bytes, 3);
}
