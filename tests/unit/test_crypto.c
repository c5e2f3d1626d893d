/* test_crypto.c - SHA-256, HKDF, HMAC and the key tree against known answers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "crypto/crypto.h"

static const char *hex(const uint8_t *bytes, size_t count)
{
    static char text[2 * 128 + 1];
    for (size_t i = 0; i < count; i++)
        (void)sprintf(text + 2 * i, "%02x", bytes[i]);
    return text;
}

/* The master key 00 01 02 ... 1f of POLICY.md. */
static struct garim_key *open_example_key(void)
{
    static const char text[] =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
    struct garim_key *key = NULL;
    int ends[2];
    cr_assert(pipe(ends) == 0);
    cr_assert(write(ends[1], text, sizeof text - 1) == sizeof text - 1);
    (void)close(ends[1]);
    cr_assert_eq(garim_key_open_descriptor(&key, ends[0], NULL), GARIM_OK);
    (void)close(ends[0]);
    return key;
}

Test(crypto, self_test_passes_and_is_remembered)
{
    struct garim_error error;
    cr_assert_eq(garim_self_test(garim_tier_best(), &error), GARIM_OK);
    cr_assert_eq(garim_self_test(GARIM_TIER_SCALAR, NULL), GARIM_OK);
}

Test(crypto, sha256_joins_its_two_parts)
{
    static const char abc[] = "abc";
    static const char answer[] = "ba7816bf8f01cfea414140de5dae2223"
                                 "b00361a396177a9cb410ff61f20015ad";
    static const char empty[] = "e3b0c44298fc1c149afbf4c8996fb924"
                                "27ae41e4649b934ca495991b7852b855";
    uint8_t digest[32];
    for (size_t split = 0; split <= 3; split++) {
        cr_assert_eq(garim_sha256(abc, split, abc + split, 3 - split, digest),
                     0);
        cr_assert_str_eq(hex(digest, 32), answer);
    }
    cr_assert_eq(garim_sha256("", 0, NULL, 0, digest), 0);
    cr_assert_str_eq(hex(digest, 32), empty);
}

Test(crypto, worked_example_of_the_key_tree)
{
    static const char *const labels[] = {"token", "partner-a", "nsf-scoring",
                                         "account", "2026-11"};
    struct garim_key *key = open_example_key();
    uint8_t derived[32], tag[GARIM_TAG_BYTES];

    cr_assert_str_eq(garim_key_id(key), "a2e9e14f8223c1f6");
    cr_assert_eq(garim_key_derive(key, labels, 5, derived, 32), 0);
    cr_assert_str_eq(hex(derived, 32), "49d8f5e0f2b1114298a4b7909dd10cdc"
                                       "0ef52f3e80d31251abbfffafd07e195c");

    cr_assert_eq(garim_hmac_sha256(derived, 32, "ACC0000000000017", 16, tag),
                 0);
    cr_assert_str_eq(hex(tag, 32), "5acf42e4b8bf66c1ab32c77055e9552c"
                                   "806426bb292848035570a0ba2df2dbc4");
    garim_key_close(key);
}

Test(crypto, labels_are_framed_by_their_lengths)
{
    static const char *const one[] = {"token", "ab", "c"};
    static const char *const other[] = {"token", "a", "bc"};
    char longest[256];
    memset(longest, 'x', 255);
    longest[255] = '\0';
    const char *const eight[] = {longest, longest, longest, longest,
                                 longest, longest, longest, longest};
    struct garim_key *key = open_example_key();
    uint8_t a[32], b[32];
    cr_assert_eq(garim_key_derive(key, one, 3, a, 32), 0);
    cr_assert_eq(garim_key_derive(key, other, 3, b, 32), 0);
    cr_assert(memcmp(a, b, 32) != 0);
    cr_assert_eq(garim_key_derive(key, eight, 8, a, 32), 0);
    cr_assert_str_eq(hex(a, 32), "e59b0e8be49349217494da8998ccd762"
                                 "7c96836ec7f66ac468a36727e0582c02");
    garim_key_close(key);
}

