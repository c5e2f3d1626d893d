/* codepage.c - ascii, utf-8 and the single-byte code pages of iconv
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/codepage.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>
#include <strings.h>

#include "base/assert.h"
#include "kernels/kernels.h"

static const char *const ascii_names[] = {"ascii", "us-ascii"};
static const char *const utf8_names[] = {"utf-8", "utf8"};

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(name, names[i]) == 0) return true;
    return false;
}

static void fill_ascii(struct garim_codepage *page)
{
    for (unsigned i = 0; i < 128; i++)
        page->characters[i] =
            (struct garim_character){.bytes = 1, .text = {(uint8_t)i}};
}

/* Convert one byte; a code page must answer with exactly one character and
 * hold nothing back. */
static enum garim_codepage_result fill_byte(iconv_t converter, unsigned byte,
                                            struct garim_character *character)
{
    ASSERT(byte <= UINT8_MAX);
    char in = (char)byte;
    char out[16];
    char *from = &in;
    char *to = out;
    size_t in_bytes = 1;
    size_t out_bytes = sizeof out;
    (void)iconv(converter, NULL, NULL, NULL, NULL);
    if (iconv(converter, &from, &in_bytes, &to, &out_bytes) == (size_t)-1)
        return errno == EILSEQ ? GARIM_CODEPAGE_OK : GARIM_CODEPAGE_MULTI_BYTE;
    (void)iconv(converter, NULL, NULL, &to, &out_bytes);
    ASSERT(out_bytes <= sizeof out);
    size_t bytes = sizeof out - out_bytes;
    if (bytes == 0 || bytes > GARIM_CHARACTER_BYTES_MAX)
        return GARIM_CODEPAGE_MULTI_BYTE;
    if (garim_utf8_length_scalar((const uint8_t *)out, bytes) != bytes)
        return GARIM_CODEPAGE_MULTI_BYTE;
    character->bytes = (uint8_t)bytes;
    memcpy(character->text, out, bytes);
    return GARIM_CODEPAGE_OK;
}

static enum garim_codepage_result fill_from_iconv(const char *name,
                                                  struct garim_codepage *page)
{
    /* A slash would ask iconv for transliteration: other bytes, silently. */
    if (name[0] == '\0' || strchr(name, '/') != NULL)
        return GARIM_CODEPAGE_UNKNOWN;
    iconv_t converter = iconv_open("UTF-8", name);
    /* Once more: what ran out of memory in its tables is EINVAL too. */
    if (converter == (iconv_t)-1) converter = iconv_open("UTF-8", name);
    if (converter == (iconv_t)-1)
        return errno == ENOMEM ? GARIM_CODEPAGE_NO_MEMORY
                               : GARIM_CODEPAGE_UNKNOWN;
    enum garim_codepage_result result = GARIM_CODEPAGE_OK;
    for (unsigned i = 0; i < 256 && result == GARIM_CODEPAGE_OK; i++)
        result = fill_byte(converter, i, &page->characters[i]);
    (void)iconv_close(converter);
    return result;
}

/* Bytes that the hot path may take as they are. */
static void find_plain(struct garim_codepage *page)
{
    size_t defined = 0;
    for (size_t i = 0; i < 256; i++)
        defined += page->characters[i].bytes > 0 ? 1 : 0;
    page->plain_low = defined < 256 && !page->ascii ? 0xFF : 0;
    page->plain_high = defined == 256 ? 0xFF : page->ascii ? 0x7F : 0;

    int zero = page->from_ascii['0'];
    ASSERT(zero >= 0 && zero <= UINT8_MAX);
    bool in_a_row = zero <= 0xFF - 9;
    for (int i = 0; i < 256; i++)
        if (page->digit[i] >= 0 && page->digit[i] != i - zero) in_a_row = false;
    page->digit_low = in_a_row ? (uint8_t)zero : 0xFF;
    page->digit_high = in_a_row ? (uint8_t)(zero + 9) : 0;
}

