/* api_text.c - the public interface: a field as printable text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include "garim/garim.h"
#include "record/layout.h"
#include "text/unicode.h"
#include "text/utf8.h"

/* A text that is cut off where its room ends, and knows its full length. */
struct text {
    char *out;
    size_t size;
    size_t length;
};

static void append(struct text *text, const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++, text->length++)
        if (text->length + 1 < text->size)
            text->out[text->length] = ((const char *)bytes)[i];
}

static void append_hex(struct text *text, const char *prefix, uint8_t byte)
{
    char digits[8];
    int length = snprintf(digits, sizeof digits, "%s%02x", prefix, byte);
    append(text, digits, (size_t)length);
}

static bool is_printable(const uint8_t *utf8, size_t bytes)
{
    char text[5] = "";
    unsigned code_point;
    memcpy(text, utf8, bytes);
    (void)garim_utf8_next(text, &code_point);
    return !garim_unicode_unsafe(code_point);
}

/* One character, or one byte that is none; returns the bytes it took. */
static size_t append_character(struct text *text,
                               const struct garim_codepage *page,
                               const uint8_t *data, size_t bytes,
                               bool *printable)
{
    size_t length = garim_codepage_length(page, data, bytes);
    const struct garim_character *character = &page->characters[data[0]];
    const uint8_t *utf8 = page->utf8 ? data : character->text;
    size_t utf8_bytes = page->utf8 ? length : character->bytes;
    if (length == 0 || !is_printable(utf8, utf8_bytes)) {
        append_hex(text, "\\x", data[0]);
        *printable = false;
        return 1;
    }
    if (utf8_bytes == 1 && utf8[0] == '\\') append(text, "\\", 1);
    append(text, utf8, utf8_bytes);
    return length;
}

size_t garim_layout_text(const struct garim_layout *layout, size_t index,
                         const void *record, char *text, size_t size,
                         bool *ret_printable)
{
    const struct garim_field *field = &layout->fields[index];
    const uint8_t *data = (const uint8_t *)record + field->at;
    struct text out = {.out = text, .size = size};
    bool printable = true;
    for (size_t i = 0; i < field->bytes;) {
        if (field->type == GARIM_BYTES)
            append_hex(&out, "", data[i++]);
        else
            i += append_character(&out, field->page, data + i, field->bytes - i,
                                  &printable);
    }
    if (size > 0) text[out.length < size ? out.length : size - 1] = '\0';
    if (ret_printable != NULL) *ret_printable = printable;
    return out.length;
}
