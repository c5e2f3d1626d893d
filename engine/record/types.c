/* types.c - the table of types
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/assert.h"
#include "record/type.h"

/* In the order in which messages name them. */
#define TYPES(TYPE)                                                            \
    TYPE(char)                                                                 \
    TYPE(digits)                                                               \
    TYPE(bytes)

#define DECLARE(name) extern const struct garim_type garim_type_##name;
#define POINT(name) &garim_type_##name,

TYPES(DECLARE)
static const struct garim_type *const types[] = {TYPES(POINT)};

#define COUNT (sizeof types / sizeof types[0])
static_assert(COUNT <= GARIM_TYPES_MAX, "room for all types in a message");

const struct garim_type *garim_type_at(size_t index)
{
    return index < COUNT ? types[index] : NULL;
}
