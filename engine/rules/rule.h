/* rule.h - what a rule must be able to do
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Adding a rule: one rule_*.c file and one line in rules.c.
 */
#ifndef GARIM_RULES_RULE_H
#define GARIM_RULES_RULE_H

#include "kernels/kernels.h"
#include "rules/plan.h"
#include "config/reader.h"

/* What rules see while a policy is compiled. */
struct garim_rule_build {
    struct garim_reader reader;
    const struct garim_layout *layout;
    struct garim_domain *domains; /* room for one a field */
    size_t domain_count;
};

/* Which step found a row broken, and how. */
struct garim_mark {
    uint16_t step_index;
    uint8_t breach; /* enum garim_breach */
};

/* Records side by side, and the working memory of one thread. */
struct garim_piece {
    const struct garim_kernels *kernels;
    const struct garim_hmac_state *states; /* one a domain */
    uint8_t *rows;
    size_t stride;
    size_t count;
    size_t owned_first; /* rows [owned_first, owned_end) are counted */
    size_t owned_end;

    /* What the scan found in the field of the rule at work, by row.  A rule may
     * overwrite offsets and lengths. */
    uint32_t *offsets; /* from garim_piece_field() */
    uint32_t *lengths;
    uint8_t *flags;

    size_t step_index;        /* of the rule at work */
    struct garim_mark *marks; /* one a row: the first breach in it */
    bool broken;              /* a row is marked */
    uint64_t empties;         /* owned values blanked: counted by the rule */

    struct garim_values values; /* room for one of each row */
    uint32_t *fields;           /* offset of each value's field */
    uint8_t *value_flags;
    uint32_t *which; /* value of each row */
    uint8_t *tags;
};

struct garim_rule {
    const char *name;
    unsigned traits;      /* of the types it is for */
    const char *way_out;  /* for a type it is not for */
    bool takes_options;   /* a value stands behind its name */
    bool takes_unchecked; /* or the word `unchecked` may */

    /* Read the options behind the rule's name into `step` (its rule, field and
     * apply_to_null are set).  Errors through the reader. */
    void (*read)(struct garim_rule_build *build, struct garim_entry options,
                 struct garim_step *step);

    /* Write the field of each row that is not null; NULL: nothing to do. */
    void (*apply)(const struct garim_step *step, struct garim_piece *piece);
};

extern const struct garim_rule garim_rule_keep;
extern const struct garim_rule garim_rule_blank;
extern const struct garim_rule garim_rule_constant;
extern const struct garim_rule garim_rule_mask;
extern const struct garim_rule garim_rule_token;

enum { GARIM_RULE_COUNT = 5 };
extern const struct garim_rule *const garim_rules[GARIM_RULE_COUNT];

/* Read the rule that stands behind a field's name in a policy. */
void garim_rule_read(struct garim_rule_build *build, struct garim_entry entry,
                     const struct garim_field *field, struct garim_step *step);

/* `null: apply` in a map of options, if `entry` is there. */
void garim_rule_read_null(struct garim_rule_build *build,
                          struct garim_entry entry, struct garim_step *step);

/* How many values that fill the field a mask by counts makes equal: the
 * characters it hides, each one of those that the layout expects, or of ten
 * where it says nothing: what is masked is mostly numbers.  0 for other rules.
 */
double garim_mask_candidates(const struct garim_step *step);

/* The field of the first row. */
static inline uint8_t *garim_piece_field(const struct garim_piece *piece,
                                         const struct garim_step *step)
{
    return piece->rows + step->field->at;
}

static inline bool garim_piece_is_null(const struct garim_piece *piece,
                                       size_t row)
{
    return (piece->flags[row] & GARIM_SCAN_NULL) != 0;
}

/* Whether the row is counted and reported. */
static inline bool garim_piece_owns(const struct garim_piece *piece, size_t row)
{
    return row >= piece->owned_first && row < piece->owned_end;
}

/* The field of row `row` breaks its layout; the row will be blanked. */
static inline void garim_piece_break(struct garim_piece *piece, size_t row,
                                     enum garim_breach breach)
{
    piece->broken = true;
    if (piece->marks[row].breach != GARIM_BREACH_NONE) return;
    piece->marks[row].step_index = (uint16_t)piece->step_index;
    piece->marks[row].breach = (uint8_t)breach;
}

#endif
