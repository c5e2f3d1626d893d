/* rule_constant.c - constant: the same text in every record
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "rules/rule.h"

struct constant {
    const uint8_t *bytes; /* the whole field */
};

static void place(struct garim_rule_build *build, struct garim_entry entry,
                  const char *text, uint8_t *encoded, struct constant *constant,
                  struct garim_step *step)
{
    const struct garim_field *field = step->field;
    struct garim_reader *reader = &build->reader;
    const char *wrong = "";
    size_t bytes = field->type->from_text(field, text, encoded, &wrong);
    ASSERT(bytes == SIZE_MAX || bytes <= strlen(text));
    if (bytes == SIZE_MAX) {
        garim_reader_refuse(reader, entry, "the constant of field %s %s",
                            field->name, wrong);
    } else if (bytes > field->bytes) {
        garim_reader_refuse(reader, entry,
                            "the constant has %zu bytes, field %s %zu; "
                            "shorten it",
                            bytes, field->name, field->bytes);
    } else if (build->layout->framing.terminator_bytes > 0 &&
               memchr(encoded, '\n', bytes) != NULL) {
        garim_reader_refuse(reader, entry,
                            "a line feed cannot stand in a record of "
                            "framing: lines");
    } else {
        uint8_t *bytes_of_field = garim_arena_take(reader->arena, field->bytes);
        step->details = garim_arena_print(reader->arena, "\"%s\"", text);
        if (bytes_of_field == NULL || step->details == NULL) {
            garim_reader_no_memory(reader);
            return;
        }
        garim_field_put(field, encoded, bytes, bytes_of_field);
        constant->bytes = bytes_of_field;
    }
}

/* `constant: text`, or `constant: {text: ..., null: apply}`. */
static void constant_read(struct garim_rule_build *build,
                          struct garim_entry entry, bool flagged, void *options,
                          struct garim_step *step)
{
    (void)flagged;
    static const struct garim_key_name keys[] = {{"text", true},
                                                 {"null", false}};
    struct garim_entry entries[2] = {entry};
    struct garim_reader *reader = &build->reader;
    if (entry.value != NULL && garim_yaml_kind(entry.value) == GARIM_YAML_MAP)
        garim_reader_map(reader, entry, "constant", keys, 2, entries);
    garim_rule_read_null(build, entries[1], step);
    const char *text =
        garim_reader_text(reader, entries[0], 0, GARIM_YAML_BYTES_MAX);
    uint8_t *encoded = malloc(strlen(text) + 1);
    if (encoded == NULL)
        garim_reader_no_memory(reader);
    else if (reader->status == GARIM_OK)
        place(build, entries[0], text, encoded, options, step);
    free(encoded);
}

static void constant_apply(const struct garim_step *step,
                           struct garim_piece *piece)
{
    const struct constant *constant = step->options;
    uint8_t *field = garim_piece_field(piece, step);
    ASSERT(constant->bytes != NULL);
    for (size_t row = 0; row < piece->count; row++)
        if (!garim_piece_is_null(piece, row))
            memcpy(field + row * piece->stride, constant->bytes,
                   step->field->bytes);
}

const struct garim_rule garim_rule_constant = {
    .name = "constant",
    .participle = "constant",
    .traits = GARIM_TYPE_ANY,
    .takes_options = true,
    .options_bytes = sizeof(struct constant),
    .read = constant_read,
    .apply = constant_apply,
};
