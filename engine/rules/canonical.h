/* canonical.h - the bytes of a value that are hashed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RULES_CANONICAL_H
#define GARIM_RULES_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "record/layout.h"

/* Values of one field in many rows.  A form turns them, as the scan of the rows
 * found them, into their canonical values: where they stand changes with it. */
struct garim_values {
    const struct garim_kernels *kernels;
    const struct garim_field *field;
    size_t count;
    const uint8_t *data; /* where offsets count from; then `data` or `slots` */
    uint32_t *offsets;
    uint32_t *lengths;      /* 0 is "empty" */
    const uint32_t *fields; /* offsets of the whole fields */
    const uint8_t *flags;   /* of garim_scan_function */
    uint8_t *breaches;      /* out: enum garim_breach */
    uint8_t *highs;         /* scratch */
    uint8_t *slots;         /* room for count x slot_bytes */
    size_t slot_bytes;      /* garim_canonical_slot_bytes() of the field */
};

typedef void garim_canonical_function(struct garim_values *values);

struct garim_canonical {
    const char *name;
    bool for_type[3]; /* by enum garim_type */
    garim_canonical_function *form;
};

enum { GARIM_CANONICAL_COUNT = 7 };
extern const struct garim_canonical garim_canonicals[GARIM_CANONICAL_COUNT];

const struct garim_canonical *garim_canonical_default(enum garim_type type);

/* Room for a canonical value of the field, in whole vectors. */
size_t garim_canonical_slot_bytes(const struct garim_field *field);

#endif
