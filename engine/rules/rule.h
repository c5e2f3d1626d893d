/* rule.h - what a rule must be able to do
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Adding a rule: one rule_*.c file and one line in rules.c.
 */
#ifndef GARIM_RULES_RULE_H
#define GARIM_RULES_RULE_H

#include "base/assert.h"
#include "config/reader.h"
#include "kernels/kernels.h"
#include "rules/plan.h"

/* What rules see while a policy is compiled. */
struct garim_rule_build {
    struct garim_reader reader;
    const struct garim_layout *layout;
    struct garim_domain *domains; /* room for one a field */
    size_t domain_count;
    size_t secret_bytes; /* of all secrets so far */
};

/* Which step found a row broken, and how. */
struct garim_mark {
    uint16_t step_index;
    uint8_t breach; /* enum garim_breach */
};

/* Records side by side, and the working memory of one thread. */
struct garim_piece {
    const struct garim_kernels *kernels;
    const uint8_t *secrets; /* of all steps */
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
    uint64_t *counts;         /* of the rule at work: of owned rows */

    struct garim_values values; /* room for one of each row */
    uint32_t *fields;           /* offset of each value's field */
    uint8_t *value_flags;
    uint32_t *which; /* value of each row */
    uint8_t *tags;
};

enum { GARIM_RULES_MAX = 32 };

struct garim_key;

struct garim_rule {
    const char *name;
    const char *participle; /* of a field that it was applied to */
    unsigned traits;        /* of the types it is for */
    const char *way_out;    /* for a type it is not for */
    bool takes_options;     /* a value stands behind its name */
    const char *flag;       /* or this word may, or NULL */
    bool keeps;             /* values stay as they are */
    size_t options_bytes;   /* of step->options */

    /* What it counts besides nulls, one word each, up to a NULL. */
    const char *counters[GARIM_COUNTERS_MAX];

    /* Read the options behind the rule's name into `options` (zeroed; also
     * step->options) and the step, whose rule, field and apply_to_null are
     * set.  `flagged`: its word stands there.  Errors through the reader. */
    void (*read)(struct garim_rule_build *build, struct garim_entry entry,
                 bool flagged, void *options, struct garim_step *step);

    /* A rule with secrets calls garim_rule_take_secret() in read(), and makes
     * the secret of the step, aligned to 64 bytes, here; `scratch` has
     * GARIM_KEY_BYTES of secret memory.  -1: the crypto library failed. */
    size_t secret_bytes;
    int (*derive)(const struct garim_step *step, const struct garim_key *key,
                  const struct garim_release *release, uint8_t *scratch,
                  void *ret_secret);

    /* Write the field of each row that is not null; NULL: nothing to do. */
    void (*apply)(const struct garim_step *step, struct garim_piece *piece);

    /* How many values that fill the field the rule makes one text, by a guess;
     * NULL or 0: nothing to say. */
    double (*candidates)(const struct garim_step *step);

    /* How many bits the token has that the rule writes; NULL: it writes none.
     */
    double (*token_bits)(const struct garim_step *step);
};

/* What bytes that no field covers get. */
extern const struct garim_rule garim_rule_blank;

/* By index, NULL behind the last. */
const struct garim_rule *garim_rule_at(size_t index);

/* How many counters a step of the rule has, that of nulls among them. */
size_t garim_rule_count_size(const struct garim_rule *rule);

/* Read the rule that stands behind a field's name in a policy. */
void garim_rule_read(struct garim_rule_build *build, struct garim_entry entry,
                     const struct garim_field *field, struct garim_step *step);

/* `null: apply` in a map of options, if `entry` is there. */
void garim_rule_read_null(struct garim_rule_build *build,
                          struct garim_entry entry, struct garim_step *step);

/* Room for a secret that the step derives; returns where. */
size_t garim_rule_take_secret(struct garim_rule_build *build,
                              struct garim_step *step);

static inline const void *garim_piece_secret(const struct garim_piece *piece,
                                             const struct garim_step *step)
{
    return piece->secrets + step->secret;
}

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
    ASSERT(row < piece->count);
    ASSERT(breach > GARIM_BREACH_NONE && breach < GARIM_BREACH_COUNT);
    piece->broken = true;
    if (piece->marks[row].breach != GARIM_BREACH_NONE) return;
    piece->marks[row].step_index = (uint16_t)piece->step_index;
    piece->marks[row].breach = (uint8_t)breach;
}

#endif
