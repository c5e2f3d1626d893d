/* plan.h - a policy compiled against its layout: the plan, immutable
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RULES_PLAN_H
#define GARIM_RULES_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garim/garim.h"
#include "kernels/kernels.h"
#include "rules/canonical.h"

/* The space of equal values. */
struct garim_domain {
    const char *name;
    const struct garim_canonical *canonical;
    double token_bits; /* of its shortest token */
    double expected_collisions;
};

struct garim_constant {
    const uint8_t *bytes; /* the whole field */
};

struct garim_mask {
    bool email;
    bool whole_field;
    size_t keep_first; /* characters */
    size_t keep_last;
    size_t hide_min;
    uint8_t with;
};

struct garim_token {
    size_t domain; /* index in garim_policy.domains */
    const struct garim_canonical *canonical;
    const struct garim_token_form *form;
    struct garim_encoding encoding; /* in the bytes of the field's page */
    size_t text_bytes;              /* characters written */
};

/* One rule on one field. */
struct garim_step {
    const struct garim_rule *rule;
    const struct garim_field *field;
    bool apply_to_null;
    bool unchecked;      /* keep: digits may be anything */
    const char *details; /* for people */
    union {
        struct garim_constant constant;
        struct garim_mask mask;
        struct garim_token token;
    };
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
    const char *recipient, *purpose, *basis, *epoch, *expires;
    uint64_t subjects;
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
};

#endif
