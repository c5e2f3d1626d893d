/* test_codepage.c - code pages against iconv, and the ones refused
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <iconv.h>
#include <string.h>

#include <criterion/criterion.h>

#include "record/codepage.h"

static const char *const pages[] = {
    "ascii",  "utf-8",  "cp037",      "cp273", "cp500",  "cp1047",
    "cp1140", "cp1252", "iso-8859-1", "cp850", "koi8-r", "iso-8859-15"};

Test(codepage, every_byte_decodes_as_iconv_does_and_comes_back)
{
    for (size_t p = 2; p < sizeof pages / sizeof pages[0]; p++) {
        struct garim_codepage page;
        cr_assert_eq(garim_codepage_load(pages[p], &page), GARIM_CODEPAGE_OK);
        iconv_t converter = iconv_open("UTF-8", pages[p]);
        for (int i = 0; i < 256; i++) {
            uint8_t byte = (uint8_t)i;
            char wanted[8] = {0};
            uint8_t got[8] = {0};
            uint8_t again[8] = {0};
            char in = (char)i;
            char *from = &in;
            char *to = wanted;
            size_t in_bytes = 1;
            size_t room = sizeof wanted;
            size_t failed = iconv(converter, &from, &in_bytes, &to, &room);
            size_t bytes = garim_codepage_decode(&page, &byte, 1, got);
            cr_assert_eq(bytes == SIZE_MAX, failed == (size_t)-1);
            if (bytes == SIZE_MAX) continue;
            cr_assert_eq(bytes, sizeof wanted - room);
            cr_assert(memcmp(got, wanted, bytes) == 0, "%s 0x%02x", pages[p],
                      i);
            cr_assert_eq(garim_codepage_encode(&page, got, bytes, again), 1);
            cr_assert_eq(again[0], byte);
        }
        (void)iconv_close(converter);
    }
}

Test(codepage, ebcdic_tables)
{
    struct garim_codepage page;
    cr_assert_eq(garim_codepage_load("cp037", &page), GARIM_CODEPAGE_OK);
    cr_assert_not(page.ascii);
    cr_assert_eq(page.blank, 0x40);
    cr_assert_eq(page.from_ascii['0'], 0xF0);
    cr_assert_eq(page.digit[0xF9], 9);
    cr_assert_eq(page.digit['9'], -1);
}

Test(codepage, what_is_no_single_byte_page_is_refused)
{
    static const struct {
        const char *name;
        enum garim_codepage_result result;
    } cases[] = {
        {"no-such-page", GARIM_CODEPAGE_UNKNOWN},
        {"", GARIM_CODEPAGE_UNKNOWN},
        {"ascii//TRANSLIT", GARIM_CODEPAGE_UNKNOWN},
        {"cp037//IGNORE", GARIM_CODEPAGE_UNKNOWN},
        {"cp949", GARIM_CODEPAGE_MULTI_BYTE},
        {"euc-kr", GARIM_CODEPAGE_MULTI_BYTE},
        {"ibm1364", GARIM_CODEPAGE_MULTI_BYTE},
        {"utf-16", GARIM_CODEPAGE_MULTI_BYTE},
        {"utf-7", GARIM_CODEPAGE_MULTI_BYTE},
        {"iso-2022-kr", GARIM_CODEPAGE_MULTI_BYTE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garim_codepage page;
        cr_assert_eq(garim_codepage_load(cases[i].name, &page), cases[i].result,
                     "%s", cases[i].name);
    }
}

Test(codepage, validity)
{
    struct garim_codepage ascii;
    struct garim_codepage utf8;
    cr_assert_eq(garim_codepage_load("ascii", &ascii), GARIM_CODEPAGE_OK);
    cr_assert_eq(garim_codepage_load("UTF-8", &utf8), GARIM_CODEPAGE_OK);
    const uint8_t kim[] = {0xEA, 0xB9, 0x80, 'x'};
    cr_assert(garim_codepage_valid(&utf8, kim, 4));
    cr_assert_not(garim_codepage_valid(&utf8, kim, 2));
    cr_assert_not(garim_codepage_valid(&utf8, kim + 1, 3));
    cr_assert_not(garim_codepage_valid(&ascii, kim, 4));
    cr_assert(garim_codepage_valid(&ascii, kim + 3, 1));
    cr_assert(garim_codepage_valid(&ascii, kim, 0));
}
