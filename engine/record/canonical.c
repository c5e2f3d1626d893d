/* canonical.c - the bytes of a value that are hashed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/canonical.h"

#include <string.h>

const char *garim_breach_text(enum garim_breach breach)
{
    static const char *const texts[] = {
        [GARIM_BREACH_NONE] = "is right",
        [GARIM_BREACH_DIGIT] = "has a byte that is no digit",
        [GARIM_BREACH_CHARACTER] = "has bytes that its encoding lacks",
        [GARIM_BREACH_NUMBER] = "is no number",
    };
    return texts[breach];
}

enum garim_breach garim_value_check(const struct garim_field *field,
                                    struct garim_value value)
{
    if (field->type == GARIM_CHAR)
        return garim_codepage_valid(field->page, value.data, value.bytes)
                   ? GARIM_BREACH_NONE
                   : GARIM_BREACH_CHARACTER;
    for (size_t i = 0; i < value.bytes; i++)
        if (field->page->digit[value.data[i]] < 0) return GARIM_BREACH_DIGIT;
    return GARIM_BREACH_NONE;
}

static enum garim_breach write_exact(const struct garim_field *field,
                                     const uint8_t *data, uint8_t *out,
                                     size_t *ret_bytes)
{
    memcpy(out, data, field->bytes);
    *ret_bytes = field->bytes;
    return GARIM_BREACH_NONE;
}

static enum garim_breach write_text(const struct garim_field *field,
                                    const uint8_t *data, uint8_t *out,
                                    size_t *ret_bytes)
{
    struct garim_value value = garim_field_trim(field, data);
    size_t bytes =
        garim_codepage_decode(field->page, value.data, value.bytes, out);
    if (bytes == SIZE_MAX) return GARIM_BREACH_CHARACTER;
    *ret_bytes = bytes;
    return GARIM_BREACH_NONE;
}

/* Text in which the letters `from` to `to` change their case. */
static enum garim_breach write_cased(const struct garim_field *field,
                                     const uint8_t *data, uint8_t *out,
                                     size_t *ret_bytes, uint8_t from,
                                     uint8_t to)
{
    enum garim_breach breach = write_text(field, data, out, ret_bytes);
    if (breach != GARIM_BREACH_NONE) return breach;
    for (size_t i = 0; i < *ret_bytes; i++)
        if (out[i] >= from && out[i] <= to) out[i] ^= 0x20;
    return GARIM_BREACH_NONE;
}

static enum garim_breach write_email(const struct garim_field *field,
                                     const uint8_t *data, uint8_t *out,
                                     size_t *ret_bytes)
{
    return write_cased(field, data, out, ret_bytes, 'A', 'Z');
}

static enum garim_breach write_upper(const struct garim_field *field,
                                     const uint8_t *data, uint8_t *out,
                                     size_t *ret_bytes)
{
    return write_cased(field, data, out, ret_bytes, 'a', 'z');
}

static bool is_digit(uint8_t byte)
{
    return byte >= '0' && byte <= '9';
}

/* The digits of a char field stand in UTF-8 in `out` already: drop the rest. */
static size_t keep_digits(uint8_t *out, size_t bytes)
{
    size_t length = 0;
    for (size_t i = 0; i < bytes; i++)
        if (is_digit(out[i])) out[length++] = out[i];
    return length;
}

/* The digits of a digits field, of all its bytes: pads that are digits too. */
static size_t take_digits(const struct garim_field *field, const uint8_t *data,
                          uint8_t *out)
{
    size_t length = 0;
    for (size_t i = 0; i < field->bytes; i++) {
        int digit = field->page->digit[data[i]];
        if (digit >= 0) out[length++] = (uint8_t)('0' + digit);
    }
    return length;
}

static enum garim_breach write_phone(const struct garim_field *field,
                                     const uint8_t *data, uint8_t *out,
                                     size_t *ret_bytes)
{
    if (field->type == GARIM_CHAR) {
        enum garim_breach breach = write_text(field, data, out, ret_bytes);
        if (breach == GARIM_BREACH_NONE)
            *ret_bytes = keep_digits(out, *ret_bytes);
        return breach;
    }
    struct garim_value value = garim_field_trim(field, data);
    enum garim_breach breach = garim_value_check(field, value);
    if (breach == GARIM_BREACH_NONE) *ret_bytes = take_digits(field, data, out);
    return breach;
}

