/* test_seal.c - seals are HMACs, under a key for each use
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include <criterion/criterion.h>

#include "api.h"
#include "support.h"

/* By way of OpenSSL alone. */
static void seal_by_openssl(const char *use, uint8_t digest[32])
{
    uint8_t use_key[GARIM_KEY_BYTES], tag[GARIM_TAG_BYTES];
    struct garim_key *key = support_open_key();
    cr_assert_eq(garim_key_derive(key, &use, 1, use_key, sizeof use_key), 0);
    cr_assert_eq(garim_hmac_sha256(use_key, sizeof use_key, digest, 32, tag),
                 0);
    memcpy(digest, tag, sizeof tag);
    garim_key_close(key);
}

Test(seal, each_use_has_its_key)
{
    static const struct {
        enum garim_seal_use use;
        const char *label;
    } uses[] = {{GARIM_SEAL_STATE, "state"}, {GARIM_SEAL_INPUT, "input"}};
    struct support_engine opened = support_open_engine(
        "length: 1", "{name: f, at: 0, length: 1, type: char}", "f: keep",
        "subjects: 1");
    for (size_t i = 0; i < 2; i++) {
        uint8_t digest[32], right[32];
        for (size_t k = 0; k < 32; k++)
            digest[k] = right[k] = (uint8_t)(k * 11 + i);
        garim_engine_seal(opened.engine, uses[i].use, digest);
        seal_by_openssl(uses[i].label, right);
        cr_assert_arr_eq(digest, right, 32);
    }
    support_close_engine(&opened);
}
