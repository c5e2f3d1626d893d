/* reader.c - typed reading of a YAML map, with errors that say the way out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"
#include "text/nearest.h"
#include "text/unicode.h"

enum {
    WORDS_MAX = 32,  /* choices and keys of one map */
    WORD_BYTES = 32, /* of a key of this language */
    MESSAGE_BYTES = 512,
    SHOWN_BYTES = 64, /* of a wrong text in a message */
};

struct garim_place garim_reader_place(struct garim_entry entry)
{
    struct garim_place place = {.line = 1, .column = 1};
    if (!garim_yaml_place(entry.value, &place.line, &place.column))
        (void)garim_yaml_place(entry.key, &place.line, &place.column);
    return place;
}

void garim_reader_refuse(struct garim_reader *reader, struct garim_entry entry,
                         const char *format, ...)
{
    if (reader->status != GARIM_OK) return;
    ASSERT(reader->yaml != NULL);
    const struct garim_place place = garim_reader_place(entry);
    char message[MESSAGE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    reader->status = garim_error_set_place(
        reader->error, GARIM_USAGE, garim_yaml_path(reader->yaml), place.line,
        place.column, "%s", message);
}

void garim_reader_no_memory(struct garim_reader *reader)
{
    if (reader->status == GARIM_OK)
        reader->status = garim_error_no_memory(reader->error);
}

/* "a, b or c" */
static void list_words(char *text, size_t size, const char *const *words,
                       size_t count)
{
    size_t used = 0;
    ASSERT(size > 0 && count > 0);
    text[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        const char *link = i == 0 ? "" : i + 1 == count ? " or " : ", ";
        int wrote = snprintf(text + used, size - used, "%s%s", link, words[i]);
        used += wrote < 0 ? 0 : (size_t)wrote;
    }
}

/* The key of an entry, for a message. */
static const char *key_of(struct garim_entry entry, char text[SHOWN_BYTES + 1])
{
    size_t bytes = 0;
    const char *key =
        entry.key == NULL ? "value" : garim_yaml_text(entry.key, &bytes);
    if (entry.key == NULL) bytes = strlen(key);
    if (bytes > SHOWN_BYTES) bytes = SHOWN_BYTES;
    memcpy(text, key, bytes);
    text[bytes] = '\0';
    return text;
}

/* Refuse `word` with what it should have been; `what` opens the message. */
static void refuse_word(struct garim_reader *reader, struct garim_entry entry,
                        const char *what, const char *word,
                        const char *const *words, size_t count)
{
    char known[MESSAGE_BYTES / 2];
    list_words(known, sizeof known, words, count);
    const char *nearest = garim_nearest(word, words, count);
    if (nearest != NULL)
        garim_reader_refuse(reader, entry, "%s '%.*s'; did you mean '%s'?",
                            what, SHOWN_BYTES, word, nearest);
    else
        garim_reader_refuse(reader, entry, "%s '%.*s'; use %s", what,
                            SHOWN_BYTES, word, known);
}

const char *garim_reader_key(struct garim_reader *reader,
                             struct garim_entry entry)
{
    struct garim_entry key = {.key = entry.key, .value = entry.key};
    return garim_reader_text(reader, key, 1, GARIM_LABEL_BYTES_MAX);
}

/* The entry of `name` in the map, or one without a value. */
static size_t find_key(const char *name, const struct garim_key_name *keys,
                       size_t count)
{
    size_t i = 0;
    while (i < count && strcmp(name, keys[i].name) != 0)
        i++;
    return i;
}

/* A file of data given by mistake must not be quoted: only what looks like a
 * key of this language is. */
static bool is_word(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz_-<";
    return strlen(text) <= WORD_BYTES && text[strspn(text, letters)] == '\0';
}

static void refuse_key(struct garim_reader *reader, struct garim_entry entry,
                       const char *what, const char *name,
                       const struct garim_key_name *keys, size_t count)
{
    const char *words[WORDS_MAX];
    char kind[SHOWN_BYTES];
    ASSERT(count <= WORDS_MAX);
    for (size_t i = 0; i < count; i++)
        words[i] = keys[i].name;
    (void)snprintf(kind, sizeof kind, "%s has no key", what);
    struct garim_entry place = {.key = entry.key, .value = entry.key};
    refuse_word(reader, place, kind, is_word(name) ? name : "...", words,
                count);
}

void garim_reader_map(struct garim_reader *reader, struct garim_entry entry,
                      const char *what, const struct garim_key_name *keys,
                      size_t count, struct garim_entry *ret_entries)
{
    ASSERT(count > 0 && count <= WORDS_MAX);
    memset(ret_entries, 0, count * sizeof *ret_entries);
    if (reader->status != GARIM_OK) return;
    if (entry.value == NULL || garim_yaml_kind(entry.value) != GARIM_YAML_MAP) {
        garim_reader_refuse(reader, entry, "%s must be a map: {key: value}",
                            what);
        return;
    }
    size_t pairs = garim_yaml_count(entry.value);
    for (size_t i = 0; i < pairs && reader->status == GARIM_OK; i++) {
        struct garim_entry pair;
        garim_yaml_pair(entry.value, i, &pair.key, &pair.value);
        const char *name = garim_reader_key(reader, pair);
        size_t index = find_key(name, keys, count);
        if (index < count)
            ret_entries[index] = pair;
        else
            refuse_key(reader, pair, what, name, keys, count);
    }
    for (size_t i = 0; i < count; i++)
        if (keys[i].required && ret_entries[i].key == NULL)
            garim_reader_refuse(reader, entry, "%s has no '%s'; add it", what,
                                keys[i].name);
}

const char *garim_reader_text(struct garim_reader *reader,
                              struct garim_entry entry, size_t low, size_t high)
{
    if (reader->status != GARIM_OK) return "";
    if (entry.value == NULL ||
        garim_yaml_kind(entry.value) != GARIM_YAML_TEXT) {
        garim_reader_refuse(reader, entry,
                            "this must be a plain value, not a list or a map");
        return "";
    }
    ASSERT(low <= high && reader->arena != NULL);
    size_t bytes = 0;
    char key[SHOWN_BYTES + 1];
    const char *text = garim_yaml_text(entry.value, &bytes);
    if (memchr(text, '\0', bytes) != NULL) {
        garim_reader_refuse(reader, entry, "a NUL cannot stand in a text");
        return "";
    }
    if (bytes < low || bytes > high) {
        garim_reader_refuse(reader, entry,
                            "%s has %zu bytes of text; write %zu to %zu",
                            key_of(entry, key), bytes, low, high);
        return "";
    }
    const char *copy = garim_arena_text(reader->arena, text, bytes);
    if (copy == NULL) garim_reader_no_memory(reader);
    return copy == NULL ? "" : copy;
}

const char *garim_reader_label(struct garim_reader *reader,
                               struct garim_entry entry, size_t high)
{
    ASSERT(high > 0 && high <= GARIM_LABEL_BYTES_MAX);
    const char *text = garim_reader_text(reader, entry, 1, high);
    const char *fault = garim_unicode_label_fault(text);
    if (fault != NULL) garim_reader_refuse(reader, entry, "%s", fault);
    return text;
}

uint64_t garim_reader_number(struct garim_reader *reader,
                             struct garim_entry entry, uint64_t low,
                             uint64_t high)
{
    const char *text = garim_reader_text(reader, entry, 0, SIZE_MAX - 1);
    ASSERT(low <= high);
    if (reader->status != GARIM_OK) return low;
    uint64_t number = 0;
    bool wrong = text[0] == '\0';
    for (size_t i = 0; text[i] != '\0' && !wrong; i++) {
        wrong =
            text[i] < '0' || text[i] > '9' ||
            __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(text[i] - '0'), &number);
    }
    if (!wrong && number >= low && number <= high) return number;
    char key[SHOWN_BYTES + 1];
    garim_reader_refuse(reader, entry,
                        "%s '%.*s' is not a whole number from %llu to %llu",
                        key_of(entry, key), SHOWN_BYTES, text,
                        (unsigned long long)low, (unsigned long long)high);
    return low;
}

