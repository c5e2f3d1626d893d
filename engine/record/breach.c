/* breach.c - how a record breaks its layout, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/breach.h"

#include "base/assert.h"

const char *garim_breach_text(enum garim_breach breach)
{
    static const char *const texts[] = {
        [GARIM_BREACH_NONE] = "is valid",
        [GARIM_BREACH_DIGIT] = "has a byte that is not a digit",
        [GARIM_BREACH_CHARACTER] =
            "has bytes that are not characters of its encoding",
        [GARIM_BREACH_NUMBER] = "is not a number",
        [GARIM_BREACH_EXPECT] = "is not as its layout expects",
    };
    static_assert(sizeof texts / sizeof *texts == GARIM_BREACH_COUNT,
                  "a text for each breach");
    ASSERT(breach < GARIM_BREACH_COUNT);
    return texts[breach];
}
