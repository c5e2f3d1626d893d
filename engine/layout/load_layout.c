/* load_layout.c - a layout from its YAML file (POLICY.md, Layout)
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "layout/load_layout.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"
#include "layout/load_expect.h"
#include "record/type.h"
#include "config/reader.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

struct loader {
    struct garim_reader reader;
    struct garim_layout *layout;
    struct garim_field *fields;
    struct garim_codepage *pages; /* each encoding is loaded once */
    size_t page_count;
};

/* ---- bytes with names ---------------------------------------------------- */

static const char *const byte_names[] = {"blank", "nul", "zero", "high"};

static uint8_t named_byte(const struct garim_codepage *page, size_t index)
{
    const uint8_t bytes[] = {page->blank, 0x00, (uint8_t)page->from_ascii['0'],
                             0xFF};
    static_assert(LENGTH(bytes) == LENGTH(byte_names), "each has its name");
    ASSERT(index < LENGTH(bytes) && page->from_ascii['0'] >= 0);
    return bytes[index];
}

/* A name, or one character of one byte. */
static uint8_t read_pad(struct garim_reader *reader, struct garim_entry entry,
                        const struct garim_codepage *page)
{
    size_t bytes = 0;
    const char *text = garim_reader_text(reader, entry, 1, SIZE_MAX - 1);
    uint8_t encoded[4];
    for (size_t i = 0; i < LENGTH(byte_names); i++)
        if (strcmp(text, byte_names[i]) == 0) return named_byte(page, i);
    if (strlen(text) <= sizeof encoded)
        bytes = garim_codepage_encode(page, (const uint8_t *)text, strlen(text),
                                      encoded);
    if (bytes == 1) return encoded[0];
    garim_reader_refuse(reader, entry,
                        "a pad is blank, nul, zero, high or one character of "
                        "one byte in %s",
                        page->name);
    return page->blank;
}

static void read_nulls(struct garim_reader *reader, struct garim_entry entry,
                       struct garim_field *field)
{
    if (entry.key == NULL) return; /* as the type has it */
    memset(field->null_byte, 0, sizeof field->null_byte);
    bool list =
        entry.value != NULL && garim_yaml_kind(entry.value) == GARIM_YAML_LIST;
    size_t count = list ? garim_yaml_count(entry.value) : 1;
    for (size_t i = 0; i < count && reader->status == GARIM_OK; i++) {
        struct garim_entry item = entry;
        if (list) item.value = garim_yaml_item(entry.value, i);
        size_t name = garim_reader_choice(reader, item, NULL, byte_names,
                                          LENGTH(byte_names));
        field->null_byte[named_byte(field->page, name)] = true;
    }
}

/* ---- encodings ----------------------------------------------------------- */

static void refuse_encoding(struct garim_reader *reader,
                            struct garim_entry entry, const char *name,
                            enum garim_codepage_result result)
{
    static const char *const texts[] = {
        [GARIM_CODEPAGE_OK] = "",
        [GARIM_CODEPAGE_UNKNOWN] =
            "is not known; use ascii, utf-8 or a code page of `iconv -l`",
        [GARIM_CODEPAGE_MULTI_BYTE] =
            "is not a single-byte code page; use utf-8 or a single-byte page",
        [GARIM_CODEPAGE_NO_BLANK] =
            "has no space or no digits; use another code page",
    };
    static_assert(LENGTH(texts) == GARIM_CODEPAGE_NO_MEMORY, "a text for each");
    ASSERT(result > GARIM_CODEPAGE_OK && result < LENGTH(texts));
    garim_reader_refuse(reader, entry, "encoding '%.64s' %s", name,
                        texts[result]);
}