static enum garim_breach write_phone_kr(const struct garim_field *field,
                                        const uint8_t *data, uint8_t *out,
                                        size_t *ret_bytes)
{
    static const char *const country_codes[] = {"0082", "82"};
    size_t bytes = 0;
    enum garim_breach breach = write_phone(field, data, out, &bytes);
    if (breach != GARIM_BREACH_NONE) return breach;
    for (size_t i = 0; i < 2; i++) {
        size_t skip = strlen(country_codes[i]);
        if (bytes < skip || memcmp(out, country_codes[i], skip) != 0) continue;
        out[0] = '0';
        memmove(out + 1, out + skip, bytes - skip);
        bytes -= skip - 1;
        break;
    }
    *ret_bytes = bytes;
    return GARIM_BREACH_NONE;
}

/* Decimal text of `bytes` in `out`, after its sign: no leading zeros. */
static size_t write_decimal(uint8_t *out, const uint8_t *digits, size_t bytes,
                            bool negative)
{
    size_t zeros = 0;
    while (zeros + 1 < bytes && digits[zeros] == '0')
        zeros++;
    bytes -= zeros;
    size_t sign = negative && digits[zeros] != '0' ? 1 : 0;
    memmove(out + sign, digits + zeros, bytes);
    if (sign > 0) out[0] = '-';
    return sign + bytes;
}

static enum garim_breach write_char_number(const struct garim_field *field,
                                           const uint8_t *data, uint8_t *out,
                                           size_t *ret_bytes)
{
    size_t bytes = 0;
    enum garim_breach breach = write_text(field, data, out, &bytes);
    if (breach != GARIM_BREACH_NONE) return breach;
    *ret_bytes = 0;
    if (bytes == 0) return GARIM_BREACH_NONE;
    size_t sign = out[0] == '-' || out[0] == '+' ? 1 : 0;
    if (bytes == sign) return GARIM_BREACH_NUMBER;
    for (size_t i = sign; i < bytes; i++)
        if (!is_digit(out[i])) return GARIM_BREACH_NUMBER;
    *ret_bytes = write_decimal(out, out + sign, bytes - sign, out[0] == '-');
    return GARIM_BREACH_NONE;
}

static enum garim_breach write_number(const struct garim_field *field,
                                      const uint8_t *data, uint8_t *out,
                                      size_t *ret_bytes)
{
    if (field->type == GARIM_CHAR)
        return write_char_number(field, data, out, ret_bytes);
    struct garim_value value = garim_field_trim(field, data);
    enum garim_breach breach = garim_value_check(field, value);
    if (breach != GARIM_BREACH_NONE) return breach;
    size_t bytes = take_digits(field, data, out);
    *ret_bytes = bytes == 0 ? 0 : write_decimal(out, out, bytes, false);
    return GARIM_BREACH_NONE;
}

enum { TEXT, NUMBER, EXACT, PHONE, PHONE_KR, EMAIL, UPPER };

const struct garim_canonical garim_canonicals[GARIM_CANONICAL_COUNT] = {
    [TEXT] = {"text", {[GARIM_CHAR] = true}, write_text},
    [NUMBER] = {"number",
                {[GARIM_CHAR] = true, [GARIM_DIGITS] = true},
                write_number},
    [EXACT] =
        {"exact",
         {[GARIM_CHAR] = true, [GARIM_DIGITS] = true, [GARIM_BYTES] = true},
         write_exact},
    [PHONE] = {"phone",
               {[GARIM_CHAR] = true, [GARIM_DIGITS] = true},
               write_phone},
    [PHONE_KR] = {"phone-kr",
                  {[GARIM_CHAR] = true, [GARIM_DIGITS] = true},
                  write_phone_kr},
    [EMAIL] = {"email", {[GARIM_CHAR] = true}, write_email},
    [UPPER] = {"upper", {[GARIM_CHAR] = true}, write_upper},
};

const struct garim_canonical *garim_canonical_default(enum garim_type type)
{
    static const int defaults[] = {
        [GARIM_CHAR] = TEXT,
        [GARIM_DIGITS] = NUMBER,
        [GARIM_BYTES] = EXACT,
    };
    return &garim_canonicals[defaults[type]];
}

size_t garim_canonical_bytes_max(const struct garim_field *field)
{
    return field->bytes * (field->page->utf8 ? 1 : GARIM_CHARACTER_BYTES_MAX);
}
