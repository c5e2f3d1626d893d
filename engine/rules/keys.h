/* keys.h - the secrets of a policy's steps under a master key
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RULES_KEYS_H
#define GARIM_RULES_KEYS_H

#include "rules/plan.h"

/* Derive the secrets of all steps into new secret memory; `*ret_secrets` is
 * NULL where the policy has none.  GARIM_KEY: it has some and `key` is NULL. */
enum garim_status garim_keys_open(uint8_t **ret_secrets,
                                  const struct garim_policy *policy,
                                  const struct garim_key *key,
                                  struct garim_error *error);
void garim_keys_close(uint8_t *secrets, const struct garim_policy *policy);

#endif
