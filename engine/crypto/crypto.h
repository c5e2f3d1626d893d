/* crypto.h - keys, the key tree and HMAC-SHA-256
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_CRYPTO_CRYPTO_H
#define GARIM_CRYPTO_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garim/garim.h"
#include "kernels/kernels.h"

enum {
    GARIM_KEY_BYTES = 32,
};

/* ---- openssl.c: the only user of OpenSSL --------------------------------
 * Return 0, or -1 where the library failed: garim_crypto_failed() words it.
 */

/* SHA-256 (FIPS 180-4) of `a` and then `b`. */
int garim_sha256(const void *a, size_t a_bytes, const void *b, size_t b_bytes,
                 uint8_t ret_digest[32]);

/* HKDF-SHA-256 (RFC 5869), extract and expand. */
int garim_hkdf_sha256(const uint8_t *key, size_t key_bytes, const void *salt,
                      size_t salt_bytes, const void *info, size_t info_bytes,
                      uint8_t *ret_okm, size_t okm_bytes);

/* HMAC-SHA-256 (RFC 2104) of one message: what the kernels are held against. */
int garim_hmac_sha256(const uint8_t *key, size_t key_bytes, const void *message,
                      size_t message_bytes, uint8_t ret_tag[GARIM_TAG_BYTES]);

/* Whether a call above has ever failed because memory ran out. */
bool garim_crypto_is_short(void);

/* A call above has failed: GARIM_TEMPORARY where memory ran out, else GARIM_KEY
 * with the words `what`. */
enum garim_status garim_crypto_failed(struct garim_error *error,
                                      const char *what);

/* ---- midstate.c ----------------------------------------------------------
 * The state of a key of any length, for the kernels; it is as secret as the
 * key. */
int garim_hmac_key(struct garim_hmac_state *ret_state, const uint8_t *key,
                   size_t key_bytes);

/* ---- key_tree.c: HKDF under the master key (POLICY.md, Keys of tokens) ----
 */

/* Derive `key_bytes` with info = lp(labels[0]) || lp(labels[1]) ...; labels are
 * 1 to GARIM_LABEL_BYTES_MAX bytes of text. */
int garim_key_derive(const struct garim_key *key, const char *const *labels,
                     size_t label_count, uint8_t *ret_key, size_t key_bytes);

/* ---- self_test.c ---------------------------------------------------------
 * Known answers of RFC 4231, through every lane of the tier's kernel, and of
 * RFC 5869; GARIM_KEY where one differs.  Tests once and remembers, unless
 * memory ran out: GARIM_TEMPORARY. */
enum garim_status garim_self_test(enum garim_tier tier,
                                  struct garim_error *error);

/* The part about HMAC, of any kernels: which answer is the first wrong one,
 * from 1, or 0.  Behind those of RFC 4231 come those of messages that differ
 * from lane to lane, whose answers are OpenSSL's. */
size_t garim_self_test_hmac(const struct garim_kernels *kernels);

#endif
