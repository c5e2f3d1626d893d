/* canonical.h - the bytes of a value that are hashed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RULES_CANONICAL_H
#define GARIM_RULES_CANONICAL_H

#include "record/type.h"

/* Of the type of the field. */
typedef void garim_canonical_function(struct garim_values *values);

/* What a form needs of a type. */
enum garim_canonical_need {
    GARIM_NEED_NOTHING,
    GARIM_NEED_TEXT,   /* to_text */
    GARIM_NEED_NUMBER, /* to_number */
};

struct garim_canonical {
    const char *name;
    unsigned traits; /* of the types it is for */
    enum garim_canonical_need need;
    garim_canonical_function *form;
};

enum { GARIM_CANONICAL_COUNT = 7 };
extern const struct garim_canonical garim_canonicals[]; /* so many */

bool garim_canonical_is_for(const struct garim_canonical *canonical,
                            const struct garim_type *type);

/* The form that a type's values have where a policy names none. */
const struct garim_canonical *
garim_canonical_default(const struct garim_type *type);

#endif
