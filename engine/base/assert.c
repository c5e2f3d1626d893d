/* assert.c - the last words of a check of the programmer
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/assert.h"

#include <unistd.h>

void garim_assert_failed(const char *text, size_t bytes)
{
    if (write(STDERR_FILENO, text, bytes) < 0) __builtin_trap();
    __builtin_trap();
}

/* " (record N)", written from its end: printf is not async-signal-safe. */
void garim_assert_record_failed(const char *text, size_t bytes, uint64_t record)
{
    char tail[] = " (record 18446744073709551615)\n";
    static const char opening[] = " (record ";
    enum { OPENING_BYTES = sizeof opening - 1, END_BYTES = 2 }; /* ")\n" */
    size_t at = sizeof tail - 1 - END_BYTES;
    do {
        tail[--at] = (char)('0' + record % 10);
        record /= 10;
    } while (record > 0);
    at -= OPENING_BYTES;
    for (size_t i = 0; i < OPENING_BYTES; i++)
        tail[at + i] = opening[i];
    if (write(STDERR_FILENO, text, bytes) < 0) __builtin_trap();
    garim_assert_failed(tail + at, sizeof tail - 1 - at);
}
