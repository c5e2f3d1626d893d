/* layout.h - where the fields of a record are, and what they hold
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_LAYOUT_H
#define GARIM_RECORD_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernels/kernels.h"
#include "record/breach.h"
#include "record/codepage.h"
#include "record/expect.h"
#include "record/framing.h"
#include "record/sample.h"

struct garim_type;

struct garim_field {
    const char *name;
    enum garim_sample sample;
    const struct garim_type *type;
    size_t at;
    size_t bytes;
    const struct garim_codepage *page;
    uint8_t pad;
    bool justify_right;
    bool null_byte[256]; /* a field of such bytes only is null */
    struct garim_expect expect;
    unsigned line; /* where the layout file declares it */
    unsigned column;
};

struct garim_layout {
    struct garim_arena *arena; /* owns all of it */
    const char *path;
    const char *name;
    size_t record_bytes;
    struct garim_framing framing;      /* edges are kept */
    const struct garim_codepage *page; /* of the record */
    size_t field_count;
    const struct garim_field *fields;          /* in the order of the file */
    const struct garim_field *const *by_place; /* ascending by `at` */
};

/* The value of a field: what trimming leaves of it. */
struct garim_value {
    const uint8_t *data;
    size_t bytes;
};

struct garim_value garim_field_trim(const struct garim_field *field,
                                    const uint8_t *data);

/* Check a value as POLICY.md's "validity" has it. */
enum garim_breach garim_value_check(const struct garim_field *field,
                                    struct garim_value value);

/* Every byte is one of the field's null bytes. */
bool garim_field_is_null(const struct garim_field *field, const uint8_t *data);

/* What the kernels look for in the field; without `nulls` no value is null.
 * Not odd are values of plain bytes: those that garim_value_check passes and
 * whose characters are bytes. */
struct garim_scan garim_field_scan(const struct garim_field *field, bool nulls);

/* Write `value` (in the field's encoding, not longer than the field) justified
 * and padded to `data`. */
void garim_field_put(const struct garim_field *field, const uint8_t *value,
                     size_t bytes, uint8_t *data);

#endif
