/* show.c - bytes of a field as printable text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/show.h"

#include <string.h>

#include "base/assert.h"
#include "record/codepage.h"
#include "text/hex.h"
#include "text/unicode.h"
#include "text/utf8.h"

static void append(struct garim_show *show, const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++, show->length++)
        if (show->length + 1 < show->size)
            show->text[show->length] = ((const char *)bytes)[i];
}

void garim_show_hex(struct garim_show *show, const uint8_t *data, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        char digits[3];
        garim_hex_encode(digits, &data[i], 1);
        append(show, digits, 2);
    }
}

static bool is_printable(const uint8_t *utf8, size_t bytes)
{
    char text[5] = "";
    unsigned code_point;
    ASSERT(bytes > 0 && bytes < sizeof text);
    memcpy(text, utf8, bytes);
    (void)garim_utf8_next(text, &code_point);
    return !garim_unicode_unsafe(code_point);
}

/* One character, or one byte that is none; returns the bytes it took. */
static size_t append_character(struct garim_show *show,
                               const struct garim_codepage *page,
                               const uint8_t *data, size_t bytes)
{
    const size_t length = garim_codepage_length(page, data, bytes);
    ASSERT(bytes > 0 && length <= bytes);
    const struct garim_character *character = &page->characters[data[0]];
    const uint8_t *utf8 = page->utf8 ? data : character->text;
    const size_t utf8_bytes = page->utf8 ? length : character->bytes;
    if (length == 0 || !is_printable(utf8, utf8_bytes)) {
        append(show, "\\x", 2);
        garim_show_hex(show, data, 1);
        show->escaped = true;
        return 1;
    }
    if (utf8_bytes == 1 && utf8[0] == '\\') append(show, "\\", 1);
    append(show, utf8, utf8_bytes);
    return length;
}

void garim_show_characters(struct garim_show *show,
                           const struct garim_codepage *page,
                           const uint8_t *data, size_t bytes)
{
    for (size_t i = 0; i < bytes;)
        i += append_character(show, page, data + i, bytes - i);
}

void garim_show_end(struct garim_show *show)
{
    if (show->size == 0) return;
    ASSERT(show->text != NULL);
    const size_t last = show->size - 1;
    show->text[show->length < last ? show->length : last] = '\0';
}
