/* plan.h - a policy compiled against its layout: the plan, immutable
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RULES_PLAN_H
#define GARIM_RULES_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/reader.h"
#include "garim/garim.h"
#include "kernels/kernels.h"
#include "rules/canonical.h"

/* The space of equal values. */
struct garim_domain {
    const char *name;
    const struct garim_canonical *canonical;
    double token_bits; /* of its shortest token */
    double expected_collisions;
    size_t secret;            /* of its tokens: see struct garim_step */
    struct garim_place place; /* of its name, where it stands first */
};

/* What an output is for; its keys hang on some of it (POLICY.md). */
struct garim_release {
    const char *recipient, *purpose, *basis, *epoch, *expires;
    struct garim_place expires_place;
};

/* One rule on one field. */
struct garim_step {
    const struct garim_rule *rule;
    const struct garim_field *field;
    const void *options; /* rule->options_bytes of them */
    bool apply_to_null;
    bool checked;        /* of a kept field: its values must be valid */
    bool derives;        /* the first to use its secret, which it derives */
    size_t secret;       /* where rule->secret_bytes of secrets stand */
    size_t slot_bytes;   /* a canonical value may take, or 0 */
    size_t counts;       /* index of its first counter: its nulls, then those
                            of its rule */
    const char *details; /* for people */
    struct garim_place place; /* of its rule; of `uncovered`, for a gap */
};

/* What a field must hold: as its layout expects, or valid under `keep`. */
enum garim_check_kind { GARIM_CHECK_EXPECT, GARIM_CHECK_VALID };

struct garim_check {
    size_t step_index;
    enum garim_check_kind kind;
    bool by_hand; /* the template says nothing of it */
};

/* Looks at every record before rules write; see guard.h. */
struct garim_policy_guard {
    struct garim_guard template; /* bytes 0: none */
    const struct garim_check *checks;
    size_t check_count;
};

struct garim_policy {
    struct garim_arena *arena; /* owns all but the layout */
    const char *path;
    struct garim_layout *layout;
    char digest[65];
    struct garim_release release;
    uint64_t subjects;
    struct garim_place subjects_place;
    double budget;
    struct garim_framing framing; /* of the layout, and what becomes of it */

    /* Every stretch of the record in byte order, gaps among them (as unnamed
     * fields under `blank`). */
    const struct garim_step *steps;
    size_t step_count;
    struct garim_policy_guard guard;
    const struct garim_domain *domains;
    size_t domain_count;

    const uint8_t *blank_record; /* what a rejected record becomes */
    size_t slot_bytes_max;       /* of all canonical values */
    size_t secret_bytes;         /* of all steps, in secret memory */
    size_t count_size;           /* counters of all steps */

    const struct garim_finding *findings; /* in the order of their places */
    size_t finding_count;
};

#endif
