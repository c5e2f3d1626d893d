/* test_synth.c - sample records: pure, well-formed, shaped like real ones
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "crypto/crypto.h"
#include "record/type.h"
#include "synth/synth.h"

enum {
    SEED = 1,
    COUNT = 10000,
};

static struct garim_layout *open_workload(const char *name)
{
    char path[512];
    struct garim_error error;
    struct garim_layout *layout = NULL;
    (void)snprintf(path, sizeof path,
                   GARIM_SOURCE "/bench/workloads/%s.layout.yaml", name);
    cr_assert_eq(garim_layout_open(&layout, path, &error), GARIM_OK, "%s: %s",
                 error.path, error.message);
    return layout;
}

/* A layout of one field or more, of the given text. */
static struct garim_layout *open_text(const char *record, const char *fields)
{
    char path[] = "/tmp/garim-test-synth-XXXXXX";
    struct garim_error error;
    struct garim_layout *layout = NULL;
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    (void)dprintf(fd, "layout: 1\nname: test\nrecord: {%s}\nfields:\n%s\n",
                  record, fields);
    (void)close(fd);
    enum garim_status status = garim_layout_open(&layout, path, &error);
    (void)unlink(path);
    cr_assert_eq(status, GARIM_OK, "%u: %s", error.line, error.message);
    return layout;
}

static size_t stride(const struct garim_layout *layout)
{
    return layout->framing.stride;
}

static uint8_t *make(const struct garim_layout *layout, uint64_t seed,
                     uint64_t first, size_t count)
{
    uint8_t *records = malloc(count * stride(layout));
    cr_assert_not_null(records);
    garim_synth_records(layout, seed, first, count, records);
    return records;
}

static const struct garim_field *find(const struct garim_layout *layout,
                                      const char *name)
{
    for (size_t i = 0; i < layout->field_count; i++)
        if (strcmp(layout->fields[i].name, name) == 0)
            return &layout->fields[i];
    cr_assert(false, "no field %s", name);
    return NULL;
}

/* The value of a field as a string, until the next call. */
static const char *value_of(const struct garim_layout *layout,
                            const char *field_name, const uint8_t *record)
{
    static char text[256];
    const struct garim_field *field = find(layout, field_name);
    struct garim_value value = garim_field_trim(field, record + field->at);
    cr_assert_lt(value.bytes, sizeof text);
    memcpy(text, value.data, value.bytes);
    text[value.bytes] = '\0';
    return text;
}

/* The same bytes on every machine, with every compiler, for ever. */
static const struct {
    const char *workload, *digest;
} golden[] = {
    {"card-transactions",
     "da215c3ceb81b92447b156534b78b620fe2d75ff0db0d5b64e1d1ebf62e26f40"},
    {"narrow",
     "d5bb3bf7e40da526f1659dae210fd7a78a3518ef03ecf53bff8b77c843f4221d"},
    {"wide",
     "2f7e94039c913fc2ae1695f21dc2dea1bb360a4386649bc9d9d7575642bd8827"},
};
enum { WORKLOADS = sizeof golden / sizeof golden[0] };

Test(synth, the_first_records_are_known)
{
    for (size_t w = 0; w < WORKLOADS; w++) {
        struct garim_layout *layout = open_workload(golden[w].workload);
        uint8_t *records = make(layout, SEED, 0, COUNT);
        uint8_t digest[32];
        char text[65];
        cr_assert_eq(
            garim_sha256(records, COUNT * stride(layout), NULL, 0, digest), 0);
        for (size_t i = 0; i < 32; i++)
            (void)sprintf(text + 2 * i, "%02x", digest[i]);
        cr_expect_str_eq(text, golden[w].digest, "%s: %s", golden[w].workload,
                         text);
        free(records);
        garim_layout_close(layout);
    }
}

Test(synth, any_split_gives_the_same_bytes)
{
    for (size_t w = 0; w < WORKLOADS; w++) {
        struct garim_layout *layout = open_workload(golden[w].workload);
        uint8_t *whole = make(layout, SEED, 5, 500);
        for (size_t first = 0, count = 1; first < 500; first += count++) {
            if (count > 500 - first) count = 500 - first;
            uint8_t *part = make(layout, SEED, 5 + first, count);
            cr_assert(memcmp(part, whole + first * stride(layout),
                             count * stride(layout)) == 0);
            free(part);
        }
        uint8_t *other = make(layout, SEED + 1, 5, 500);
        cr_assert(memcmp(other, whole, 500 * stride(layout)) != 0);
        free(other);
        free(whole);
        garim_layout_close(layout);
    }
}

Test(synth, every_char_field_holds_characters_and_every_digits_field_digits)
{
    for (size_t w = 0; w < WORKLOADS; w++) {
        struct garim_layout *layout = open_workload(golden[w].workload);
        uint8_t *records = make(layout, SEED, 0, COUNT);
        for (size_t i = 0; i < COUNT * layout->field_count; i++) {
            const struct garim_field *field =
                &layout->fields[i % layout->field_count];
            const uint8_t *data =
                records + i / layout->field_count * stride(layout) + field->at;
            cr_assert(garim_codepage_valid(field->page, data, field->bytes));
            for (size_t k = 0; k < field->bytes; k++) {
                cr_assert(data[k] >= ' ');
                if (field->type == &garim_type_digits)
                    cr_assert(data[k] >= '0' && data[k] <= '9');
            }
        }
        free(records);
        garim_layout_close(layout);
    }
}