/* The tables that follow from the characters. */
static enum garim_codepage_result derive(struct garim_codepage *page)
{
    memset(page->from_ascii, -1, sizeof page->from_ascii);
    memset(page->digit, -1, sizeof page->digit);
    memset(page->to_ascii, GARIM_NOT_ASCII, sizeof page->to_ascii);
    page->ascii = true;
    for (int i = 0; i < 256; i++) {
        const struct garim_character *character = &page->characters[i];
        bool same = character->bytes == 1 && character->text[0] == i;
        if (i < 128 && !same) page->ascii = false;
        if (character->bytes != 1) continue;
        uint8_t ascii = character->text[0];
        ASSERT(ascii < GARIM_NOT_ASCII);
        page->to_ascii[i] = ascii;
        if (page->from_ascii[ascii] < 0) page->from_ascii[ascii] = (int16_t)i;
        if (ascii >= '0' && ascii <= '9')
            page->digit[i] = (int8_t)(ascii - '0');
    }
    if (page->from_ascii[' '] < 0) return GARIM_CODEPAGE_NO_BLANK;
    for (int digit = '0'; digit <= '9'; digit++)
        if (page->from_ascii[digit] < 0) return GARIM_CODEPAGE_NO_BLANK;
    page->blank = (uint8_t)page->from_ascii[' '];
    find_plain(page);
    return GARIM_CODEPAGE_OK;
}

enum garim_codepage_result garim_codepage_load(const char *name,
                                               struct garim_codepage *ret_page)
{
    struct garim_codepage page = {.name = name};
    ASSERT(name != NULL);
    page.utf8 = is_one_of(name, utf8_names, 2);
    page.same = page.utf8 || is_one_of(name, ascii_names, 2);
    if (page.same) {
        fill_ascii(&page);
    } else {
        enum garim_codepage_result result = fill_from_iconv(name, &page);
        if (result != GARIM_CODEPAGE_OK) return result;
    }
    enum garim_codepage_result result = derive(&page);
    ASSERT(result != GARIM_CODEPAGE_OK || !page.same || page.ascii);
    if (result == GARIM_CODEPAGE_OK) *ret_page = page;
    return result;
}

size_t garim_codepage_length(const struct garim_codepage *page,
                             const uint8_t *text, size_t bytes)
{
    if (page->utf8) return garim_utf8_length_scalar(text, bytes);
    return page->characters[text[0]].bytes > 0 ? 1 : 0;
}

bool garim_codepage_valid(const struct garim_codepage *page,
                          const uint8_t *text, size_t bytes)
{
    for (size_t i = 0; i < bytes;) {
        size_t length = garim_codepage_length(page, text + i, bytes - i);
        if (length == 0) return false;
        i += length;
    }
    return true;
}

size_t garim_codepage_decode(const struct garim_codepage *page,
                             const uint8_t *text, size_t bytes, uint8_t *out)
{
    if (page->utf8) {
        if (!garim_codepage_valid(page, text, bytes)) return SIZE_MAX;
        memcpy(out, text, bytes);
        return bytes;
    }
    size_t length = 0;
    for (size_t i = 0; i < bytes; i++) {
        const struct garim_character *character = &page->characters[text[i]];
        if (character->bytes == 0) return SIZE_MAX;
        for (size_t k = 0; k < character->bytes; k++)
            out[length++] = character->text[k];
    }
    ASSERT(length <= bytes * GARIM_CHARACTER_BYTES_MAX);
    return length;
}

/* The byte of a single-byte page that is the UTF-8 character, or -1. */
static int find_character(const struct garim_codepage *page,
                          const uint8_t *text, size_t bytes)
{
    ASSERT(bytes > 0 && (bytes > 1 || text[0] < GARIM_NOT_ASCII));
    if (bytes == 1) return page->from_ascii[text[0]];
    for (int i = 0; i < 256; i++)
        if (page->characters[i].bytes == bytes &&
            memcmp(page->characters[i].text, text, bytes) == 0)
            return i;
    return -1;
}

size_t garim_codepage_encode(const struct garim_codepage *page,
                             const uint8_t *text, size_t bytes, uint8_t *out)
{
    size_t length = 0;
    for (size_t i = 0; i < bytes;) {
        size_t step = garim_utf8_length_scalar(text + i, bytes - i);
        if (step == 0) return SIZE_MAX;
        if (page->utf8) {
            memcpy(out + length, text + i, step);
            length += step;
        } else {
            int byte = find_character(page, text + i, step);
            if (byte < 0) return SIZE_MAX;
            out[length++] = (uint8_t)byte;
        }
        i += step;
    }
    ASSERT(length <= bytes);
    return length;
}
