/* unicode.c - the only user of utf8proc: categories and composition
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "text/unicode.h"

#include <stddef.h>
#include <string.h>
#include <utf8proc.h>

#include "base/limits.h"
#include "text/utf8.h"

/* What words and pictures are made with, in the names of files. */
enum { NON_JOINER = 0x200C, JOINER = 0x200D, PICTURE = 0xFE0F };

/* Letters by their category, and nothing to the eye. */
static const unsigned fillers[] = {0x115F, 0x1160, 0x3164, 0xFFA0,
                                   0x034F, 0x17B4, 0x17B5, 0x2800};

static bool is_filler(unsigned code_point)
{
    for (size_t i = 0; i < sizeof fillers / sizeof fillers[0]; i++)
        if (fillers[i] == code_point) return true;
    return false;
}

static bool is_mark(unsigned code_point)
{
    utf8proc_category_t category =
        utf8proc_category((utf8proc_int32_t)code_point);
    return category == UTF8PROC_CATEGORY_MN ||
           category == UTF8PROC_CATEGORY_MC || category == UTF8PROC_CATEGORY_ME;
}

static bool is_hidden(unsigned code_point)
{
    if (code_point >= GARIM_UTF8_BROKEN ||
        utf8proc_get_property((utf8proc_int32_t)code_point)->ignorable)
        return true;
    switch (utf8proc_category((utf8proc_int32_t)code_point)) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return true;
    default:
        return is_filler(code_point);
    }
}

bool garim_unicode_unsafe(unsigned code_point)
{
    if (code_point >= ' ' && code_point < 0x7F) return false;
    return code_point != NON_JOINER && code_point != JOINER &&
           code_point != PICTURE && is_hidden(code_point);
}

/* Whether composing (NFC, Unicode Annex 15) leaves the bytes as they are. */
static bool is_composed(const char *text)
{
    /* A character of NFC becomes at most four in its decomposition. */
    enum { ROOM = 4 * GARIM_LABEL_BYTES_MAX + 1 };
    utf8proc_int32_t points[ROOM + 1]; /* as much again as bytes */
    const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    size_t bytes = strlen(text);
    utf8proc_ssize_t count =
        utf8proc_decompose((const utf8proc_uint8_t *)text,
                           (utf8proc_ssize_t)bytes, points, ROOM, options);
    if (count < 0 || count > ROOM) return false;
    utf8proc_ssize_t length = utf8proc_reencode(points, count, options);
    return length == (utf8proc_ssize_t)bytes &&
           memcmp(points, text, bytes) == 0;
}

/* Blanks stand alone between words: of others nobody sees how many, and which.
 */
static bool has_odd_blanks(const char *text)
{
    unsigned code_point, last = ' ';
    while (*text != '\0') {
        text += garim_utf8_next(text, &code_point);
        if ((code_point == ' ' && last == ' ') ||
            (code_point != ' ' &&
             utf8proc_category((utf8proc_int32_t)code_point) ==
                 UTF8PROC_CATEGORY_ZS))
            return true;
        last = code_point;
    }
    return last == ' ';
}

const char *garim_unicode_label_fault(const char *text)
{
    unsigned code_point;
    for (const char *at = text; *at != '\0';) {
        at += garim_utf8_next(at, &code_point);
        if (is_hidden(code_point))
            return "control characters and invisible characters are not "
                   "allowed here; remove them";
    }
    if (has_odd_blanks(text))
        return "has a blank at an end, two in a row, or one that is not "
               "U+0020; "
               "write single blanks between words";
    (void)garim_utf8_next(text, &code_point);
    if (is_mark(code_point))
        return "begins with a mark that has no letter under it; write the "
               "letter, or remove the mark";
    if (!is_composed(text))
        return "has letters and marks that Unicode writes as one character; "
               "write it in NFC (uconv -x nfc)";
    return NULL;
}
