/* fail_rename.c - preloaded into the program: rename fails from its nth call on
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * $FAIL_RENAME_FROM says from which, counted from 1.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((visibility("default"))) int rename(const char *from,
                                                  const char *to)
{
    static int calls;
    const char *first = getenv("FAIL_RENAME_FROM");
    calls++;
    if (first == NULL || calls < atoi(first))
        return renameat(AT_FDCWD, from, AT_FDCWD, to);
    errno = ENOSPC;
    return -1;
}
