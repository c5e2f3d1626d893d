/* peer_openssl.c - HMAC-SHA-256 by OpenSSL, in the three ways it offers
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * HMAC_CTX and SHA256_CTX are deprecated in favour of EVP_MAC, and faster.
 */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include "base/assert.h"
#include "crypto/crypto.h"
#include "peers.h"

struct peer {
    struct garim_bench_work *work;
    EVP_MAC_CTX *mac;
    HMAC_CTX *hmac;
    SHA256_CTX inner, outer; /* after the block of the key */
};

static struct peer *new_peer(struct garim_bench_work *work)
{
    struct peer *peer = calloc(1, sizeof *peer);
    ASSERT(peer != NULL);
    peer->work = work;
    return peer;
}

static void close_peer(void *context)
{
    struct peer *peer = context;
    EVP_MAC_CTX_free(peer->mac);
    HMAC_CTX_free(peer->hmac);
    free(peer);
}

void garim_bench_hmac_openssl(const struct garim_hmac_state *state,
                              const uint8_t *data, const uint32_t *offsets,
                              const uint32_t *lengths, size_t count,
                              uint8_t *tags)
{
    (void)state;
    for (size_t i = 0; i < count; i++) {
        int failed = garim_hmac_sha256(garim_bench_key, GARIM_BENCH_KEY_BYTES,
                                       data + offsets[i], lengths[i],
                                       tags + i * GARIM_TAG_BYTES);
        ASSERT(failed == 0);
    }
}

const char *garim_bench_openssl_version(void)
{
    return OpenSSL_version(OPENSSL_VERSION_STRING);
}

/* ---- EVP_MAC, initialised again without a key ---- */

static void *open_evp_mac(struct garim_bench_work *work)
{
    static char sha256[] = "SHA256";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256, 0),
        OSSL_PARAM_construct_end(),
    };
    struct peer *peer = new_peer(work);
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    peer->mac = EVP_MAC_CTX_new(mac);
    EVP_MAC_free(mac); /* the context holds a reference of its own */
    int good = EVP_MAC_init(peer->mac, garim_bench_key, GARIM_BENCH_KEY_BYTES,
                            parameters);
    ASSERT(good == 1);
    return peer;
}

static void run_evp_mac(void *context)
{
    struct peer *peer = context;
    struct garim_bench_work *work = peer->work;
    for (size_t i = 0; i < work->count; i++) {
        size_t bytes;
        (void)EVP_MAC_init(peer->mac, NULL, 0, NULL);
        (void)EVP_MAC_update(peer->mac, work->data + work->offsets[i],
                             work->lengths[i]);
        (void)EVP_MAC_final(peer->mac, work->tags + i * GARIM_TAG_BYTES, &bytes,
                            GARIM_TAG_BYTES);
    }
}

/* ---- HMAC_CTX, the same ---- */

static void *open_hmac_ctx(struct garim_bench_work *work)
{
    struct peer *peer = new_peer(work);
    peer->hmac = HMAC_CTX_new();
    ASSERT(peer->hmac != NULL);
    int good = HMAC_Init_ex(peer->hmac, garim_bench_key, GARIM_BENCH_KEY_BYTES,
                            EVP_sha256(), NULL);
    ASSERT(good == 1);
    return peer;
}

static void run_hmac_ctx(void *context)
{
    struct peer *peer = context;
    struct garim_bench_work *work = peer->work;
    for (size_t i = 0; i < work->count; i++) {
        (void)HMAC_Init_ex(peer->hmac, NULL, 0, NULL, NULL);
        (void)HMAC_Update(peer->hmac, work->data + work->offsets[i],
                          work->lengths[i]);
        (void)HMAC_Final(peer->hmac, work->tags + i * GARIM_TAG_BYTES, NULL);
    }
}

/* ---- SHA256_CTX, copied after the block of the key ---- */

static void hash_key(SHA256_CTX *context, uint8_t mask)
{
    uint8_t block[SHA256_CBLOCK] = {0};
    memcpy(block, garim_bench_key, GARIM_BENCH_KEY_BYTES);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= mask;
    (void)SHA256_Init(context);
    (void)SHA256_Update(context, block, sizeof block);
}

static void *open_midstates(struct garim_bench_work *work)
{
    struct peer *peer = new_peer(work);
    hash_key(&peer->inner, 0x36);
    hash_key(&peer->outer, 0x5c);
    return peer;
}

static void run_midstates(void *context)
{
    struct peer *peer = context;
    struct garim_bench_work *work = peer->work;
    for (size_t i = 0; i < work->count; i++) {
        uint8_t digest[SHA256_DIGEST_LENGTH];
        SHA256_CTX hash = peer->inner;
        (void)SHA256_Update(&hash, work->data + work->offsets[i],
                            work->lengths[i]);
        (void)SHA256_Final(digest, &hash);
        hash = peer->outer;
        (void)SHA256_Update(&hash, digest, sizeof digest);
        (void)SHA256_Final(work->tags + i * GARIM_TAG_BYTES, &hash);
    }
}

const struct garim_bench_peer garim_bench_openssl_peers[] = {
    {"openssl EVP_MAC", open_evp_mac, run_evp_mac, close_peer},
    {"openssl HMAC_CTX", open_hmac_ctx, run_hmac_ctx, close_peer},
    {"openssl midstates", open_midstates, run_midstates, close_peer},
    {0},
};
