/* support.h - policies made from text, for unit tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TESTS_UNIT_SUPPORT_H
#define GARIM_TESTS_UNIT_SUPPORT_H

#include "garim/garim.h"

/* Open the policy with these `record:` options, `fields:` items and `rules:`
 * items (YAML flow text), 1 subject, plus `extra` top-level lines.  Returns
 * what garim_policy_open did. */
enum garim_status support_open_policy(struct garim_policy **ret_policy,
                                      const char *record, const char *fields,
                                      const char *rules, const char *extra,
                                      struct garim_error *error);

/* The same; the policy must be good.  Under the master key 00 01 ... 1f, for
 * recipient partner-a, purpose nsf-scoring, epoch 2026-11. */
struct support_engine {
    struct garim_policy *policy;
    struct garim_engine *engine;
    struct garim_context *context;
};
struct support_engine support_open_engine(const char *record,
                                          const char *fields, const char *rules,
                                          const char *extra);
void support_close_engine(struct support_engine *opened);

/* The master key 00 01 ... 1f. */
struct garim_key *support_open_key(void);

#endif
