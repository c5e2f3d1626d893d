/* assert.h - checks of the programmer that stay on in release builds
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BASE_ASSERT_H
#define GARIM_BASE_ASSERT_H

/* In doubt, stop: better no record than one in the clear. */
#define ASSERT(condition)                                                      \
    do {                                                                       \
        if (__builtin_expect(!(condition), 0)) __builtin_trap();               \
    } while (0)

#endif
