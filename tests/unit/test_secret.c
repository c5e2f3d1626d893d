/* test_secret.c - memory for keys: guarded, hidden, wiped
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <stddef.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
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

/* VmFlags of the mapping that holds `memory`, as /proc tells them, and whether
 * it is one of memfd_secret(2). */
static void read_flags(const void *memory, char *ret_flags, size_t size,
                       bool *ret_special)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    cr_assert_not_null(maps);
    char line[512];
    bool inside = false;
    ret_flags[0] = '\0';
    *ret_special = false;
    while (fgets(line, sizeof line, maps) != NULL) {
        uintptr_t from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            inside = (uintptr_t)memory >= from && (uintptr_t)memory < to;
        if (inside && strstr(line, "secretmem") != NULL) *ret_special = true;
        if (inside && strncmp(line, "VmFlags:", 8) == 0)
            (void)snprintf(ret_flags, size, "%s", line);
    }
    (void)fclose(maps);
}

/* Fails as on a kernel that lacks it. */
static void deny_memfd_secret(void)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_memfd_secret, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    cr_assert_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    cr_assert_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

static void expect_hidden(bool special_allowed)
{
    char flags[512];
    bool special;
    void *memory = garim_secret_open(32);
    cr_assert_not_null(memory);
    read_flags(memory, flags, sizeof flags, &special);
    cr_assert(special_allowed || !special, "the fallback was not taken");
    cr_assert_not_null(strstr(flags, " lo"), "%s", flags);
    cr_assert_not_null(strstr(flags, " dd"), "%s", flags);
    cr_assert_not_null(strstr(flags, " dc"), "%s", flags);
    garim_secret_close(memory, 32);
}

Test(secret, is_locked_and_left_out_of_dumps)
{
    expect_hidden(true);
}

Test(secret, is_so_too_without_memfd_secret)
{
    deny_memfd_secret();
    expect_hidden(false);
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
