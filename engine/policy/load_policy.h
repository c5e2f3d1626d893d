/* load_policy.h - a policy from its YAML file, compiled against its layout
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_POLICY_LOAD_POLICY_H
#define GARIM_POLICY_LOAD_POLICY_H

#include "rules/plan.h"

/* Read, check and compile.  Close it with garim_policy_unload. */
enum garim_status garim_policy_load(struct garim_policy **ret_policy,
                                    const char *path,
                                    struct garim_error *error);
void garim_policy_unload(struct garim_policy *policy); /* NULL is nothing */

#endif
