/* load_expect.c - what a field must hold, from its layout (POLICY.md, Expect)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "layout/load_expect.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "record/type.h"

enum { TEXTS_MAX = 1024 };

struct expect_build {
    struct garim_reader *reader;
    struct garim_field *field;
    struct garim_expect *expect; /* of the field */
};

/* ---- bytes --------------------------------------------------------------- */

static void add_blank(struct expect_build *build)
{
    build->expect->bytes[build->field->page->blank] = true;
}

static void add_digits(struct expect_build *build)
{
    for (size_t i = 0; i < 256; i++)
        if (build->field->page->digit[i] >= 0) build->expect->bytes[i] = true;
}

static void refuse_set(struct expect_build *build, struct garim_entry entry)
{
    garim_reader_refuse(build->reader, entry,
                        "bytes are characters of one byte in %s, and ranges "
                        "of ASCII characters like 0-9 or A-Z",
                        build->field->page->name);
}

/* `first` to `last` as characters, whatever the encoding makes of them. */
static void add_range(struct expect_build *build, struct garim_entry entry,
                      unsigned first, unsigned last)
{
    if (first > last || last >= GARIM_NOT_ASCII) {
        refuse_set(build, entry);
        return;
    }
    for (unsigned i = first; i <= last; i++) {
        int byte = build->field->page->from_ascii[i];
        ASSERT(byte <= UINT8_MAX);
        if (byte < 0) refuse_set(build, entry);
        if (byte >= 0) build->expect->bytes[byte] = true;
    }
}

/* A set like " 0-9A-Z"; a hyphen that stands first or last is one. */
static void read_set(struct expect_build *build, struct garim_entry entry)
{
    const char *text = garim_reader_text(build->reader, entry, 1, 255);
    size_t left = strlen(text);
    while (left > 0 && build->reader->status == GARIM_OK) {
        const uint8_t *at = (const uint8_t *)text;
        size_t bytes = garim_utf8_length_scalar(at, left);
        uint8_t encoded[4];
        const bool wide_range =
            bytes > 1 && left > bytes + 1 && at[bytes] == '-';
        if (left >= 3 && at[1] == '-') {
            add_range(build, entry, at[0], at[2]);
            bytes = 3;
        } else if (bytes > 0 && !wide_range &&
                   garim_codepage_encode(build->field->page, at, bytes,
                                         encoded) == 1) {
            build->expect->bytes[encoded[0]] = true;
        } else {
            refuse_set(build, entry);
            return;
        }
        ASSERT(bytes > 0 && bytes <= left);
        text += bytes;
        left -= bytes;
    }
}

/* ---- texts --------------------------------------------------------------- */

/* Trimming must leave the text as it is, or no value is ever equal to it. */
static bool is_trimmed(const struct garim_field *field, const uint8_t *text,
                       size_t bytes, uint8_t *room)
{
    ASSERT(bytes <= field->bytes);
    garim_field_put(field, text, bytes, room);
    struct garim_value value = garim_field_trim(field, room);
    return value.bytes == bytes && memcmp(value.data, text, bytes) == 0;
}

static void add_text(struct expect_build *build, struct garim_entry entry,
                     const char *text, uint8_t *encoded,
                     struct garim_expect_text *ret_text)
{
    const struct garim_field *field = build->field;
    uint8_t *room = encoded + strlen(text);
    const char *wrong = "";
    size_t bytes = field->type->from_text(field, text, encoded, &wrong);
    ASSERT(bytes == SIZE_MAX || bytes <= strlen(text));
    if (bytes == SIZE_MAX)
        garim_reader_refuse(build->reader, entry, "what field %s expects %s",
                            field->name, wrong);
    else if (bytes > field->bytes)
        garim_reader_refuse(build->reader, entry,
                            "field %s expects %zu bytes and has %zu; shorten "
                            "the text",
                            field->name, bytes, field->bytes);
    else if (!is_trimmed(field, encoded, bytes, room))
        garim_reader_refuse(build->reader, entry,
                            "field %s expects padding, which trimming takes; "
                            "leave it out of the text",
                            field->name);
    *ret_text = (struct garim_expect_text){encoded, bytes};
}

