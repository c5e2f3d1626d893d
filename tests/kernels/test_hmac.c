/* test_hmac.c - HMAC-SHA-256: RFC 4231, scalar as OpenSSL, tiers as scalar
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "support.h"

enum {
    LENGTH_MAX = 65536,
    COUNT_MAX = 1000,
    DATA_BYTES = 1 << 18,
};

/* ---- RFC 4231 ------------------------------------------------------------ */

struct known {
    const char *key;
    size_t key_bytes; /* those of `key` over and over */
    const char *message;
    size_t message_bytes; /* likewise */
    const char *tag;      /* in hexadecimal digits, as many as are known */
};

static const struct known rfc4231[] = {
    {"\x0b", 20, "Hi There", 8,
     "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", 4, "what do ya want for nothing?", 28,
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"\xaa", 20, "\xdd", 50,
     "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12"
     "\x13\x14\x15\x16\x17\x18\x19",
     25, "\xcd", 50,
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {"\x0c", 20, "Test With Truncation", 20,
     "a3b6167473100ee06e0c796c2955552b"},
    {"\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54,
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"\xaa", 131,
     "This is a test using a larger than block-size key and a larger than "
     "block-size data. The key needs to be hashed before being used by the "
     "HMAC algorithm.",
     152, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
};

static void repeat(const char *part, uint8_t *bytes, size_t count)
{
    size_t part_bytes = strlen(part);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)part[i % part_bytes];
}

static void set_state(struct garim_hmac_state *state, const uint8_t *key,
                      size_t key_bytes)
{
    uint8_t digest[GARIM_TAG_BYTES];
    if (key_bytes > GARIM_SHA256_BLOCK_BYTES) {
        cr_assert(
            EVP_Digest(key, key_bytes, digest, NULL, EVP_sha256(), NULL) == 1);
        key = digest;
        key_bytes = sizeof digest;
    }
    garim_hmac_state_set(state, key, key_bytes);
}

static void expect_known(const struct garim_kernels *kernels,
                         const struct known *known, size_t count)
{
    static uint8_t tags[100 * GARIM_TAG_BYTES];
    uint8_t key[256], message[256], wanted[GARIM_TAG_BYTES];
    uint32_t offsets[100] = {0}, lengths[100];
    struct garim_hmac_state state;
    repeat(known->key, key, known->key_bytes);
    repeat(known->message, message, known->message_bytes);
    set_state(&state, key, known->key_bytes);
    size_t wanted_bytes = strlen(known->tag) / 2;
    for (size_t i = 0; i < wanted_bytes; i++)
        cr_assert(sscanf(known->tag + 2 * i, "%2hhx", &wanted[i]) == 1);
    for (size_t i = 0; i < count; i++)
        lengths[i] = (uint32_t)known->message_bytes;
    kernels->hmac(&state, message, offsets, lengths, count, tags);
    for (size_t i = 0; i < count; i++)
        support_expect_same("RFC 4231", tags + i * GARIM_TAG_BYTES, wanted,
                            wanted_bytes);
}

static void known_answers(const struct garim_kernels *kernels)
{
    for (size_t i = 0; i < sizeof rfc4231 / sizeof rfc4231[0]; i++)
        for (size_t count = 1; count <= 100; count++)
            expect_known(kernels, &rfc4231[i], count);
}

SUPPORT_TEST(hmac, known_answers, scalar, GARIM_TIER_SCALAR, 1)
SUPPORT_TESTS(hmac, known_answers, 1)

/* ---- random messages ----------------------------------------------------- */

/* The messages of a call; data and tags are at the edge of a page that may not
 * be touched. */
struct call {
    struct garim_hmac_state state;
    uint8_t key[GARIM_SHA256_BLOCK_BYTES];
    size_t key_bytes;
    struct support_guarded data_pages, tags_pages;
    const uint8_t *data;
    uint8_t *tags;
    size_t count;
    uint32_t offsets[COUNT_MAX], lengths[COUNT_MAX];
};

static void open_call(struct call *call)
{
    call->data_pages = support_guarded_open(DATA_BYTES + LENGTH_MAX);
    call->tags_pages = support_guarded_open(COUNT_MAX * GARIM_TAG_BYTES);
    support_randomize(call->data_pages.pages, call->data_pages.bytes);
    call->key_bytes = support_below(sizeof call->key + 1);
    support_randomize(call->key, sizeof call->key);
    garim_hmac_state_set(&call->state, call->key, call->key_bytes);
}

static void close_call(struct call *call)
{
    support_guarded_close(&call->data_pages);
    support_guarded_close(&call->tags_pages);
}

/* Messages one after the other, with gaps or without; where there is no more
 * room, over those before.  The data end with the last byte of one. */
static void place(struct call *call)
{
    uint32_t stride = support_below(64), from = 0, bytes = 0;
    for (size_t i = 0; i < call->count; i++) {
        uint32_t to = from + call->lengths[i];
        call->offsets[i] = from;
        bytes = to > bytes ? to : bytes;
        from = to + (support_one_in(2) ? stride : support_below(8));
        if (from > DATA_BYTES) from = support_below(DATA_BYTES);
    }
    call->data = support_at_edge(&call->data_pages, bytes);
    call->tags =
        support_at_edge(&call->tags_pages, call->count * GARIM_TAG_BYTES);
    support_randomize(call->tags, call->count * GARIM_TAG_BYTES);
}

/* Lengths of `blocks` blocks: all the same, or any. */
static void choose_lengths(struct call *call, uint32_t blocks)
{
    uint32_t low = blocks == 1 ? 0 : 64 * blocks - 72;
    uint32_t high = 64 * blocks - 9;
    if (blocks == 1 && support_one_in(2)) high = support_between(0, 40);
    uint32_t same = support_between(low, high);
    bool all_same = support_one_in(3);
    for (size_t i = 0; i < call->count; i++)
        call->lengths[i] = all_same ? same : support_between(low, high);
}

static void expect_scalar(const struct call *call)
{
    static uint8_t wanted[COUNT_MAX * GARIM_TAG_BYTES];
    garim_hmac_scalar(&call->state, call->data, call->offsets, call->lengths,
                      call->count, wanted);
    support_expect_same("tags", call->tags, wanted,
                        call->count * GARIM_TAG_BYTES);
}

static void same_blocks(const struct garim_kernels *kernels)
{
    static struct call call;
    open_call(&call);
    for (unsigned round = 0; round < 20; round++) {
        call.count = support_count();
        choose_lengths(&call, support_one_in(3) ? support_between(1, 6) : 1);
        place(&call);
        kernels->hmac(&call.state, call.data, call.offsets, call.lengths,
                      call.count, call.tags);
        expect_scalar(&call);
    }
    close_call(&call);
}

SUPPORT_TESTS(hmac, same_blocks, 60)

static void any_lengths(const struct garim_kernels *kernels)
{
    static struct call call;
    open_call(&call);
    for (unsigned round = 0; round < 20; round++) {
        call.count = support_count();
        for (size_t i = 0; i < call.count; i++)
            call.lengths[i] = support_below(301);
        place(&call);
        garim_hmac_many(kernels, &call.state, call.data, call.offsets,
                        call.lengths, call.count, call.tags);
        expect_scalar(&call);
    }
    close_call(&call);
}

SUPPORT_TESTS(hmac, any_lengths, 40)

/* The scalar kernel is what OpenSSL says. */
static void as_openssl(const struct garim_kernels *kernels)
{
    static struct call call;
    open_call(&call);
    call.count = support_below(40);
    for (size_t i = 0; i < call.count; i++)
        call.lengths[i] = support_below(301);
    place(&call);
    garim_hmac_many(kernels, &call.state, call.data, call.offsets, call.lengths,
                    call.count, call.tags);
    for (size_t i = 0; i < call.count; i++) {
        uint8_t wanted[GARIM_TAG_BYTES];
        cr_assert(HMAC(EVP_sha256(), call.key, (int)call.key_bytes,
                       call.data + call.offsets[i], call.lengths[i], wanted,
                       NULL) != NULL);
        support_expect_same("tag", call.tags + i * GARIM_TAG_BYTES, wanted,
                            sizeof wanted);
    }
    close_call(&call);
}

SUPPORT_TEST(hmac, as_openssl, scalar, GARIM_TIER_SCALAR, 300)
SUPPORT_TESTS(hmac, as_openssl, 300)

/* One message as long as the longest field, and some nearly so. */
static void longest(const struct garim_kernels *kernels)
{
    static struct call call;
    open_call(&call);
    call.count = 1 + support_below(3);
    for (size_t i = 0; i < call.count; i++)
        call.lengths[i] = LENGTH_MAX - (i == 0 ? 0 : support_below(8));
    place(&call);
    kernels->hmac(&call.state, call.data, call.offsets, call.lengths,
                  call.count, call.tags);
    expect_scalar(&call);
    close_call(&call);
}

SUPPORT_TESTS(hmac, longest, 4)