/* Messages of every length from 0 to 299, in a batch and one by one, are the
 * same, and what was hashed before leaves no trace. */
Test(crypto, a_batch_is_its_messages)
{
    enum { COUNT = 300 };
    uint8_t messages[COUNT], tags[COUNT * GARIM_TAG_BYTES];
    uint32_t offsets[COUNT], lengths[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        messages[i] = (uint8_t)(i * 7);
        lengths[i] = i;
        offsets[i] = COUNT - i;
    }
    struct garim_hmac_state state;
    cr_assert_eq(garim_hmac_key(&state, messages, 32), 0);
    garim_hmac_many(garim_kernels_of(garim_tier_best()), &state, messages,
                    offsets, lengths, COUNT, tags);
    for (size_t i = 0; i < COUNT; i++) {
        uint8_t tag[GARIM_TAG_BYTES];
        cr_assert_eq(garim_hmac_sha256(messages, 32, messages + offsets[i],
                                       lengths[i], tag),
                     0);
        cr_assert_arr_eq(tag, tags + i * GARIM_TAG_BYTES, GARIM_TAG_BYTES);
    }
    uint8_t digest[32];
    cr_assert_eq(garim_sha256(tags, sizeof tags, NULL, 0, digest), 0);
    cr_assert_str_eq(hex(digest, 32), "0f18f0138559d166f5ba07ec82654ac1"
                                      "08c356df815a4a67b2df8c79eda5ed80");
}

Test(crypto, a_failure_of_openssl_is_an_error)
{
    uint8_t key[32] = {1}, okm[32];
    /* RFC 5869: no more than 255 blocks. */
    static uint8_t too_much[255 * 32 + 1];
    cr_assert_eq(
        garim_hkdf_sha256(key, 32, "s", 1, "i", 1, too_much, sizeof too_much),
        -1);
    cr_assert_eq(garim_hkdf_sha256(key, 32, "s", 1, "i", 1, okm, 32), 0);
}

/* ---- the self-test sees each lane ---- */

static void hash_swapped(const struct garim_hmac_state *state,
                         const uint8_t *data, const uint32_t *offsets,
                         const uint32_t *lengths, size_t count, uint8_t *tags)
{
    uint8_t tag[GARIM_TAG_BYTES];
    garim_hmac_scalar(state, data, offsets, lengths, count, tags);
    if (count < 17) return;
    memcpy(tag, tags + 5 * sizeof tag, sizeof tag);
    memcpy(tags + 5 * sizeof tag, tags + 16 * sizeof tag, sizeof tag);
    memcpy(tags + 16 * sizeof tag, tag, sizeof tag);
}

static void hash_first(const struct garim_hmac_state *state,
                       const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t *tags)
{
    garim_hmac_scalar(state, data, offsets, lengths, count, tags);
    for (size_t i = 1; i < count; i++)
        memcpy(tags + i * GARIM_TAG_BYTES, tags, GARIM_TAG_BYTES);
}

static void hash_last_wrong(const struct garim_hmac_state *state,
                            const uint8_t *data, const uint32_t *offsets,
                            const uint32_t *lengths, size_t count,
                            uint8_t *tags)
{
    garim_hmac_scalar(state, data, offsets, lengths, count, tags);
    if (count > 31) tags[31 * GARIM_TAG_BYTES + 31] ^= 1;
}

Test(crypto, self_test_sees_lanes_that_are_wrong_or_in_the_wrong_place)
{
    static garim_hmac_function *const broken[] = {hash_swapped, hash_first,
                                                  hash_last_wrong};
    struct garim_kernels kernels = *garim_kernels_of(GARIM_TIER_SCALAR);
    cr_assert_eq(garim_self_test_hmac(&kernels), 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        kernels.hmac = broken[i];
        cr_assert_neq(garim_self_test_hmac(&kernels), 0, "kernel %zu", i);
    }
}
