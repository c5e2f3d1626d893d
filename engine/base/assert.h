/* assert.h - checks of the programmer that stay on in release builds
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BASE_ASSERT_H
#define GARIM_BASE_ASSERT_H

#include <assert.h> /* static_assert */
#include <stddef.h>

/* Write `text` to standard error and trap.  It holds no data: only what the
 * preprocessor knows.  Async-signal-safe; in the library too, since whoever
 * calls it learns nothing more from a trap. */
void garim_assert_failed(const char *text, size_t bytes)
    __attribute__((noreturn, cold));

#define ASSERT_TEXT_(token) #token
#define ASSERT_TEXT(token) ASSERT_TEXT_(token)

/* In doubt, stop: better no record than one in the clear. */
#define ASSERT(condition)                                                      \
    do {                                                                       \
        static const char text_[] =                                            \
            "garim: " __FILE__ ":" ASSERT_TEXT(__LINE__) ": not " #condition   \
                                                         "\n";                 \
        if (__builtin_expect(!(condition), 0))                                 \
            garim_assert_failed(text_, sizeof text_ - 1);                      \
    } while (0)

#endif
