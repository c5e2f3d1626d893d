/* test_assert.c - a check that fails says where, then ends the process
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/assert.h"

static void take_from_sealed(void)
{
    struct garim_arena *arena = garim_arena_open();
    garim_arena_seal(arena);
    (void)garim_arena_take(arena, 1);
}

static void fail_at_zero(void)
{
    const uint64_t first = 0;
    ASSERT_RECORD(first > 0, first);
}

static void fail_at_last(void)
{
    const uint64_t last = UINT64_MAX;
    ASSERT_RECORD(last < UINT64_MAX, last);
}

/* What a child that calls `fail` writes to its standard error until a signal
 * ends it. */
static void last_words(void (*fail)(void), char *text, size_t size)
{
    int ends[2], status = 0;
    cr_assert(pipe(ends) == 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        if (dup2(ends[1], STDERR_FILENO) < 0) _exit(1);
        (void)signal(SIGILL, SIG_DFL);
        fail();
        _exit(0);
    }
    (void)close(ends[1]);
    size_t used = 0;
    ssize_t bytes = 0;
    while ((bytes = read(ends[0], text + used, size - 1 - used)) > 0)
        used += (size_t)bytes;
    text[used] = '\0';
    (void)close(ends[0]);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFSIGNALED(status));
    cr_assert(used > 0 && text[used - 1] == '\n');
    cr_assert(strncmp(text, "garim: ", 7) == 0);
}

Test(assert, says_condition_file_and_line)
{
    char text[512];
    last_words(take_from_sealed, text, sizeof text);
    cr_assert(strstr(text, "base/arena.c:") != NULL);
    cr_assert(strstr(text, ": not !arena->sealed\n") != NULL, "%s", text);
}

Test(assert, says_the_record_where_it_is_known)
{
    char text[512];
    last_words(fail_at_zero, text, sizeof text);
    cr_assert(strstr(text, "test_assert.c:") != NULL);
    cr_assert(strstr(text, ": not first > 0 (record 0)\n") != NULL, "%s", text);
    last_words(fail_at_last, text, sizeof text);
    cr_assert(strstr(text, " (record 18446744073709551615)\n") != NULL, "%s",
              text);
}

Test(assert, is_silent_where_it_holds)
{
    bool asked = false;
    ASSERT((asked = true));
    cr_assert(asked);
    ASSERT_RECORD(asked, 7);
}
