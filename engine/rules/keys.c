/* keys.c - the secrets of a policy's steps under a master key
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/keys.h"

#include "base/assert.h"
#include "base/error.h"
#include "base/secret.h"
#include "crypto/crypto.h"
#include "rules/rule.h"

static enum garim_status derive_all(const struct garim_policy *policy,
                                    const struct garim_key *key,
                                    uint8_t *scratch, uint8_t *secrets,
                                    struct garim_error *error)
{
    for (size_t i = 0; i < policy->step_count; i++) {
        const struct garim_step *step = &policy->steps[i];
        const struct garim_rule *rule = step->rule;
        if (!step->derives) continue;
        ASSERT(rule->derive != NULL && step->secret % 64 == 0);
        ASSERT(step->secret + rule->secret_bytes <= policy->secret_bytes);
        if (rule->derive(step, key, &policy->release, scratch,
                         secrets + step->secret) != 0)
            return garim_crypto_failed(
                error, "the crypto library cannot do HKDF; see whether its "
                       "configuration forbids it");
    }
    return GARIM_OK;
}

enum garim_status garim_keys_open(uint8_t **ret_secrets,
                                  const struct garim_policy *policy,
                                  const struct garim_key *key,
                                  struct garim_error *error)
{
    const size_t bytes = policy->secret_bytes;
    *ret_secrets = NULL;
    if (bytes == 0) return GARIM_OK;
    if (key == NULL)
        return garim_error_set(error, GARIM_KEY,
                               "the policy has tokens and needs a key; make "
                               "one with garim keygen");
    uint8_t *scratch = garim_secret_open(GARIM_KEY_BYTES);
    uint8_t *secrets = scratch == NULL ? NULL : garim_secret_open(bytes);
    const enum garim_status status =
        secrets == NULL ? garim_error_no_secret(error)
                        : derive_all(policy, key, scratch, secrets, error);
    garim_secret_close(scratch, GARIM_KEY_BYTES);
    if (status == GARIM_OK)
        *ret_secrets = secrets;
    else
        garim_secret_close(secrets, bytes);
    return status;
}

void garim_keys_close(uint8_t *secrets, const struct garim_policy *policy)
{
    garim_secret_close(secrets, policy->secret_bytes);
}
