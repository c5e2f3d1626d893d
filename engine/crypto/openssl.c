/* openssl.c - the only user of OpenSSL: SHA-256, HKDF, HMAC
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/crypto.h"

/* More than OpenSSL takes, with what the dynamic linker saves under it. */
enum { STACK_BYTES = 32768 };

/* 0 where `good`; else -1, and nothing stays in OpenSSL's queue of errors, nor
 * of keys where it worked: it clears its own copies, but not what it and the C
 * library leave on the stack and in registers. */
static int result_of(int good)
{
    garim_traces_clear(STACK_BYTES);
    if (good) return 0;
    ERR_clear_error();
    return -1;
}

static OSSL_PARAM digest_parameter(const char *name)
{
    static char sha256[] = "SHA256";
    return OSSL_PARAM_construct_utf8_string(name, sha256, 0);
}

static OSSL_PARAM octets(const char *name, const void *data, size_t bytes)
{
    return OSSL_PARAM_construct_octet_string(name, (void *)data, bytes);
}

int garim_sha256(const void *a, size_t a_bytes, const void *b, size_t b_bytes,
                 uint8_t ret_digest[32])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = context != NULL &&
               EVP_DigestInit_ex2(context, EVP_sha256(), NULL) == 1 &&
               EVP_DigestUpdate(context, a, a_bytes) == 1 &&
               EVP_DigestUpdate(context, b, b_bytes) == 1 &&
               EVP_DigestFinal_ex(context, ret_digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    return result_of(good);
}

int garim_hkdf_sha256(const uint8_t *key, size_t key_bytes, const void *salt,
                      size_t salt_bytes, const void *info, size_t info_bytes,
                      uint8_t *ret_okm, size_t okm_bytes)
{
    const OSSL_PARAM parameters[] = {
        digest_parameter(OSSL_KDF_PARAM_DIGEST),
        octets(OSSL_KDF_PARAM_KEY, key, key_bytes),
        octets(OSSL_KDF_PARAM_SALT, salt, salt_bytes),
        octets(OSSL_KDF_PARAM_INFO, info, info_bytes),
        OSSL_PARAM_construct_end(),
    };
    EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
    EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
    int good = context != NULL &&
               EVP_KDF_derive(context, ret_okm, okm_bytes, parameters) == 1;
    EVP_KDF_CTX_free(context);
    EVP_KDF_free(kdf);
    return result_of(good);
}

int garim_hmac_sha256(const uint8_t *key, size_t key_bytes, const void *message,
                      size_t message_bytes, uint8_t ret_tag[GARIM_TAG_BYTES])
{
    const OSSL_PARAM parameters[] = {
        digest_parameter(OSSL_MAC_PARAM_DIGEST),
        OSSL_PARAM_construct_end(),
    };
    size_t tag_bytes = 0;
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
    int good =
        context != NULL &&
        EVP_MAC_init(context, key, key_bytes, parameters) == 1 &&
        EVP_MAC_update(context, message, message_bytes) == 1 &&
        EVP_MAC_final(context, ret_tag, &tag_bytes, GARIM_TAG_BYTES) == 1 &&
        tag_bytes == GARIM_TAG_BYTES;
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    return result_of(good);
}
