/* kinds.c - how each kernel is used, and what its results are
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "base/assert.h"
#include "peers.h"
#include "record/codepage.h"
#include "work.h"

/* ---- values -------------------------------------------------------------- */

static void fill_random(struct garim_bench_work *work)
{
    uint64_t state = 1;
    for (size_t i = 0; i < work->count * work->shape->stride; i++)
        work->data[i] = (uint8_t)(garim_bench_random(&state) >> 32);
}

/* Letters, digits and signs. */
static void fill_text(struct garim_bench_work *work)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .";
    uint64_t state = 2;
    for (size_t i = 0; i < work->count * work->shape->stride; i++)
        work->data[i] = (uint8_t)letters[garim_bench_random(&state) >> 32 & 63];
}

/* Text of half the field to all of it, blanks behind; few are blank. */
static void prepare_scan(struct garim_bench_work *work)
{
    uint64_t state = 3;
    size_t bytes = work->shape->bytes;
    fill_text(work);
    for (size_t i = 0; i < work->count; i++) {
        uint64_t random = garim_bench_random(&state) >> 32;
        size_t kept = bytes - random % (bytes / 2 + 1);
        if (random % 100 == 0) kept = 0;
        uint8_t *field = work->data + i * work->shape->stride;
        if (kept > 0) field[kept - 1] = 'x';
        memset(field + kept, ' ', bytes - kept);
    }
    work->scan = (struct garim_scan){
        .pads = {' ', ' '},
        .null_count = 1,
        .nulls = {' '},
        .plain_low = 0x20,
        .plain_high = 0x7e,
    };
}

static void set_encoding(struct garim_bench_work *work, size_t bits_each,
                         size_t bits)
{
    static const char *const alphabets[] = {
        [0] = "0123456789",
        [4] = "0123456789abcdef",
        [5] = "abcdefghijklmnopqrstuvwxyz234567",
        [6] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
              "0123456789-_",
        [8] = "",
    };
    const char *alphabet = alphabets[bits_each];
    work->encoding = (struct garim_encoding){
        .bits_each = bits_each,
        .bits = bits,
        .pad = ' ',
    };
    memcpy(work->encoding.alphabet, alphabet, strlen(alphabet));
}

/* Values of 12 to 16 bytes, as scan leaves them: none empty. */
static void prepare_token(struct garim_bench_work *work)
{
    uint64_t state = 4;
    size_t bytes = work->shape->bytes;
    prepare_scan(work);
    fill_text(work);
    for (size_t i = 0; i < work->count; i++) {
        uint8_t *field = work->data + i * work->shape->stride;
        size_t kept = bytes - (garim_bench_random(&state) >> 32) % 5;
        field[kept - 1] = 'x';
        memset(field + kept, ' ', bytes - kept);
        work->lengths[i] = (uint32_t)kept;
    }
    set_encoding(work, 5, 80);
}

static void prepare_find_last(struct garim_bench_work *work)
{
    uint64_t state = 5;
    fill_text(work);
    for (size_t i = 0; i < work->count; i++) {
        size_t at = (garim_bench_random(&state) >> 32) % work->shape->bytes;
        if (i % 16 != 0) work->data[work->offsets[i] + at] = '@';
    }
}

/* Text in cp037, and the table from there to ASCII. */
static void prepare_translate(struct garim_bench_work *work)
{
    static struct garim_codepage page;
    if (page.name == NULL) {
        enum garim_codepage_result result = garim_codepage_load("cp037", &page);
        ASSERT(result == GARIM_CODEPAGE_OK);
    }
    for (size_t i = 0; i < sizeof work->table; i++) {
        const struct garim_character *character = &page.characters[i];
        work->table[i] = character->bytes == 1 ? character->text[0] : 0x80;
    }
    fill_text(work);
    for (size_t i = 0; i < work->count * work->shape->stride; i++)
        work->data[i] = (uint8_t)page.from_ascii[work->data[i] & 127];
}