size_t garim_reader_choice(struct garim_reader *reader,
                           struct garim_entry entry, const char *what,
                           const char *const *words, size_t count)
{
    const char *text = garim_reader_text(reader, entry, 0, SIZE_MAX - 1);
    ASSERT(count > 0 && count <= WORDS_MAX);
    if (reader->status != GARIM_OK) return 0;
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, words[i]) == 0) return i;
    char key[SHOWN_BYTES + 1];
    char opening[2 * SHOWN_BYTES];
    (void)snprintf(opening, sizeof opening, "%s cannot be",
                   what == NULL ? key_of(entry, key) : what);
    refuse_word(reader, entry, opening, text, words, count);
    return 0;
}

void garim_reader_version(struct garim_reader *reader, struct garim_entry entry,
                          const char *what)
{
    const char *text = garim_reader_text(reader, entry, 0, SIZE_MAX - 1);
    if (strcmp(text, "1") != 0)
        garim_reader_refuse(reader, entry,
                            "%s '%.*s' is a version that this garim does not "
                            "know; write %s: 1",
                            what, SHOWN_BYTES, text, what);
}

bool garim_reader_flag(struct garim_reader *reader, struct garim_entry entry)
{
    static const char *const words[] = {"false", "true"};
    return garim_reader_choice(reader, entry, NULL, words, 2) == 1;
}
