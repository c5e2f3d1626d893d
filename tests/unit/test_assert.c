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

static void fail_in_child(int error)
{
    if (dup2(error, STDERR_FILENO) < 0) _exit(1);
    (void)signal(SIGILL, SIG_DFL);
    struct garim_arena *arena = garim_arena_open();
    garim_arena_seal(arena);
    (void)garim_arena_take(arena, 1);
    _exit(0);
}

Test(assert, says_condition_file_and_line)
{
    int ends[2], status = 0;
    cr_assert(pipe(ends) == 0);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) fail_in_child(ends[1]);
    (void)close(ends[1]);
    char text[512] = "";
    ssize_t bytes = read(ends[0], text, sizeof text - 1);
    (void)close(ends[0]);
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFSIGNALED(status));
    cr_assert(bytes > 0 && text[bytes - 1] == '\n');
    cr_assert(strncmp(text, "garim: ", 7) == 0);
    cr_assert(strstr(text, "base/arena.c:") != NULL);
    cr_assert(strstr(text, ": not !arena->sealed\n") != NULL, "%s", text);
}

Test(assert, is_silent_where_it_holds)
{
    bool asked = false;
    ASSERT((asked = true));
    cr_assert(asked);
}