static unsigned luhn_sum(const char *digits)
{
    unsigned sum = 0;
    size_t count = strlen(digits);
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned)(digits[count - 1 - i] - '0');
        if (i % 2 == 1) digit *= 2;
        sum += digit / 10 + digit % 10;
    }
    return sum;
}

Test(synth, card_numbers_pass_the_luhn_check)
{
    struct garim_layout *layout = open_workload("card-transactions");
    uint8_t *records = make(layout, SEED, 0, COUNT);
    cr_assert_eq(luhn_sum("4539578763621486"), 80);
    for (size_t i = 0; i < COUNT; i++) {
        const char *card =
            value_of(layout, "card_number", records + i * stride(layout));
        cr_assert_eq(strlen(card), 16);
        cr_assert_eq(strspn(card, "0123456789"), 16);
        cr_assert_eq(luhn_sum(card) % 10, 0);
    }
    free(records);
    garim_layout_close(layout);
}

/* About 1 % of phones and emails are null, and phones come in three styles. */
Test(synth, phones_and_emails_are_sometimes_null)
{
    static const char *const names[] = {"phone", "email"};
    static const char *const styles[] = {"010-", "010", "+82 10-"};
    struct garim_layout *layout = open_workload("card-transactions");
    uint8_t *records = make(layout, SEED, 0, COUNT);
    size_t nulls[2] = {0};
    size_t styled[3] = {0};
    for (size_t i = 0; i < COUNT; i++) {
        const uint8_t *record = records + i * stride(layout);
        for (size_t k = 0; k < 2; k++)
            nulls[k] += value_of(layout, names[k], record)[0] == '\0';
        const char *phone = value_of(layout, "phone", record);
        for (size_t s = 0; s < 3; s++)
            if (strncmp(phone, styles[s], strlen(styles[s])) == 0) {
                styled[s]++;
                break;
            }
    }
    for (size_t k = 0; k < 2; k++)
        cr_assert(nulls[k] > COUNT / 200 && nulls[k] < COUNT / 50);
    cr_assert(styled[0] > COUNT * 9 / 10);
    cr_assert(styled[1] > COUNT / 100 && styled[2] > COUNT / 100);
    cr_assert_eq(styled[0] + styled[1] + styled[2] + nulls[0], COUNT);
    free(records);
    garim_layout_close(layout);
}

static int by_person(const void *a, const void *b)
{
    return memcmp(a, b, 80); /* account, phone, email, card */
}

Test(synth, a_person_is_the_same_in_every_record)
{
    enum { MANY = 200000, PERSON = 80 };
    struct garim_layout *layout = open_workload("card-transactions");
    uint8_t *records = make(layout, SEED, 0, MANY);
    qsort(records, MANY, stride(layout), by_person);
    size_t persons = 1, longest = 0, run = 1;
    for (size_t i = 1; i < MANY; i++) {
        const uint8_t *left = records + (i - 1) * stride(layout);
        const uint8_t *right = left + stride(layout);
        bool same = memcmp(left, right, 16) == 0;
        cr_assert_eq(memcmp(left, right, PERSON) == 0, same);
        run = same ? run + 1 : 1;
        persons += !same;
        if (run > longest) longest = run;
    }
    /* 200,000 records: 1/16 of them on 1,024 persons, 1/16 on 16 million. */
    cr_assert(longest >= 20 && longest < 60, "%zu", longest);
    cr_assert(persons > MANY / 2 && persons < MANY * 3 / 4, "%zu", persons);
    free(records);
    garim_layout_close(layout);
}

Test(synth, merchants_are_few_and_some_popular)
{
    struct garim_layout *layout = open_workload("card-transactions");
    static unsigned counts[100000];
    uint8_t *records = make(layout, SEED, 0, COUNT);
    size_t merchants = 0;
    unsigned most = 0;
    for (size_t i = 0; i < COUNT; i++) {
        const char *name =
            value_of(layout, "merchant", records + i * stride(layout));
        unsigned *count = &counts[atoi(strchr(name, ' '))];
        merchants += (*count)++ == 0;
        if (*count > most) most = *count;
    }
    cr_assert(merchants > COUNT / 2 && merchants < COUNT * 3 / 4, "%zu",
              merchants);
    cr_assert(most > 15 && most < 50, "%u", most);
    free(records);
    garim_layout_close(layout);
}

