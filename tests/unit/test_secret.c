/* test_secret.c - memory for keys: guarded, hidden, wiped
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "base/secret.h"

/* Let the kernel read the byte, so that a guard page is no signal. */
static bool readable(const volatile uint8_t *byte)
{
    int ends[2];
    cr_assert(pipe(ends) == 0);
    bool result = write(ends[1], (const void *)byte, 1) == 1;
    cr_assert(result || errno == EFAULT);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return result;
}

static const size_t sizes[] = {1, 31, 32, 64, 65, 4095, 4096, 4097, 20000};
enum { SIZE_COUNT = sizeof sizes / sizeof sizes[0] };

Test(secret, is_zeroed_aligned_and_writable)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        uint8_t *memory = garim_secret_open(sizes[i]);
        cr_assert_not_null(memory);
        cr_assert_eq((uintptr_t)memory % 64, 0);
        for (size_t j = 0; j < sizes[i]; j++)
            cr_assert_eq(memory[j], 0);
        memset(memory, 0x5a, sizes[i]);
        garim_secret_close(memory, sizes[i]);
    }
}

Test(secret, stands_between_guard_pages)
{
    for (size_t i = 0; i < SIZE_COUNT; i++) {
        uint8_t *memory = garim_secret_open(sizes[i]);
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        uint8_t *end = memory + (sizes[i] + 63) / 64 * 64;
        uint8_t *first = memory - (uintptr_t)memory % page;
        cr_assert(readable(memory) && readable(end - 1) && readable(first));
        cr_assert_not(readable(end));
        cr_assert_not(readable(first - 1));
        garim_secret_close(memory, sizes[i]);
        cr_assert_not(readable(memory));
    }
}

Test(secret, is_absent_in_a_forked_child)
{
    uint8_t *memory = garim_secret_open(32);
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) _exit(readable(memory) ? 1 : 0);
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    garim_secret_close(memory, 32);
}

/* VmFlags of the mapping that holds `memory`, as /proc tells them. */
static void read_flags(const void *memory, char *ret_flags, size_t size)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    cr_assert_not_null(maps);
    char line[512];
    bool inside = false;
    ret_flags[0] = '\0';
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            inside = (uintptr_t)memory >= from && (uintptr_t)memory < to;
        if (inside && strncmp(line, "VmFlags:", 8) == 0)
            (void)snprintf(ret_flags, size, "%s", line);
    }
    (void)fclose(maps);
}

Test(secret, is_locked_and_left_out_of_dumps)
{
    char flags[512];
    void *memory = garim_secret_open(32);
    read_flags(memory, flags, sizeof flags);
    cr_assert_not_null(strstr(flags, " lo"), "%s", flags);
    cr_assert_not_null(strstr(flags, " dd"), "%s", flags);
    cr_assert_not_null(strstr(flags, " dc"), "%s", flags);
    garim_secret_close(memory, 32);
}

Test(secret, says_so_when_nothing_may_be_locked)
{
    const struct rlimit none = {0, 0};
    cr_assert(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
    if (geteuid() == 0) cr_assert(setresuid(65534, 65534, 65534) == 0);
    errno = 0;
    cr_assert_null(garim_secret_open(32));
    cr_assert(errno == EPERM || errno == EAGAIN, "errno %d", errno);
}

Test(secret, wipes)
{
    uint8_t bytes[37];
    memset(bytes, 0x5a, sizeof bytes);
    garim_secret_wipe(bytes, sizeof bytes - 1);
    for (size_t i = 0; i < sizeof bytes - 1; i++)
        cr_assert_eq(bytes[i], 0);
    cr_assert_eq(bytes[sizeof bytes - 1], 0x5a);
    garim_secret_wipe(NULL, 0);
    garim_secret_close(NULL, 32);
}
