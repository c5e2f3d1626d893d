/* test_encode.c - hex, base32, base64url, digits against published answers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "kernels/kernels.h"

/* RFC 4648 section 10, without padding characters. */
Test(encode, rfc_4648)
{
    static const struct {
        const char *base64url, *base32, *hex;
    } answers[] = {
        {"", "", ""},
        {"Zg", "MY", "66"},
        {"Zm8", "MZXQ", "666f"},
        {"Zm9v", "MZXW6", "666f6f"},
        {"Zm9vYg", "MZXW6YQ", "666f6f62"},
        {"Zm9vYmE", "MZXW6YTB", "666f6f6261"},
        {"Zm9vYmFy", "MZXW6YTBOI", "666f6f626172"},
    };
    for (size_t bytes = 0; bytes <= 6; bytes++) {
        uint8_t text[32] = {0};
        const uint8_t *foobar = (const uint8_t *)"foobar";
        garim_encode_base64url_scalar(foobar, 8 * bytes, text);
        cr_assert_str_eq((char *)text, answers[bytes].base64url);
        cr_assert_eq(strlen((char *)text), garim_encode_bytes(8 * bytes, 6));
        memset(text, 0, sizeof text);
        garim_encode_base32_scalar(foobar, 8 * bytes, text);
        cr_assert_str_eq((char *)text, answers[bytes].base32);
        cr_assert_eq(strlen((char *)text), garim_encode_bytes(8 * bytes, 5));
        memset(text, 0, sizeof text);
        garim_encode_hex_scalar(foobar, 8 * bytes, text);
        cr_assert_str_eq((char *)text, answers[bytes].hex);
    }
}

Test(encode, base64url_has_its_own_last_characters)
{
    const uint8_t tag[] = {0xFB, 0xFF, 0xBF};
    uint8_t text[5] = {0};
    garim_encode_base64url_scalar(tag, 24, text);
    cr_assert_str_eq((char *)text, "-_-_");
}

Test(encode, digits_are_the_integer_modulo_a_power_of_ten)
{
    uint8_t tag[16];
    uint8_t text[39] = {0};
    memset(tag, 0xFF, sizeof tag);
    garim_encode_digits_scalar(tag, 38, text); /* 2^128 - 1 */
    cr_assert_str_eq((char *)text, "40282366920938463463374607431768211455");
    memset(tag, 0, sizeof tag);
    tag[15] = 7;
    garim_encode_digits_scalar(tag, 3, text);
    cr_assert(memcmp(text, "007", 3) == 0);
}
