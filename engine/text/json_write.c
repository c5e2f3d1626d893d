/* json_write.c - writing JSON to a stream
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "text/json_write.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "text/unicode.h"
#include "text/utf8.h"

/* As RFC 8259 has it: above U+FFFF by two surrogates. */
static void escape(FILE *file, unsigned code_point)
{
    unsigned above = code_point - 0x10000;
    if (code_point < 0x10000)
        fprintf(file, "\\u%04x", code_point);
    else
        fprintf(file, "\\u%04x\\u%04x", 0xd800 + (above >> 10),
                0xdc00 + (above & 0x3ff));
}

static void quote(FILE *file, const char *text)
{
    fputc('"', file);
    while (*text != '\0') {
        unsigned code_point;
        size_t bytes = garim_utf8_next(text, &code_point);
        if (code_point == GARIM_UTF8_BROKEN)
            fputs("\\ufffd", file);
        else if (code_point == '"' || code_point == '\\')
            fprintf(file, "\\%c", (int)code_point);
        else if (garim_unicode_unsafe(code_point))
            escape(file, code_point);
        else
            fwrite(text, 1, bytes, file);
        text += bytes;
    }
    fputc('"', file);
}

static void break_line(struct garim_json *json)
{
    if (json->depth == 0 || json->depth > json->line_depth) return;
    fprintf(json->file, "\n%*s", (int)(2 * json->depth), "");
}

static void item(struct garim_json *json, const char *name)
{
    if (json->filled)
        fputs(json->depth > json->line_depth ? ", " : ",", json->file);
    json->filled = true;
    break_line(json);
    if (name == NULL) return;
    quote(json->file, name);
    fputs(": ", json->file);
}

void garim_json_open(struct garim_json *json, const char *name, char bracket)
{
    item(json, name);
    fputc(bracket, json->file);
    json->depth++;
    json->filled = false;
}

void garim_json_close(struct garim_json *json, char bracket)
{
    bool lines = json->filled && json->depth <= json->line_depth;
    json->depth--;
    json->filled = true;
    if (lines) fprintf(json->file, "\n%*s", (int)(2 * json->depth), "");
    fputc(bracket, json->file);
    if (json->depth == 0) fputc('\n', json->file);
}

void garim_json_text(struct garim_json *json, const char *name,
                     const char *value)
{
    item(json, name);
    if (value == NULL)
        fputs("null", json->file);
    else
        quote(json->file, value);
}

void garim_json_count(struct garim_json *json, const char *name, uint64_t value)
{
    item(json, name);
    if (value > INT64_MAX)
        fputs("null", json->file);
    else
        fprintf(json->file, "%llu", (unsigned long long)value);
}

void garim_json_number(struct garim_json *json, const char *name, double value)
{
    item(json, name);
    if (isfinite(value))
        fprintf(json->file, "%.9g", value);
    else
        fputs("null", json->file);
}

void garim_json_bool(struct garim_json *json, const char *name, bool value)
{
    item(json, name);
    fputs(value ? "true" : "false", json->file);
}