static void prepare_digits(struct garim_bench_work *work)
{
    uint64_t state = 6;
    size_t bytes = work->shape->bytes;
    for (size_t i = 0; i < work->count; i++) {
        uint8_t *field = work->data + i * work->shape->stride;
        memset(field, ' ', bytes);
        for (size_t k = 0; k < bytes * 13 / 16; k++)
            field[k] = (uint8_t)('0' + (garim_bench_random(&state) >> 32) % 10);
        field[3] = field[8 % bytes] = '-';
    }
}

static void prepare_encode(struct garim_bench_work *work)
{
    uint64_t state = 7;
    for (size_t i = 0; i < work->count * GARIM_TAG_BYTES; i++)
        work->tags[i] = (uint8_t)(garim_bench_random(&state) >> 32);
    set_encoding(work, work->shape->bits_each, work->shape->bits);
}

/* Digits everywhere, but for a letter in a few rows. */
static void prepare_guard(struct garim_bench_work *work)
{
    static uint8_t lows[256 + GARIM_GUARD_SPARE_BYTES];
    static uint8_t spans[sizeof lows];
    size_t bytes = work->shape->bytes;
    ASSERT(bytes <= 256);
    memset(lows, '0', sizeof lows);
    memset(spans, 9, sizeof spans);
    memset(work->data, '5', work->count * work->shape->stride);
    for (size_t i = 0; i < work->count; i += 100)
        work->data[i * work->shape->stride + i % bytes] = 'x';
    work->guard = (struct garim_guard){0, bytes, 1, lows, spans};
}

/* ---- runs ---------------------------------------------------------------- */

static void run_hmac(const struct garim_kernels *kernels,
                     struct garim_bench_work *work)
{
    garim_hmac_many(kernels, work->state, work->data, work->offsets,
                    work->lengths, work->count, work->tags);
}

static void run_scan(const struct garim_kernels *kernels,
                     struct garim_bench_work *work)
{
    struct garim_column column = {work->data, work->shape->stride,
                                  work->shape->bytes};
    kernels->scan(&work->scan, &column, work->count, work->offsets,
                  work->lengths, work->flags);
}

static void run_guard(const struct garim_kernels *kernels,
                      struct garim_bench_work *work)
{
    (void)kernels->guard(&work->guard, work->data, work->shape->stride,
                         work->count, work->numbers);
}

static void run_encode(const struct garim_kernels *kernels,
                       struct garim_bench_work *work)
{
    kernels->encode(&work->encoding, work->tags, work->which, work->out,
                    work->places, work->shape->bytes, work->count);
}

static void run_token(const struct garim_kernels *kernels,
                      struct garim_bench_work *work)
{
    unsigned special = 0;
    run_scan(kernels, work);
    for (size_t i = 0; i < work->count; i++)
        special |= work->flags[i];
    ASSERT((special & (GARIM_SCAN_NULL | GARIM_SCAN_NEEDS_CHECK)) == 0);
    run_hmac(kernels, work);
    run_encode(kernels, work);
}

static void run_fill(const struct garim_kernels *kernels,
                     struct garim_bench_work *work)
{
    kernels->fill(work->data, work->offsets, work->lengths, work->count, '*');
}

static void run_find_last(const struct garim_kernels *kernels,
                          struct garim_bench_work *work)
{
    kernels->find_last(work->data, work->offsets, work->lengths, work->count,
                       '@', work->numbers);
}

static void run_translate(const struct garim_kernels *kernels,
                          struct garim_bench_work *work)
{
    kernels->translate(work->table, work->data, work->offsets, work->lengths,
                       work->count, work->out, work->slot_bytes, work->flags);
}

static void run_digits(const struct garim_kernels *kernels,
                       struct garim_bench_work *work)
{
    kernels->digits(work->data, work->offsets, work->lengths, work->count,
                    work->out, work->slot_bytes, work->numbers);
}

