/* test_encode.c - tags as text: published answers, and each tier against scalar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "support.h"

/* Also of the scalar kernels themselves. */
#define ALL_TIERS(property, cases)                                             \
    SUPPORT_TEST(encode, property, scalar, GARIM_TIER_SCALAR, cases)           \
    SUPPORT_TESTS(encode, property, cases)

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
                                "ghijklmnopqrstuvwxyz0123456789-_";
static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char hex[] = "0123456789abcdef";

static struct garim_encoding encoding_of(size_t bits_each, size_t bits,
                                         const char *alphabet)
{
    struct garim_encoding encoding = {
        .bits_each = bits_each, .bits = bits, .pad = '='};
    memcpy(encoding.alphabet, alphabet, strlen(alphabet));
    return encoding;
}

/* ---- published answers --------------------------------------------------- */

static void expect_text(const struct garim_kernels *kernels, const void *start,
                        const struct garim_encoding *encoding,
                        const char *wanted)
{
    const uint32_t which = 0, offset = 0;
    uint8_t tag[GARIM_TAG_BYTES];
    char text[80] = {0};
    memset(tag, 0xA5, sizeof tag); /* must not shine through */
    memcpy(tag, start, encoding->bits / 8);
    kernels->encode(encoding, tag, &which, (uint8_t *)text, &offset,
                    strlen(wanted), 1);
    cr_assert_str_eq(text, wanted, "%s", support_where());
}

/* Section 10; the pad fills the field as the padding of the RFC does. */
static void rfc_4648(const struct garim_kernels *kernels)
{
    static const struct {
        const char *base64url, *base32, *hex;
    } answers[] = {
        {"Zg==", "MY======", "66"},
        {"Zm8=", "MZXQ====", "666f"},
        {"Zm9v", "MZXW6===", "666f6f"},
        {"Zm9vYg==", "MZXW6YQ=", "666f6f62"},
        {"Zm9vYmE=", "MZXW6YTB", "666f6f6261"},
        {"Zm9vYmFy", "MZXW6YTBOI======", "666f6f626172"},
    };
    for (size_t i = 0; i < 6; i++) {
        struct garim_encoding six = encoding_of(6, 8 * (i + 1), base64url);
        struct garim_encoding five = encoding_of(5, 8 * (i + 1), base32);
        struct garim_encoding four = encoding_of(4, 8 * (i + 1), hex);
        expect_text(kernels, "foobar", &six, answers[i].base64url);
        expect_text(kernels, "foobar", &five, answers[i].base32);
        expect_text(kernels, "foobar", &four, answers[i].hex);
    }
    struct garim_encoding last = encoding_of(6, 24, base64url);
    expect_text(kernels, "\xFB\xFF\xBF", &last, "-_-_");
    struct garim_encoding raw = encoding_of(8, 48, "");
    expect_text(kernels, "foobar", &raw, "foobar==");
}

ALL_TIERS(rfc_4648, 1)

static void digits_of_known_integers(const struct garim_kernels *kernels)
{
    struct garim_encoding decimal = encoding_of(0, 128, "0123456789");
    uint8_t tag[16];
    memset(tag, 0xFF, sizeof tag); /* 2^128 - 1 */
    expect_text(kernels, tag, &decimal,
                "40282366920938463463374607431768211455");
    memset(tag, 0, sizeof tag);
    tag[15] = 7;
    expect_text(kernels, tag, &decimal, "007");
}

ALL_TIERS(digits_of_known_integers, 1)

/* ---- plain answers ------------------------------------------------------- */

/* The value of character `index`, bit by bit. */
static size_t bits_at(const uint8_t *tag, size_t bits, size_t each,
                      size_t index)
{
    size_t value = 0;
    for (size_t bit = index * each; bit < (index + 1) * each; bit++) {
        bool is_set = bit < bits && (tag[bit / 8] >> (7 - bit % 8) & 1) != 0;
        value = 2 * value + (is_set ? 1 : 0);
    }
    return value;
}

static void plain_text(const struct garim_encoding *encoding,
                       const uint8_t *tag, uint8_t *text, size_t bytes)
{
    size_t each = encoding->bits_each;
    unsigned __int128 number = 0;
    for (size_t i = 0; i < 16; i++)
        number = number << 8 | tag[i];
    for (size_t i = 0; each == 0 && i < bytes; i++) {
        text[bytes - 1 - i] = encoding->alphabet[number % 10];
        number /= 10;
    }
    for (size_t i = 0; each != 0 && i < bytes; i++) {
        size_t value = bits_at(tag, encoding->bits, each, i);
        if (i >= garim_encode_bytes(encoding->bits, each))
            text[i] = encoding->pad;
        else
            text[i] = (uint8_t)(each == 8 ? value : encoding->alphabet[value]);
    }
}

static void write_plain(const struct garim_encoding *encoding,
                        const uint8_t *tags, const uint32_t *which,
                        uint8_t *data, const uint32_t *offsets, size_t bytes,
                        size_t count)
{
    for (size_t i = 0; i < count; i++)
        plain_text(encoding, tags + (size_t)which[i] * GARIM_TAG_BYTES,
                   data + offsets[i], bytes);
}

/* ---- cases --------------------------------------------------------------- */

enum { COUNT_MAX = 1000, FIELD_MAX = 200, GAP_MAX = 70, TAGS_MAX = 300 };

/* Tags and fields end or begin where a page may not be touched. */
struct room {
    struct support_guarded tag_pages, data_pages;
    uint32_t which[COUNT_MAX], offsets[COUNT_MAX];
    uint8_t wanted[COUNT_MAX * (FIELD_MAX + GAP_MAX)];
};

