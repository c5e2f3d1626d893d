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