static const struct garim_codepage *
read_encoding(struct loader *loader, struct garim_entry entry,
              const struct garim_codepage *otherwise)
{
    if (entry.key == NULL && otherwise != NULL) return otherwise;
    const char *name = "ascii";
    if (entry.key != NULL)
        name =
            garim_reader_text(&loader->reader, entry, 1, GARIM_LABEL_BYTES_MAX);
    if (loader->reader.status != GARIM_OK) return &loader->pages[0];
    for (size_t i = 0; i < loader->page_count; i++)
        if (strcmp(loader->pages[i].name, name) == 0) return &loader->pages[i];
    ASSERT(loader->page_count <= GARIM_FIELDS_MAX);
    struct garim_codepage *page = &loader->pages[loader->page_count];
    enum garim_codepage_result result = garim_codepage_load(name, page);
    if (result == GARIM_CODEPAGE_OK)
        loader->page_count++;
    else if (result == GARIM_CODEPAGE_NO_MEMORY)
        garim_reader_no_memory(&loader->reader);
    else
        refuse_encoding(&loader->reader, entry, name, result);
    return page;
}

/* ---- the record ---------------------------------------------------------- */

static void read_framing(struct loader *loader, struct garim_entry framing,
                         struct garim_entry terminator)
{
    static const char *const framings[] = {"fixed", "lines"};
    static const char *const names[] = {"lf", "crlf"};
    static const char *const texts[] = {"\n", "\r\n"};
    struct garim_reader *reader = &loader->reader;
    struct garim_layout *layout = loader->layout;
    size_t lines = 0;
    layout->framing.terminator = "";
    if (framing.key != NULL)
        lines = garim_reader_choice(reader, framing, NULL, framings, 2);
    if (lines == 0 && terminator.key != NULL)
        garim_reader_refuse(reader, terminator,
                            "a terminator belongs to framing: lines; remove "
                            "it, or write framing: lines");
    if (lines == 1 && terminator.key == NULL)
        garim_reader_refuse(reader, framing,
                            "framing: lines needs terminator: lf or crlf");
    if (lines == 1 && terminator.key != NULL)
        layout->framing.terminator =
            texts[garim_reader_choice(reader, terminator, NULL, names, 2)];
    layout->framing.terminator_bytes = strlen(layout->framing.terminator);
}

static void refuse_lines_encoding(struct loader *loader,
                                  struct garim_entry entry,
                                  const struct garim_codepage *page)
{
    if (loader->layout->framing.terminator_bytes > 0 && !page->ascii)
        garim_reader_refuse(&loader->reader, entry,
                            "framing: lines is for encodings that contain "
                            "ASCII, not for '%.64s'; use framing: fixed",
                            page->name);
}

static void read_record(struct loader *loader, struct garim_entry record)
{
    static const struct garim_key_name keys[] = {
        {"length", true},      {"encoding", false}, {"framing", false},
        {"terminator", false}, {"header", false},   {"trailer", false},
    };
    enum { KEY_LENGTH, ENCODING, FRAMING, TERMINATOR, HEADER, TRAILER, COUNT };
    static_assert(LENGTH(keys) == COUNT, "a number for each key");
    struct garim_entry entries[LENGTH(keys)];
    struct garim_reader *reader = &loader->reader;
    struct garim_layout *layout = loader->layout;
    garim_reader_map(reader, record, "record", keys, LENGTH(keys), entries);
    if (reader->status != GARIM_OK) return;
    layout->record_bytes = garim_reader_number(reader, entries[KEY_LENGTH], 1,
                                               GARIM_RECORD_BYTES_MAX);
    layout->page = read_encoding(loader, entries[ENCODING], NULL);
    read_framing(loader, entries[FRAMING], entries[TERMINATOR]);
    layout->framing.stride =
        layout->record_bytes + layout->framing.terminator_bytes;
    layout->framing.blank = layout->page->blank;
    layout->framing.layout_name = layout->name;
    refuse_lines_encoding(loader, entries[ENCODING], layout->page);
    if (entries[HEADER].key != NULL)
        layout->framing.header.bytes = garim_reader_number(
            reader, entries[HEADER], 0, GARIM_EDGE_BYTES_MAX);
    if (entries[TRAILER].key != NULL)
        layout->framing.trailer.bytes = garim_reader_number(
            reader, entries[TRAILER], 0, GARIM_EDGE_BYTES_MAX);
}

