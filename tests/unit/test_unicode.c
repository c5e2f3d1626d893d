/* test_unicode.c - what may be shown, and what may name something
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "base/limits.h"
#include "text/unicode.h"
#include "text/utf8.h"

Test(unicode, unsafe_characters)
{
    static const unsigned unsafe[] = {
        0x00,   0x1F,   0x7F,   0x80,   0x9F,   0xAD,    0x34F,   0x61C,
        0x115F, 0x1160, 0x180E, 0x200B, 0x200E, 0x2028,  0x2029,  0x202E,
        0x2060, 0x2069, 0x3164, 0xFEFF, 0xFFA0, 0x1D173, 0xE0041, 0x110000,
    };
    static const unsigned safe[] = {
        ' ', '~', 0xA0, 0xE9, 0x301, 0x1100, 0x200C, 0x200D, 0xAC00, 0x1F4A9,
    };
    for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++)
        cr_assert(garim_unicode_unsafe(unsafe[i]), "U+%04X", unsafe[i]);
    for (size_t i = 0; i < sizeof safe / sizeof safe[0]; i++)
        cr_assert(!garim_unicode_unsafe(safe[i]), "U+%04X", safe[i]);
}

static const struct {
    const char *text, *fault; /* NULL: none; else words of it */
} labels[] = {
    {"partner-a", NULL},
    {"\xea\xb0\x80\xeb\xa6\xbc", NULL},  /* Hangul */
    {"caf\xc3\xa9", NULL},               /* composed */
    {"cafe\xcc\x81", "NFC"},             /* e, acute */
    {"\xe1\x84\x80\xe1\x85\xa1", "NFC"}, /* jamo */
    {"\xe2\x84\xab", "NFC"},             /* Angstrom */
    {"a\xcc\xa3\xcc\x81", "NFC"},        /* a, dot, acute */
    {"q\xcc\x81", NULL},                 /* no such letter */
    {"q\xcc\x81\xcc\xa3", "NFC"},        /* in wrong order */
    {"\xcc\x81", "mark"},                /* alone */
    {"\xcc\x81x", "mark"},               /* first */
    {"a\xe2\x80\x8d"
     "b",
     "invisible"}, /* joiner */
    {"a\xc2\xad"
     "b",
     "invisible"},                 /* soft hyphen */
    {"\xe3\x85\xa4", "invisible"}, /* filler */
    {"\xe1\x85\x9f", "invisible"},
    {"acct\xef\xb8\x8f", "invisible"},     /* variation selector */
    {"acct\xe1\x9e\xb4", "invisible"},     /* Khmer inherent vowel */
    {"acct\xe1\xa0\x8b", "invisible"},     /* Mongolian selector */
    {"acct\xef\xbf\xbf", "invisible"},     /* no character */
    {"acct\xe2\xa0\x80", "invisible"},     /* blank of Braille */
    {"acct\xee\x80\x80", "invisible"},     /* private */
    {"acct\xf3\xa0\xbf\xbf", "invisible"}, /* unassigned */
    {"two words", NULL},
    {"acct ", "blank"},
    {" acct", "blank"},
    {"two  words", "blank"},
    {"acct\xc2\xa0x", "blank"},
    {"acct\xe3\x80\x80x", "blank"},
    {" ", "blank"},
    {"a\x1b[31m", "invisible"},
    {"a\xff", "invisible"},
    {"a\xf3\xa0\x81\x81", "invisible"}, /* tag */
};

Test(unicode, labels)
{
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        const char *fault = garim_unicode_label_fault(labels[i].text);
        cr_assert_eq(fault == NULL, labels[i].fault == NULL, "case %zu", i);
        if (fault != NULL)
            cr_assert(strstr(fault, labels[i].fault) != NULL, "case %zu", i);
    }
}

/* U+1D15E becomes two characters of four bytes, U+0390 three of two, and they
 * come out of NFC as other bytes, or as they are, at the length limit. */
Test(unicode, longest_labels)
{
    static const struct {
        const char *character;
        bool good;
    } cases[] = {
        {"a", true},
        {"\xce\x90", true},
        {"\xea\xb0\x81", true},
        {"\xe1\xbe\x82", true},
        {"\xf0\x9d\x85\x9e", false},
        {"\xef\xac\xac", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[GARIM_LABEL_BYTES_MAX + 1] = "";
        size_t bytes = strlen(cases[i].character);
        for (size_t at = 0; at + bytes <= GARIM_LABEL_BYTES_MAX; at += bytes)
            memcpy(text + at, cases[i].character, bytes);
        cr_assert_eq(garim_unicode_label_fault(text) == NULL, cases[i].good,
                     "case %zu", i);
    }
}
