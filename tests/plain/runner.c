/* runner.c - runs the tests of plain/criterion/criterion.h, a process each
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: garim-unit [WORD ...]    (tests whose suite/name holds a WORD)
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "criterion/criterion.h"

enum {
    SECONDS_MAX = 300,
    SKIPPED = 77,
};

static struct plain_entry *entries;

void plain_register(struct plain_entry *entry)
{
    entry->next = entries;
    entries = entry;
}

void plain_check(int holds, const char *file, int line, const char *condition,
                 const char *format, ...)
{
    if (holds) return;
    va_list arguments;
    va_start(arguments, format);
    (void)printf("%s:%d: %s:", file, line, condition);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)printf("\n");
    (void)fflush(stdout);
    _exit(1);
}

void plain_skip(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)printf("skipped: ");
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)printf("\n");
    (void)fflush(stdout);
    _exit(SKIPPED);
}

static const struct plain_options *suite_of(const struct plain_entry *test)
{
    static const struct plain_options none;
    for (const struct plain_entry *entry = entries; entry; entry = entry->next)
        if (entry->name == NULL && strcmp(entry->suite, test->suite) == 0)
            return &entry->options;
    return &none;
}

static _Noreturn void run_inside(const struct plain_entry *test)
{
    const struct plain_options *suite = suite_of(test);
    const struct plain_options *own = &test->options;
    void (*const init)(void) = own->init ? own->init : suite->init;
    void (*const fini)(void) = own->fini ? own->fini : suite->fini;
    (void)alarm(SECONDS_MAX);
    if (init) init();
    test->function();
    if (fini) fini();
    exit(0); /* which is when the sanitizer makes itself heard */
}

/* As the test wants it, or as the sanitizer allows. */
static bool is_good(const struct plain_entry *test, int status)
{
    const int number = test->options.signal;
    if (number != 0) return WIFSIGNALED(status) && WTERMSIG(status) == number;
    return WIFEXITED(status) && WEXITSTATUS(status) == test->options.exit_code;
}

static bool is_wanted(const struct plain_entry *test, char **words)
{
    char name[160];
    (void)snprintf(name, sizeof name, "%s/%s", test->suite, test->name);
    for (char **word = words; *word; word++)
        if (strstr(name, *word)) return true;
    return *words == NULL;
}

int main(int argc, char **argv)
{
    unsigned passed = 0, failed = 0, skipped = 0;
    (void)argc;
    for (struct plain_entry *test = entries; test; test = test->next) {
        if (test->name == NULL || !is_wanted(test, argv + 1)) continue;
        int status = 0;
        const pid_t child = fork();
        if (child == 0) run_inside(test);
        (void)waitpid(child, &status, 0);
        const bool skips = WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED;
        const bool good = !skips && is_good(test, status);
        passed += good;
        skipped += skips;
        failed += !good && !skips;
        if (!good && !skips)
            (void)printf("FAILED %s/%s: status %#x\n", test->suite, test->name,
                         (unsigned)status);
        (void)fflush(stdout);
    }
    (void)printf("%u passed, %u failed, %u skipped\n", passed, failed, skipped);
    return failed != 0 || passed == 0;
}