/* ---- one field ----------------------------------------------------------- */

static const struct garim_key_name field_keys[] = {
    {"name", true},  {"at", false},       {"length", false}, {"cols", false},
    {"type", true},  {"encoding", false}, {"pad", false},    {"justify", false},
    {"null", false}, {"sample", false},   {"expect", false},
};
enum {
    NAME,
    AT,
    FIELD_LENGTH,
    COLS,
    TYPE,
    FIELD_ENCODING,
    PAD,
    JUSTIFY,
    NULLS,
    SAMPLE,
    EXPECT,
    FIELD_KEY_COUNT
};
static_assert(LENGTH(field_keys) == FIELD_KEY_COUNT, "a number for each key");

static const char *read_name(struct garim_reader *reader,
                             struct garim_entry entry)
{
    const char *name = garim_reader_label(reader, entry, GARIM_NAME_BYTES_MAX);
    for (const char *at = name; *at != '\0'; at++)
        if (*at == ' ')
            garim_reader_refuse(
                reader, entry,
                "a name must not have blanks; use letters, digits, - "
                "and _");
    return name;
}

/* "17-28" or "17", counted from 1, as `at` and `bytes`. */
static void read_columns(struct garim_reader *reader, struct garim_entry entry,
                         struct garim_field *field)
{
    const char *text = garim_reader_text(reader, entry, 1, 32);
    char *end = NULL;
    unsigned long long first = 0;
    unsigned long long last = 0;
    if (text[0] >= '0' && text[0] <= '9') first = strtoull(text, &end, 10);
    last = first;
    if (first > 0 && end[0] == '-' && end[1] >= '0' && end[1] <= '9')
        last = strtoull(end + 1, &end, 10);
    if (first == 0 || *end != '\0' || last < first ||
        last > GARIM_RECORD_BYTES_MAX) {
        garim_reader_refuse(
            reader, entry,
            "'%s' is not a range of columns; write them like 17-28, "
            "counted from 1",
            text);
        return;
    }
    field->at = (size_t)first - 1;
    field->bytes = (size_t)(last - first) + 1;
}

static void read_place(struct loader *loader, struct garim_entry whole,
                       const struct garim_entry *entries,
                       struct garim_field *field)
{
    struct garim_reader *reader = &loader->reader;
    bool at = entries[AT].key != NULL && entries[FIELD_LENGTH].key != NULL;
    bool part = entries[AT].key != NULL || entries[FIELD_LENGTH].key != NULL;
    bool cols = entries[COLS].key != NULL;
    if (reader->status != GARIM_OK) return;
    if ((part && cols) || (!cols && !at)) {
        garim_reader_refuse(reader, whole,
                            "field %s: say where it stands, with at: and "
                            "length:, or with cols:",
                            field->name);
        return;
    }
    if (cols) {
        read_columns(reader, entries[COLS], field);
    } else {
        field->at = garim_reader_number(reader, entries[AT], 0,
                                        GARIM_RECORD_BYTES_MAX - 1);
        field->bytes = garim_reader_number(reader, entries[FIELD_LENGTH], 1,
                                           GARIM_RECORD_BYTES_MAX);
    }
    size_t record = loader->layout->record_bytes;
    if (field->at + field->bytes > record)
        garim_reader_refuse(reader, whole,
                            "field %s ends at byte %zu, but the record has "
                            "%zu; correct at, length or the record",
                            field->name, field->at + field->bytes, record);
}

static void read_padding(struct loader *loader,
                         const struct garim_entry *entries,
                         struct garim_field *field)
{
    static const char *const sides[] = {"left", "right"};
    struct garim_reader *reader = &loader->reader;
    field->type->set_defaults(field);
    if (entries[PAD].key != NULL)
        field->pad = read_pad(reader, entries[PAD], field->page);
    if (entries[JUSTIFY].key != NULL)
        field->justify_right =
            garim_reader_choice(reader, entries[JUSTIFY], NULL, sides, 2) == 1;
    if (field->type->check_padding != NULL)
        field->type->check_padding(reader, field, entries[PAD],
                                   entries[JUSTIFY]);
    if (loader->layout->framing.terminator_bytes > 0 && field->pad == '\n')
        garim_reader_refuse(reader, entries[PAD],
                            "a line feed cannot be a pad in framing: lines");
}