Test(synth, time_never_runs_backwards)
{
    struct garim_layout *layout = open_workload("card-transactions");
    const uint64_t day = 64 * 86400;
    /* Leap days, ends of years, and how far the records go. */
    static const struct {
        uint64_t day;
        const char *timestamp;
    } known[] = {
        {0, "20260101000000"},     {1, "20260102000000"},
        {58, "20260228000000"},    {59, "20260301000000"},
        {364, "20261231000000"},   {365, "20270101000000"},
        {789, "20280229000000"},   {790, "20280301000000"},
        {27086, "21000228000000"}, {27087, "21000301000000"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        uint8_t *record = make(layout, SEED, known[i].day * day, 1);
        cr_expect_str_eq(value_of(layout, "timestamp", record),
                         known[i].timestamp);
        free(record);
    }
    uint8_t *records = make(layout, SEED, 59 * day - COUNT / 2, COUNT);
    for (size_t i = 1; i < COUNT; i++)
        cr_assert(memcmp(records + (i - 1) * stride(layout) + 95,
                         records + i * stride(layout) + 95, 14) <= 0);
    free(records);
    garim_layout_close(layout);
}

Test(synth, values_are_cut_at_characters)
{
    struct garim_layout *layout = open_text(
        "length: 24, encoding: utf-8",
        "  - {name: a, at: 0, length: 10, type: char, sample: address}\n"
        "  - {name: b, at: 10, length: 4, type: char, sample: name-kr}\n"
        "  - {name: c, at: 14, length: 10, type: char, sample: timestamp}");
    uint8_t *records = make(layout, SEED, 0, 100);
    for (size_t i = 0; i < 100; i++) {
        const uint8_t *record = records + i * 24;
        cr_assert(garim_codepage_valid(layout->page, record, 10));
        cr_assert(garim_codepage_valid(layout->page, record + 10, 4));
        cr_assert_eq(strlen(value_of(layout, "b", record)), 3);
        cr_assert_str_eq(value_of(layout, "c", record), "2026-01-01");
    }
    free(records);
    garim_layout_close(layout);
}

/* cp037 has no Hangul; digits fields take digits; what no field covers is
 * blank. */
Test(synth, other_encodings_and_types)
{
    struct garim_layout *layout = open_text(
        "length: 128, encoding: cp037",
        "  - {name: name, at: 0, length: 20, type: char, sample: name-kr}\n"
        "  - {name: number, at: 20, length: 9, type: digits, sample: account}\n"
        "  - {name: serial, at: 30, length: 60, type: digits}\n"
        "  - {name: time, at: 90, length: 8, type: digits, sample: timestamp}\n"
        "  - {name: empty, at: 98, length: 4, type: char, pad: '*',\n"
        "     sample: blank}\n"
        "  - {name: raw, at: 102, length: 16, type: bytes}");
    uint8_t *record = make(layout, SEED, 7, 1);
    uint8_t text[3 * 128];
    cr_assert_eq(garim_codepage_decode(layout->page, record, 102, text), 102);
    cr_assert_eq(text[29], ' ');
    cr_assert(memcmp(text + 98, "****", 4) == 0);
    cr_assert(memcmp(text + 90, "20260101", 8) == 0);
    for (size_t i = 20; i < 90; i++)
        cr_assert(i == 29 || (text[i] >= '0' && text[i] <= '9'));
    for (size_t i = 118; i < 128; i++)
        cr_assert_eq(record[i], 0x40);
    free(record);
    garim_layout_close(layout);
}

/* Text that is none of it gives way; what fits already stays. */
Test(synth, records_are_what_their_layout_expects)
{
    struct garim_layout *layout = open_text(
        "length: 60, encoding: cp037",
        "  - {name: set, at: 0, length: 9, type: char, expect: {bytes: A-Z}}\n"
        "  - {name: is, at: 9, length: 9, type: char, expect: {is: Q}}\n"
        "  - {name: in, at: 18, length: 9, type: digits, expect: {in: [7, "
        "8]}}\n"
        "  - {name: left, at: 27, length: 9, type: char,\n"
        "     expect: {begins: Q7}}\n"
        "  - {name: right, at: 36, length: 9, type: digits,\n"
        "     expect: {begins: 77}}\n"
        "  - {name: raw, at: 45, length: 6, type: bytes,\n"
        "     expect: {begins: 00ff}}\n"
        "  - {name: blank, at: 51, length: 9, type: char,\n"
        "     expect: {blank: true, null: no}}");
    uint8_t *records = make(layout, SEED, 0, 1000);
    for (size_t i = 0; i < 1000 * layout->field_count; i++) {
        const struct garim_field *field =
            &layout->fields[i % layout->field_count];
        cr_assert(garim_field_expected(field, records +
                                                  i / layout->field_count * 60 +
                                                  field->at),
                  "field %s", field->name);
    }
    free(records);
    garim_layout_close(layout);
}

Test(synth, lines_end_where_they_should)
{
    struct garim_layout *layout = open_text(
        "length: 64, framing: lines, terminator: crlf",
        "  - {name: raw, at: 0, length: 60, type: bytes}\n"
        "  - {name: state, at: 60, length: 4, type: char, sample: status}");
    uint8_t *records = make(layout, SEED, 0, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        cr_assert_null(memchr(records + i * 66, '\n', 64));
        cr_assert(memcmp(records + i * 66 + 64, "\r\n", 2) == 0);
    }
    free(records);
    garim_layout_close(layout);
}
