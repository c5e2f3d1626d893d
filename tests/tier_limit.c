/* tier_limit.c - for test programs: tiers peeled off, processors emulated
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * GARIM_TEST_TIER_MAX names the highest tier that is left; with
 * GARIM_TEST_TIER_QUERY the program only says which that is.
 * GARIM_TEST_EMULATOR is the path of the emulator that runs this program:
 * Criterion executes the program again for each test, and without help these
 * would run outside of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kernels/kernels.h"

static void peel(const char *highest)
{
    for (enum garim_tier tier = 0; tier < GARIM_TIER_COUNT; tier++)
        if (strcmp(garim_tier_names[tier], highest) == 0) {
            garim_tier_limit(tier);
            return;
        }
    (void)fprintf(stderr, "GARIM_TEST_TIER_MAX: no tier %s\n", highest);
    exit(2);
}

/* Say which is the highest that is left, and no more. */
static void answer(void)
{
    enum garim_tier highest = GARIM_TIER_COUNT - 1;
    while (!garim_tier_usable(highest))
        highest--;
    (void)puts(garim_tier_names[highest]);
    exit(0);
}

__attribute__((constructor)) static void peel_tiers(void)
{
    const char *highest = getenv("GARIM_TEST_TIER_MAX");
    if (highest != NULL) peel(highest);
    if (getenv("GARIM_TEST_TIER_QUERY") != NULL) answer();
}

/* In place of the C library's, for whoever executes this program. */
__attribute__((visibility("default"))) int
execve(const char *path, char *const arguments[], char *const variables[])
{
    enum { ARGUMENTS_MAX = 16 };
    const char *emulator = getenv("GARIM_TEST_EMULATOR");
    if (emulator == NULL || arguments[0] == NULL)
        return (int)syscall(SYS_execve, path, arguments, variables);

    const char *emulated[ARGUMENTS_MAX + 4] = {emulator, "-0", arguments[0],
                                               path};
    for (size_t i = 1; i < ARGUMENTS_MAX && arguments[i] != NULL; i++)
        emulated[3 + i] = arguments[i];
    return (int)syscall(SYS_execve, emulator, emulated, variables);
}