static const struct garim_type *read_type(struct garim_reader *reader,
                                          struct garim_entry entry)
{
    const char *names[GARIM_TYPES_MAX];
    size_t count = 0;
    for (; garim_type_at(count) != NULL; count++)
        names[count] = garim_type_at(count)->name;
    return garim_type_at(
        garim_reader_choice(reader, entry, NULL, names, count));
}

static void read_field(struct loader *loader, struct garim_entry entry,
                       struct garim_field *field)
{
    struct garim_entry entries[LENGTH(field_keys)];
    struct garim_reader *reader = &loader->reader;
    garim_reader_map(reader, entry, "field", field_keys, LENGTH(field_keys),
                     entries);
    if (reader->status != GARIM_OK) return;
    field->name = read_name(reader, entries[NAME]);
    (void)garim_yaml_place(entry.value, &field->line, &field->column);
    field->type = read_type(reader, entries[TYPE]);
    read_place(loader, entries[NAME], entries, field);
    field->page =
        read_encoding(loader, entries[FIELD_ENCODING], loader->layout->page);
    if (reader->status != GARIM_OK) return;
    ASSERT(field->at + field->bytes <= loader->layout->record_bytes);
    ASSERT(field->bytes > 0 && field->type != NULL && field->page != NULL);
    refuse_lines_encoding(loader, entries[FIELD_ENCODING], field->page);
    read_padding(loader, entries, field);
    read_nulls(reader, entries[NULLS], field);
    garim_expect_read(reader, entries[EXPECT], field);
    if (entries[SAMPLE].key != NULL)
        field->sample = (enum garim_sample)(
            1 + garim_reader_choice(reader, entries[SAMPLE], NULL,
                                    garim_sample_names + 1,
                                    GARIM_SAMPLE_COUNT - 1));
}

/* ---- all fields ---------------------------------------------------------- */

static int compare_place(const void *a, const void *b)
{
    const struct garim_field *const *first = a;
    const struct garim_field *const *second = b;
    if ((*first)->at != (*second)->at)
        return (*first)->at < (*second)->at ? -1 : 1;
    return *first < *second ? -1 : 1;
}

static int compare_name(const void *a, const void *b)
{
    const struct garim_field *const *first = a;
    const struct garim_field *const *second = b;
    int order = strcmp((*first)->name, (*second)->name);
    if (order != 0) return order;
    return *first < *second ? -1 : 1;
}

static void refuse_field(struct loader *loader, const struct garim_field *field,
                         const char *what)
{
    struct garim_reader *reader = &loader->reader;
    if (reader->status != GARIM_OK) return;
    reader->status = garim_error_set_place(
        reader->error, GARIM_USAGE, loader->layout->path, field->line,
        field->column, "field %s %s", field->name, what);
}

static void refuse_overlap(struct loader *loader,
                           const struct garim_field *field,
                           const struct garim_field *before)
{
    const char *what = garim_arena_print(
        loader->reader.arena,
        "begins at byte %zu, inside field %s (bytes %zu to %zu); correct at or "
        "length",
        field->at, before->name, before->at, before->at + before->bytes - 1);
    if (what == NULL)
        garim_reader_no_memory(&loader->reader);
    else
        refuse_field(loader, field, what);
}