/* One text, or each of a list. */
static void read_texts(struct expect_build *build, struct garim_entry entry,
                       bool list, size_t low)
{
    struct garim_reader *reader = build->reader;
    size_t count = list ? garim_yaml_count(entry.value) : 1;
    if (count == 0 || count > TEXTS_MAX) {
        garim_reader_refuse(reader, entry, "in lists 1 to %d texts, not %zu",
                            TEXTS_MAX, count);
        return;
    }
    struct garim_expect_text *texts =
        garim_arena_take(reader->arena, count * sizeof *texts);
    for (size_t i = 0; texts != NULL && i < count; i++) {
        struct garim_entry item = entry;
        if (list) item.value = garim_yaml_item(entry.value, i);
        const char *text =
            garim_reader_text(reader, item, low, GARIM_YAML_BYTES_MAX);
        uint8_t *encoded = garim_arena_take(
            reader->arena, strlen(text) + build->field->bytes + 1);
        if (encoded == NULL) garim_reader_no_memory(reader);
        if (reader->status != GARIM_OK) return;
        add_text(build, item, text, encoded, &texts[i]);
    }
    if (texts == NULL) garim_reader_no_memory(reader);
    ASSERT(count > 0 && count <= TEXTS_MAX);
    build->expect->texts = texts;
    build->expect->text_count = count;
}

static void read_list(struct expect_build *build, struct garim_entry entry)
{
    if (entry.value != NULL && garim_yaml_kind(entry.value) == GARIM_YAML_LIST)
        read_texts(build, entry, true, 0);
    else
        garim_reader_refuse(build->reader, entry,
                            "in needs a list: in: [A, B]; is: takes one text");
}

/* ---- all of it ----------------------------------------------------------- */

static const char *const words[] = {"blank", "digits", "is",
                                    "in",    "begins", "bytes"};
enum { BLANK, DIGITS, IS, IN, BEGINS, BYTES, WORD_COUNT, NULLS = WORD_COUNT };
static_assert(sizeof words / sizeof *words == WORD_COUNT, "a word for each");

static void read_word(struct expect_build *build, struct garim_entry entry,
                      size_t word)
{
    static const enum garim_expect_kind kinds[] = {
        [BLANK] = GARIM_EXPECT_BYTES,   [DIGITS] = GARIM_EXPECT_BYTES,
        [IS] = GARIM_EXPECT_TEXT,       [IN] = GARIM_EXPECT_TEXT,
        [BEGINS] = GARIM_EXPECT_PREFIX, [BYTES] = GARIM_EXPECT_BYTES,
    };
    static_assert(sizeof kinds / sizeof *kinds == WORD_COUNT, "and a kind");
    ASSERT(word < WORD_COUNT);
    build->expect->kind = kinds[word];
    ASSERT(build->expect->kind != GARIM_EXPECT_ANYTHING);
    if (word == BLANK)
        add_blank(build);
    else if (word == DIGITS)
        add_digits(build);
    else if (word == BYTES)
        read_set(build, entry);
    else if (word == IN)
        read_list(build, entry);
    else
        read_texts(build, entry, false, word == BEGINS ? 1 : 0);
}

/* {is: TEXT}, with `null: no` beside it if it likes. */
static void read_map(struct expect_build *build, struct garim_entry entry)
{
    static const char *const no[] = {"no"};
    struct garim_reader *reader = build->reader;
    struct garim_key_name keys[WORD_COUNT + 1] = {[NULLS] = {"null", false}};
    struct garim_entry entries[WORD_COUNT + 1];
    size_t found = 0, word = 0;
    for (size_t i = 0; i < WORD_COUNT; i++)
        keys[i].name = words[i];
    garim_reader_map(reader, entry, "expect", keys, WORD_COUNT + 1, entries);
    if (reader->status != GARIM_OK) return;
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (entries[i].key == NULL) continue;
        found++;
        word = i;
    }
    if (found != 1) {
        garim_reader_refuse(reader, entry,
                            "%zu expectations of field %s; write exactly one",
                            found, build->field->name);
        return;
    }
    if (word <= DIGITS && !garim_reader_flag(reader, entries[word]))
        garim_reader_refuse(reader, entries[word],
                            "write %s: true, or leave expect out", words[word]);
    if (entries[NULLS].key != NULL) {
        (void)garim_reader_choice(reader, entries[NULLS], NULL, no, 1);
        build->expect->no_nulls = true;
    }
    read_word(build, entries[word], word);
}

void garim_expect_read(struct garim_reader *reader, struct garim_entry entry,
                       struct garim_field *field)
{
    struct expect_build build = {reader, field, &field->expect};
    if (entry.key == NULL || reader->status != GARIM_OK) return;
    if (entry.value != NULL && garim_yaml_kind(entry.value) == GARIM_YAML_MAP)
        read_map(&build, entry);
    else
        read_word(&build, entry,
                  garim_reader_choice(reader, entry, NULL, words, 2));
}
