/* values.h - values of one field in many rows, on their way to what is hashed
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A canonical form turns values, as the scan of the rows found them, into their
 * canonical values: where they stand changes with it.  These are the steps that
 * types and forms share.
 */
#ifndef GARIM_RECORD_VALUES_H
#define GARIM_RECORD_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "record/layout.h"

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
    uint8_t *non_ascii;     /* scratch */
    uint8_t *slots;         /* room for count x slot_bytes */
    size_t slot_bytes;      /* garim_values_slot_bytes() of the field */
};

/* Room for a canonical value of the field, in whole vectors. */
size_t garim_values_slot_bytes(const struct garim_field *field);

/* Values that the scan found odd get a second look; what breaks is empty. */
void garim_values_check(struct garim_values *values);

/* All bytes of the fields, padding too. */
void garim_values_take_fields(struct garim_values *values);

/* Byte by byte by `table`, into the slots; which values have bytes that it does
 * not know (they become GARIM_NOT_ASCII) stands in `non_ascii`.  The values are
 * still where they were: garim_values_enter_slots(). */
void garim_values_translate(struct garim_values *values,
                            const uint8_t table[256]);

/* From here on the values are those in the slots. */
void garim_values_enter_slots(struct garim_values *values);

#endif
