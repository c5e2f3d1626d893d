/* api_seal.c - seals of what a job notes of itself, under keys of the engine
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "api.h"
#include "base/error.h"
#include "base/secret.h"

/* First words in the key tree, by enum garim_seal_use. */
static const char *const labels[] = {
    [GARIM_SEAL_STATE] = "state",
    [GARIM_SEAL_INPUT] = "input",
};

enum { USES = sizeof labels / sizeof labels[0] };

enum garim_status garim_engine_seals_open(struct garim_engine *engine,
                                          const struct garim_key *key,
                                          struct garim_error *error)
{
    uint8_t *use_key = garim_secret_open(GARIM_KEY_BYTES);
    if (use_key != NULL)
        engine->seals = garim_secret_open(USES * sizeof *engine->seals);
    if (engine->seals == NULL) {
        enum garim_status status = garim_error_no_secret(error);
        garim_secret_close(use_key, GARIM_KEY_BYTES);
        return status;
    }
    bool good = true;
    for (size_t i = 0; good && i < USES; i++)
        good = garim_key_derive(key, &labels[i], 1, use_key, GARIM_KEY_BYTES) ==
                   0 &&
               garim_hmac_key(&engine->seals[i], use_key, GARIM_KEY_BYTES) == 0;
    garim_secret_close(use_key, GARIM_KEY_BYTES);
    if (good) return GARIM_OK;
    return garim_crypto_failed(
        error, "the crypto library cannot do HKDF; see whether its "
               "configuration forbids it");
}

void garim_engine_seals_close(struct garim_engine *engine)
{
    garim_secret_close(engine->seals, USES * sizeof *engine->seals);
}

void garim_engine_seal(const void *user, enum garim_seal_use use,
                       uint8_t digest[32])
{
    const struct garim_engine *engine = user;
    const uint32_t offset = 0, length = 32;
    uint8_t tag[GARIM_TAG_BYTES];
    garim_hmac_many(engine->kernels, &engine->seals[use], digest, &offset,
                    &length, 1, tag);
    memcpy(digest, tag, sizeof tag);
}