/* Refuse names that stand twice and fields that overlap. */
static void check_fields(struct loader *loader)
{
    struct garim_layout *layout = loader->layout;
    size_t count = layout->field_count;
    const struct garim_field **order = garim_arena_take(
        loader->reader.arena, (count + 1) * sizeof(struct garim_field *));
    if (order == NULL) {
        garim_reader_no_memory(&loader->reader);
        return;
    }
    for (size_t i = 0; i < count; i++)
        order[i] = &layout->fields[i];
    qsort(order, count, sizeof(struct garim_field *), compare_name);
    for (size_t i = 1; i < count; i++)
        if (strcmp(order[i - 1]->name, order[i]->name) == 0)
            refuse_field(loader, order[i], "is declared twice; rename one");
    qsort(order, count, sizeof(struct garim_field *), compare_place);
    for (size_t i = 1; i < count; i++)
        if (order[i - 1]->at + order[i - 1]->bytes > order[i]->at)
            refuse_overlap(loader, order[i], order[i - 1]);
    layout->by_place = order;
}

static void read_fields(struct loader *loader, struct garim_entry entry)
{
    struct garim_reader *reader = &loader->reader;
    if (reader->status != GARIM_OK) return;
    if (entry.value == NULL ||
        garim_yaml_kind(entry.value) != GARIM_YAML_LIST) {
        garim_reader_refuse(reader, entry, "fields must be a list of fields");
        return;
    }
    size_t count = garim_yaml_count(entry.value);
    if (count == 0 || count > GARIM_FIELDS_MAX) {
        garim_reader_refuse(reader, entry, "%zu fields; a layout has 1 to %d",
                            count, GARIM_FIELDS_MAX);
        return;
    }
    for (size_t i = 0; i < count && reader->status == GARIM_OK; i++) {
        struct garim_entry item = {.key = entry.key};
        item.value = garim_yaml_item(entry.value, i);
        read_field(loader, item, &loader->fields[i]);
    }
    loader->layout->field_count = count;
    if (reader->status == GARIM_OK) check_fields(loader);
}

static void read_layout(struct loader *loader)
{
    static const struct garim_key_name keys[] = {
        {"layout", true},
        {"name", true},
        {"record", true},
        {"fields", true},
    };
    struct garim_entry entries[LENGTH(keys)];
    struct garim_reader *reader = &loader->reader;
    struct garim_entry root = {.value = garim_yaml_root(reader->yaml)};
    garim_reader_map(reader, root, "the layout", keys, LENGTH(keys), entries);
    if (reader->status != GARIM_OK) return;
    garim_reader_version(reader, entries[0], "layout");
    loader->layout->name = read_name(reader, entries[1]);
    read_record(loader, entries[2]);
    read_fields(loader, entries[3]);
}

/* Room for every field, its encoding, and the record's. */
static bool take_room(struct loader *loader, size_t field_count)
{
    struct garim_arena *arena = loader->reader.arena;
    struct garim_layout *layout = garim_arena_take(arena, sizeof *layout);
    loader->fields =
        garim_arena_take(arena, field_count * sizeof *loader->fields);
    loader->pages =
        garim_arena_take(arena, (field_count + 1) * sizeof *loader->pages);
    if (layout == NULL || loader->fields == NULL || loader->pages == NULL)
        return false;
    const char *path = garim_yaml_path(loader->reader.yaml);
    layout->arena = arena;
    layout->fields = loader->fields;
    layout->path = garim_arena_text(arena, path, strlen(path));
    loader->layout = layout;
    return layout->path != NULL;
}

enum garim_status garim_layout_load(struct garim_layout **ret_layout,
                                    struct garim_yaml *yaml,
                                    struct garim_error *error)
{
    struct garim_arena *arena = garim_arena_open();
    if (arena == NULL) return garim_error_no_memory(error);
    struct loader loader = {
        .reader = {.yaml = yaml, .arena = arena, .error = error},
    };
    if (take_room(&loader, GARIM_FIELDS_MAX))
        read_layout(&loader);
    else
        garim_reader_no_memory(&loader.reader);
    if (loader.reader.status == GARIM_OK) {
        ASSERT(loader.layout->by_place != NULL &&
               loader.layout->field_count > 0);
        garim_arena_seal(arena);
        *ret_layout = loader.layout;
    } else {
        garim_arena_close(arena);
    }
    return loader.reader.status;
}

void garim_layout_unload(struct garim_layout *layout)
{
    if (layout != NULL) garim_arena_close(layout->arena);
}
