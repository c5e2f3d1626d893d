/* api.h - what the files of the public interface share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_API_INTERNAL_H
#define GARIM_API_INTERNAL_H

#include "crypto/crypto.h"
#include "garim/garim.h"
#include "job/job.h"
#include "rules/transform.h"

struct garim_engine {
    const struct garim_policy *policy;
    const struct garim_kernels *kernels;
    uint8_t *secrets;               /* of garim_keys_open() */
    struct garim_hmac_state *seals; /* likewise: one a use; NULL: no key */
    char key_id[17];
    bool key_published; /* the documentation prints it */
};

/* ---- api_seal.c ---------------------------------------------------------- */

enum garim_status garim_engine_seals_open(struct garim_engine *engine,
                                          const struct garim_key *key,
                                          struct garim_error *error);
void garim_engine_seals_close(struct garim_engine *engine);

/* As struct garim_seal wants it; `user` is the engine. */
void garim_engine_seal(const void *user, enum garim_seal_use use,
                       uint8_t digest[32]);

#endif
