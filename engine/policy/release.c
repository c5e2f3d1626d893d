/* release.c - what an output is for, until when, and how sure its tokens are
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/release.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/limits.h"

#define BUDGET_DEFAULT 0.001

/* YYYY-MM-DD, a day that there is. */
static bool is_date(const char *text)
{
    static const char pattern[] = "9999-99-99";
    for (size_t i = 0; i < sizeof pattern; i++)
        if (pattern[i] == '9' ? text[i] < '0' || text[i] > '9'
                              : text[i] != pattern[i])
            return false;
    struct tm day = {
        .tm_year = atoi(text) - 1900,
        .tm_mon = atoi(text + 5) - 1,
        .tm_mday = atoi(text + 8),
    };
    const int month = day.tm_mon;
    (void)timegm(&day); /* makes the first of March of the 30th of February */
    return day.tm_mon == month;
}

void garim_release_read(struct garim_reader *reader, struct garim_entry entry,
                        struct garim_release *ret_release)
{
    static const struct garim_key_name keys[] = {
        {"recipient", true}, {"purpose", true}, {"basis", true},
        {"epoch", true},     {"expires", true},
    };
    enum { EXPIRES = 4, KEY_COUNT };
    static_assert(sizeof keys / sizeof *keys == KEY_COUNT, "one more");
    const char **texts[KEY_COUNT] = {
        &ret_release->recipient, &ret_release->purpose, &ret_release->basis,
        &ret_release->epoch,     &ret_release->expires,
    };
    struct garim_entry entries[KEY_COUNT];
    garim_reader_map(reader, entry, "release", keys, KEY_COUNT, entries);
    for (size_t i = 0; i < KEY_COUNT; i++)
        *texts[i] =
            garim_reader_label(reader, entries[i], GARIM_LABEL_BYTES_MAX);
    if (reader->status == GARIM_OK && !is_date(ret_release->expires))
        garim_reader_refuse(reader, entries[EXPIRES],
                            "expires must be a date: YYYY-MM-DD");
    ret_release->expires_place = garim_reader_place(entries[EXPIRES]);
}

/* As strtod() has it in every locale. */
static double read_decimal(const char *text, const char **ret_end)
{
    char *end = NULL;
    const locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *ret_end = text;
    if (plain == (locale_t)0) return 0;
    const double number = strtod_l(text, &end, plain);
    freelocale(plain);
    *ret_end = end;
    return number;
}

double garim_budget_read(struct garim_reader *reader, struct garim_entry entry)
{
    static const char characters[] = "0123456789.eE-";
    const char *end;
    if (entry.key == NULL) return BUDGET_DEFAULT;
    const char *text = garim_reader_text(reader, entry, 1, 32);
    if (reader->status != GARIM_OK) return BUDGET_DEFAULT;
    const double number = read_decimal(text, &end);
    if (text[strspn(text, characters)] != '\0' || *end != '\0' ||
        !isfinite(number) || number <= 0)
        garim_reader_refuse(reader, entry,
                            "budget must be a decimal number above 0, for "
                            "example 0.001");
    return number;
}
