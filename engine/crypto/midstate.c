/* midstate.c - the state of HMAC-SHA-256 after its key
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/secret.h"
#include "crypto/crypto.h"

/* RFC 2104 section 2: a key longer than a block is hashed first. */
int garim_hmac_key(struct garim_hmac_state *ret_state, const uint8_t *key,
                   size_t key_bytes)
{
    enum { STACK_BYTES = 4096 };
    uint8_t digest[32];
    if (key_bytes > GARIM_SHA256_BLOCK_BYTES) {
        if (garim_sha256(key, key_bytes, NULL, 0, digest) != 0) return -1;
        key = digest;
        key_bytes = sizeof digest;
    }
    garim_hmac_state_set(ret_state, key, key_bytes);
    garim_secret_wipe(digest, sizeof digest);
    garim_traces_clear(STACK_BYTES);
    return 0;
}
