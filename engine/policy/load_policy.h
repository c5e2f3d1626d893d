/* load_policy.h - a policy from its YAML file, compiled against its layout
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_POLICY_LOAD_POLICY_H
#define GARIM_POLICY_LOAD_POLICY_H

#include "config/yaml.h"
#include "rules/plan.h"

/* A layout in memory, for a policy that says `layout: NAME`. */
struct garim_policy_source {
    const char *name; /* or NULL: whatever the policy says */
    const void *text;
    size_t bytes;
};

/* Check and compile the policy that `yaml` describes, against `layout`, or,
 * where this is NULL, against the file that it names, beside its own.  Keeps
 * nothing of either.  Close it with garim_policy_unload. */
enum garim_status garim_policy_load(struct garim_policy **ret_policy,
                                    struct garim_yaml *yaml,
                                    const struct garim_policy_source *layout,
                                    struct garim_error *error);
void garim_policy_unload(struct garim_policy *policy); /* NULL is nothing */

#endif