static struct room room;

static void open_room(void)
{
    room.tag_pages = support_guarded_open((size_t)TAGS_MAX * GARIM_TAG_BYTES);
    room.data_pages = support_guarded_open(sizeof room.wanted);
}

static void close_room(void)
{
    support_guarded_close(&room.tag_pages);
    support_guarded_close(&room.data_pages);
}

/* Fields in any order, with gaps between them; returns the bytes they span. */
static size_t lay_fields(size_t bytes, size_t count)
{
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        if (i > 0) end += support_below(GAP_MAX);
        room.offsets[i] = (uint32_t)end;
        end += bytes;
    }
    for (size_t i = 1; i < count; i++) {
        size_t other = support_below((uint32_t)i + 1);
        uint32_t kept = room.offsets[i];
        room.offsets[i] = room.offsets[other];
        room.offsets[other] = kept;
    }
    return end;
}

static void expect_plain(const struct garim_kernels *kernels,
                         const struct garim_encoding *encoding, size_t bytes,
                         size_t count)
{
    uint32_t tag_count = support_between(1, TAGS_MAX);
    size_t tag_bytes = (size_t)tag_count * GARIM_TAG_BYTES;
    uint8_t *tags = support_at_edge(&room.tag_pages, tag_bytes);
    support_randomize(tags, tag_bytes);
    for (size_t i = 0; i < count; i++)
        room.which[i] = support_below(tag_count);

    size_t span = lay_fields(bytes, count);
    uint8_t *data = support_at_edge(&room.data_pages, span);
    support_randomize(data, span);
    memcpy(room.wanted, data, span);
    garim_encode_function *plain = strcmp(kernels->name, "scalar") == 0
                                       ? write_plain
                                       : garim_encode_scalar;
    plain(encoding, tags, room.which, room.wanted, room.offsets, bytes, count);
    kernels->encode(encoding, tags, room.which, data, room.offsets, bytes,
                    count);
    support_expect_same("fields", data, room.wanted, span);
}

static struct garim_encoding random_encoding(size_t bits_each, size_t bits)
{
    struct garim_encoding encoding = {.bits_each = bits_each, .bits = bits};
    support_randomize(encoding.alphabet, sizeof encoding.alphabet);
    support_randomize(&encoding.pad, 1);
    return encoding;
}

/* ---- each width of text and field ---------------------------------------- */

static const size_t widths[] = {4, 5, 6, 8};

static void every_field(const struct garim_kernels *kernels)
{
    open_room();
    for (size_t i = 0; i < 4; i++)
        for (size_t bits = 8; bits <= 256; bits += 8) {
            struct garim_encoding encoding = random_encoding(widths[i], bits);
            size_t bytes = garim_encode_bytes(bits, widths[i]);
            for (; bytes <= 68; bytes++)
                expect_plain(kernels, &encoding, bytes, 2);
        }
    close_room();
}

ALL_TIERS(every_field, 1)

static void random_fields(const struct garim_kernels *kernels)
{
    size_t each = widths[support_below(4)];
    struct garim_encoding encoding =
        random_encoding(each, 8 * support_between(1, 32));
    size_t bytes = garim_encode_bytes(encoding.bits, each);
    if (!support_one_in(3)) bytes = support_between((uint32_t)bytes, FIELD_MAX);
    open_room();
    expect_plain(kernels, &encoding, bytes, support_count());
    close_room();
}

ALL_TIERS(random_fields, 3000)

/* ---- digits -------------------------------------------------------------- */

static void every_count_of_digits(const struct garim_kernels *kernels)
{
    open_room();
    for (size_t digits = 1; digits <= 38; digits++) {
        struct garim_encoding encoding = random_encoding(0, 0);
        expect_plain(kernels, &encoding, digits, support_count());
    }
    close_room();
}

ALL_TIERS(every_count_of_digits, 100)

/* Where a division rounds: multiples of a power of ten, and their neighbours.
 */
static unsigned __int128 round_number(void)
{
    unsigned __int128 unit = 1;
    for (uint32_t i = support_below(39); i > 0; i--)
        unit *= 10;
    unsigned __int128 most = ~(unsigned __int128)0 / unit;
    unsigned __int128 random =
        (unsigned __int128)support_random() << 64 | support_random();
    unsigned __int128 times = (random >> support_below(128)) % most;
    if (most < 2 || support_one_in(4)) times = most;
    return times * unit + support_below(3) - 1;
}

static void digits_of_round_numbers(const struct garim_kernels *kernels)
{
    const uint32_t which = 0, offset = 0;
    struct garim_encoding encoding = random_encoding(0, 0);
    uint8_t tag[GARIM_TAG_BYTES] = {0}, text[38], wanted[38];
    for (size_t digits = 1; digits <= 38; digits++) {
        unsigned __int128 number = round_number();
        for (size_t i = 0; i < 16; i++)
            tag[i] = (uint8_t)(number >> (120 - 8 * i));
        plain_text(&encoding, tag, wanted, digits);
        kernels->encode(&encoding, tag, &which, text, &offset, digits, 1);
        support_expect_same("digits", text, wanted, digits);
    }
}

ALL_TIERS(digits_of_round_numbers, 20000)

static void nothing_to_do(const struct garim_kernels *kernels)
{
    for (size_t i = 0; i < 4; i++) {
        struct garim_encoding encoding = random_encoding(widths[i], 64);
        kernels->encode(&encoding, NULL, NULL, NULL, NULL, 16, 0);
    }
}

ALL_TIERS(nothing_to_do, 1)
