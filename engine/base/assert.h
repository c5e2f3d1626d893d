/* assert.h - checks of the programmer that stay on in release builds
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BASE_ASSERT_H
#define GARIM_BASE_ASSERT_H

#include <assert.h> /* static_assert */
#include <stddef.h>
#include <stdint.h>

/* Write `text` to standard error and trap.  It holds no data: only what the
 * preprocessor knows.  Async-signal-safe; in the library too, since whoever
 * calls it learns nothing more from a trap. */
void garim_assert_failed(const char *text, size_t bytes)
    __attribute__((noreturn, cold));

/* The same with the number of a record, which is no data either. */
void garim_assert_record_failed(const char *text, size_t bytes, uint64_t record)
    __attribute__((noreturn, cold));

#define ASSERT_TEXT_(token) #token
#define ASSERT_TEXT(token) ASSERT_TEXT_(token)
#define ASSERT_SENTENCE(condition)                                             \
    "garim: " __FILE__ ":" ASSERT_TEXT(__LINE__) ": not " condition

/* In doubt, stop: better no record than one in the clear. */
#define ASSERT(condition)                                                      \
    do {                                                                       \
        static const char text_[] = ASSERT_SENTENCE(#condition) "\n";          \
        if (__builtin_expect(!(condition), 0))                                 \
            garim_assert_failed(text_, sizeof text_ - 1);                      \
    } while (0)

/* Where it is known which record is worked on: its number from 0. */
#define ASSERT_RECORD(condition, record)                                       \
    do {                                                                       \
        static const char text_[] = ASSERT_SENTENCE(#condition);               \
        if (__builtin_expect(!(condition), 0))                                 \
            garim_assert_record_failed(text_, sizeof text_ - 1, (record));     \
    } while (0)

#endif