/* ---- results ------------------------------------------------------------- */

static void digest_words(const struct garim_bench_work *work,
                         const uint32_t *words, uint8_t *digest)
{
    garim_bench_mix(digest, words, work->count * sizeof *words);
}

static void digest_tags(const struct garim_bench_work *work, uint8_t *digest)
{
    garim_bench_mix(digest, work->tags, work->count * GARIM_TAG_BYTES);
}

static void digest_scan(const struct garim_bench_work *work, uint8_t *digest)
{
    digest_words(work, work->offsets, digest);
    digest_words(work, work->lengths, digest);
    garim_bench_mix(digest, work->flags, work->count);
}

/* How many rows a guard found is known: what is behind them is left undefined.
 */
static void digest_found(const struct garim_bench_work *work, uint8_t *digest)
{
    garim_bench_mix(digest, work->numbers,
                    (work->count + 99) / 100 * sizeof *work->numbers);
}

static void digest_texts(const struct garim_bench_work *work, uint8_t *digest)
{
    garim_bench_mix(digest, work->out, work->count * work->slot_bytes);
}

static void digest_token(const struct garim_bench_work *work, uint8_t *digest)
{
    digest_scan(work, digest);
    digest_tags(work, digest);
    digest_texts(work, digest);
}

static void digest_data(const struct garim_bench_work *work, uint8_t *digest)
{
    garim_bench_mix(digest, work->data, work->count * work->shape->stride);
}

static void digest_numbers(const struct garim_bench_work *work, uint8_t *digest)
{
    digest_words(work, work->numbers, digest);
}

/* What is behind a value in its slot is nobody's business. */
static void digest_translated(const struct garim_bench_work *work,
                              uint8_t *digest)
{
    for (size_t i = 0; i < work->count; i++)
        garim_bench_mix(digest, work->out + i * work->slot_bytes,
                        work->lengths[i]);
    garim_bench_mix(digest, work->flags, work->count);
}

static void digest_digits(const struct garim_bench_work *work, uint8_t *digest)
{
    for (size_t i = 0; i < work->count; i++)
        garim_bench_mix(digest, work->out + i * work->slot_bytes,
                        work->numbers[i]);
    digest_numbers(work, digest);
}

/* ---- the table ----------------------------------------------------------- */

const struct garim_bench_kind garim_bench_kinds[GARIM_BENCH_KIND_COUNT] = {
    {
        .kernel = "hmac",
        .prepare = fill_random,
        .ways = {{"", run_hmac, digest_tags}},
        .peers = {garim_bench_openssl_peers, garim_bench_ipsec_peers},
    },
    {
        .kernel = "token",
        .prepare = prepare_token,
        .ways = {{" hmac alone", run_hmac, digest_tags},
                 {" scan, hmac, encode", run_token, digest_token}},
    },
    {
        .kernel = "scan",
        .prepare = prepare_scan,
        .ways = {{"", run_scan, digest_scan}},
    },
    {
        .kernel = "guard",
        .prepare = prepare_guard,
        .ways = {{"", run_guard, digest_found}},
    },
    {
        .kernel = "fill",
        .prepare = fill_random,
        .ways = {{"", run_fill, digest_data}},
    },
    {
        .kernel = "find_last",
        .prepare = prepare_find_last,
        .ways = {{"", run_find_last, digest_numbers}},
    },
    {
        .kernel = "translate",
        .prepare = prepare_translate,
        .ways = {{"", run_translate, digest_translated}},
        .peers = {garim_bench_iconv_peers},
    },
    {
        .kernel = "digits",
        .prepare = prepare_digits,
        .ways = {{"", run_digits, digest_digits}},
    },
    {
        .kernel = "encode",
        .prepare = prepare_encode,
        .ways = {{"", run_encode, digest_texts}},
    },
};
