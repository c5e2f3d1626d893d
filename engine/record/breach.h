/* breach.h - how a record breaks its layout, and which one did
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_BREACH_H
#define GARIM_RECORD_BREACH_H

#include <stdint.h>

enum garim_breach {
    GARIM_BREACH_NONE,
    GARIM_BREACH_DIGIT,     /* a byte of a digits field is not a digit */
    GARIM_BREACH_CHARACTER, /* a byte is not a character of the encoding */
    GARIM_BREACH_NUMBER,    /* text that should be a number is not */
    GARIM_BREACH_EXPECT,    /* the field is not as its layout expects */
    GARIM_BREACH_COUNT,
};

/* In words that follow "field NAME": for messages. */
const char *garim_breach_text(enum garim_breach breach);

/* A record that broke its layout.  It stands in the state of a job like this.
 */
struct garim_reject {
    uint64_t record;
    uint32_t step;   /* that found it: an index of the plan */
    uint32_t breach; /* enum garim_breach */
};

#endif
