/* openssl.c - the only user of OpenSSL: SHA-256, HKDF, HMAC
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdatomic.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "base/error.h"
#include "crypto/crypto.h"

/* More than OpenSSL takes, with what the dynamic linker saves under it. */
enum { STACK_BYTES = 32768 };

/* A call has failed because memory ran out.  It stays so: what OpenSSL could
 * not make ready in its first call it does not make ready later. */
static atomic_bool is_short;

/* Before each call: where OpenSSL could not make its default context, 3.0 goes
 * on with an empty one and dies. */
static bool ready(void)
{
    errno = 0;
    if (OSSL_LIB_CTX_get0_global_default() != NULL) return true;
    errno = ENOMEM;
    return false;
}

/* Whether memory is why a call failed: OpenSSL says so, or had not even the
 * memory to say anything, or somebody below it said so. */
static bool lacked_memory(int reason)
{
    unsigned long code = ERR_peek_error();
    bool lacked = reason == ENOMEM || code == 0;
    for (; code != 0 && !lacked; code = ERR_get_error())
        lacked = ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE;
    return lacked;
}

/* 0 where `good`; else -1, and nothing stays in OpenSSL's queue of errors, nor
 * of keys where it worked: it clears its own copies, but not what it and the C
 * library leave on the stack and in registers. */
static int result_of(int good)
{
    int reason = errno;
    garim_traces_clear(STACK_BYTES);
    if (good) return 0;
    if (lacked_memory(reason)) atomic_store(&is_short, true);
    ERR_clear_error();
    return -1;
}

bool garim_crypto_is_short(void)
{
    return atomic_load(&is_short);
}

enum garim_status garim_crypto_failed(struct garim_error *error,
                                      const char *what)
{
    if (garim_crypto_is_short()) return garim_error_no_memory(error);
    return garim_error_set(error, GARIM_KEY, "%s", what);
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
    EVP_MD_CTX *context = ready() ? EVP_MD_CTX_new() : NULL;
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
    EVP_KDF *kdf = ready() ? EVP_KDF_fetch(NULL, "HKDF", NULL) : NULL;
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
    EVP_MAC *mac = ready() ? EVP_MAC_fetch(NULL, "HMAC", NULL) : NULL;
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
