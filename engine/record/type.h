/* type.h - all that a type of field is
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Adding a type: one type_*.c file and one line in types.c.
 */
#ifndef GARIM_RECORD_TYPE_H
#define GARIM_RECORD_TYPE_H

#include "config/reader.h"
#include "record/layout.h"
#include "record/show.h"
#include "record/values.h"

/* What the bytes of a type are: rules and canonical forms say by these which
 * types they are for. */
enum garim_trait_of_type {
    GARIM_TYPE_TEXT = 1 << 0,   /* characters of an encoding */
    GARIM_TYPE_DIGITS = 1 << 1, /* digits of an encoding, nothing else */
    GARIM_TYPE_RAW = 1 << 2,    /* any bytes */
    GARIM_TYPE_ANY = GARIM_TYPE_TEXT | GARIM_TYPE_DIGITS | GARIM_TYPE_RAW,
};

struct garim_type {
    const char *name;
    unsigned traits;
    bool nul_pads; /* NULs are padding too, besides the pad of the field */

    /* Set pad, side and null bytes of a field whose page and length are set. */
    void (*set_defaults)(struct garim_field *field);

    /* Refuse the padding that a layout gives, at the entry that is wrong.
     * NULL: any will do. */
    void (*check_padding)(struct garim_reader *reader,
                          const struct garim_field *field,
                          struct garim_entry pad, struct garim_entry justify);

    /* Set plain_low and plain_high of `scan`: a value of such bytes is valid,
     * and each byte is a character.  NULL: any byte. */
    void (*find_plain)(const struct garim_field *field,
                       struct garim_scan *scan);

    /* Whether a value is one of the type.  NULL: any is. */
    enum garim_breach (*check)(const struct garim_field *field,
                               struct garim_value value);

    /* The bytes that may stand at byte k of a field under `keep`, whose values
     * are checked then.  NULL: keep takes any. */
    void (*valid_bytes)(const struct garim_field *field, size_t k,
                        bool bytes[256]);

    /* Make values a text in UTF-8, or a number (a minus sign and digits, the
     * first of which is 0 in "0" only).  NULL: the type has none. */
    void (*to_text)(struct garim_values *values);
    void (*to_number)(struct garim_values *values);

    /* A text of a layout or policy as bytes of the field to `out`, which has
     * room for strlen(text); returns their number.  SIZE_MAX: it cannot be,
     * and `*ret_wrong` says why, as the end of a sentence. */
    size_t (*from_text)(const struct garim_field *field, const char *text,
                        uint8_t *out, const char **ret_wrong);

    /* The bytes of a field for a person. */
    void (*show)(const struct garim_field *field, const uint8_t *data,
                 struct garim_show *show);
};

enum { GARIM_TYPES_MAX = 32 };

/* By index, NULL behind the last. */
const struct garim_type *garim_type_at(size_t index);

extern const struct garim_type garim_type_char;
extern const struct garim_type garim_type_digits;
extern const struct garim_type garim_type_bytes;

#endif
