/* canonical.h - the bytes of a value that are hashed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_CANONICAL_H
#define GARIM_RECORD_CANONICAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record/layout.h"

/* How a field's bytes break its layout. */
enum garim_breach {
    GARIM_BREACH_NONE,
    GARIM_BREACH_DIGIT,     /* a byte of a digits field is no digit */
    GARIM_BREACH_CHARACTER, /* a byte is no character of the encoding */
    GARIM_BREACH_NUMBER,    /* text that should be a number is none */
};

/* In words that follow "field NAME": for messages. */
const char *garim_breach_text(enum garim_breach breach);

/* Check the value of a char or digits field, as POLICY.md's "validity". */
enum garim_breach garim_value_check(const struct garim_field *field,
                                    struct garim_value value);

/* A form writes the canonical value of the field at `data` to `out`, which has
 * room for garim_canonical_bytes_max(), and sets its length: 0 is "empty". */
typedef enum garim_breach
garim_canonical_function(const struct garim_field *field, const uint8_t *data,
                         uint8_t *out, size_t *ret_bytes);

struct garim_canonical {
    const char *name;
    bool for_type[3]; /* by enum garim_type */
    garim_canonical_function *write;
};

enum { GARIM_CANONICAL_COUNT = 7 };
extern const struct garim_canonical garim_canonicals[GARIM_CANONICAL_COUNT];

const struct garim_canonical *garim_canonical_default(enum garim_type type);
size_t garim_canonical_bytes_max(const struct garim_field *field);

#endif
