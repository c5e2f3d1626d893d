/* json.c - reading JSON within bounds: the only user of jansson
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "text/json.h"

#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "base/limits.h"

/* jansson's own words quote the text. */
static const struct {
    enum json_error_code code;
    const char *words;
} faults[] = {
    {json_error_invalid_utf8, "this is not UTF-8"},
    {json_error_premature_end_of_input, "it ends too early"},
    {json_error_end_of_input_expected, "something stands behind the end"},
    {json_error_duplicate_key, "a key stands twice in one object"},
    {json_error_numeric_overflow, "a number is too large"},
    {json_error_null_character, "a NUL cannot stand in a text"},
    {json_error_null_byte_in_key, "a NUL cannot stand in a key"},
};

static enum garim_status refuse(const json_error_t *fault, const char *name,
                                struct garim_error *error)
{
    const enum json_error_code code = json_error_code(fault);
    const char *words = "this belongs to no object and no array";
    if (code == json_error_out_of_memory) return garim_error_no_memory(error);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        if (faults[i].code == code) words = faults[i].words;
    const unsigned line = fault->line > 0 ? (unsigned)fault->line : 1;
    const unsigned column = fault->column > 0 ? (unsigned)fault->column : 1;
    return garim_error_set_place(error, GARIM_INPUT, name, line, column,
                                 "not valid JSON: %s; correct it here or just "
                                 "before",
                                 words);
}

/* jansson goes as deep as the text does, on the stack. */
static bool is_deep(const char *text, size_t bytes)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < bytes; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (text[i] == '[' || text[i] == '{')
            depth++;
        else if ((text[i] == ']' || text[i] == '}') && depth > 0)
            depth--;
        if (depth > GARIM_JSON_DEPTH_MAX) return true;
    }
    return false;
}

enum garim_status garim_json_read(struct garim_json_value **ret_value,
                                  const char *name, const void *text,
                                  size_t bytes, struct garim_error *error)
{
    json_error_t fault = {0};
    if (bytes > GARIM_JSON_BYTES_MAX)
        return garim_error_set_path(error, GARIM_INPUT, name,
                                    "is larger than %d bytes; is it the right "
                                    "file?",
                                    GARIM_JSON_BYTES_MAX);
    if (is_deep(text, bytes))
        return garim_error_set_path(error, GARIM_INPUT, name,
                                    "has more than %d objects and arrays in "
                                    "each other; is it the right file?",
                                    GARIM_JSON_DEPTH_MAX);
    json_t *root = json_loadb(bytes == 0 ? "" : text, bytes,
                              JSON_REJECT_DUPLICATES, &fault);
    if (root == NULL) return refuse(&fault, name, error);
    *ret_value = (struct garim_json_value *)root;
    return GARIM_OK;
}

void garim_json_free(struct garim_json_value *value)
{
    json_decref((json_t *)value);
}

/* ---- looking at values --------------------------------------------------- */

/* jansson asks for no const where it only looks. */
static json_t *of(const struct garim_json_value *value)
{
    return (json_t *)(uintptr_t)value;
}

enum garim_json_kind garim_json_kind(const struct garim_json_value *value)
{
    static const enum garim_json_kind kinds[] = {
        [JSON_NULL] = GARIM_JSON_NULL,   [JSON_TRUE] = GARIM_JSON_BOOL,
        [JSON_FALSE] = GARIM_JSON_BOOL,  [JSON_INTEGER] = GARIM_JSON_INTEGER,
        [JSON_REAL] = GARIM_JSON_REAL,   [JSON_STRING] = GARIM_JSON_TEXT,
        [JSON_ARRAY] = GARIM_JSON_ARRAY, [JSON_OBJECT] = GARIM_JSON_OBJECT,
    };
    return kinds[json_typeof(of(value))];
}

size_t garim_json_size(const struct garim_json_value *value)
{
    return json_is_array(of(value)) ? json_array_size(of(value))
                                    : json_object_size(of(value));
}

const struct garim_json_value *
garim_json_item(const struct garim_json_value *array, size_t index)
{
    return (const struct garim_json_value *)json_array_get(of(array), index);
}

const struct garim_json_value *
garim_json_member(const struct garim_json_value *object, const char *name)
{
    return (const struct garim_json_value *)json_object_get(of(object), name);
}

const char *garim_json_next(const struct garim_json_value *object,
                            const char *name)
{
    json_t *json = of(object);
    if (name == NULL) return json_object_iter_key(json_object_iter(json));
    return json_object_iter_key(
        json_object_iter_next(json, json_object_iter_at(json, name)));
}

bool garim_json_as_text(const struct garim_json_value *value,
                        const char **ret_text)
{
    if (!json_is_string(of(value))) return false;
    *ret_text = json_string_value(of(value));
    return true;
}

bool garim_json_as_count(const struct garim_json_value *value,
                         uint64_t *ret_count)
{
    if (!json_is_integer(of(value)) || json_integer_value(of(value)) < 0)
        return false;
    *ret_count = (uint64_t)json_integer_value(of(value));
    return true;
}

bool garim_json_as_number(const struct garim_json_value *value,
                          double *ret_number)
{
    if (!json_is_number(of(value))) return false;
    *ret_number = json_number_value(of(value));
    return true;
}

bool garim_json_as_bool(const struct garim_json_value *value, bool *ret_bool)
{
    if (!json_is_boolean(of(value))) return false;
    *ret_bool = json_is_true(of(value));
    return true;
}
