/* nth_malloc.c - preloaded into a program: one of its allocations fails
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * GARIM_NTH says which, from 1; GARIM_NTH_ON, where it is set, that all behind
 * it fail as well.  The file GARIM_NTH_MARK is made when it has failed, so that
 * a loop over all of them knows its end.  Counted are malloc, calloc, realloc
 * and what stands on them, aligned memory, and mmap of the program's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *memory, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static atomic_ulong calls;
static unsigned long nth; /* 0: none */
static bool all_behind;
static const char *mark;

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("GARIM_NTH");
    mark = getenv("GARIM_NTH_MARK");
    all_behind = getenv("GARIM_NTH_ON") != NULL;
    if (number != NULL) nth = strtoul(number, NULL, 10);
}

static bool fails(void)
{
    if (nth == 0) return false;
    unsigned long call = atomic_fetch_add(&calls, 1) + 1;
    if (call != nth && !(all_behind && call > nth)) return false;
    if (call == nth && mark != NULL) {
        int fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd >= 0) (void)close(fd);
    }
    errno = ENOMEM;
    return true;
}

EXPORT void *malloc(size_t bytes)
{
    return fails() ? NULL : __libc_malloc(bytes);
}

EXPORT void *calloc(size_t count, size_t bytes)
{
    return fails() ? NULL : __libc_calloc(count, bytes);
}

EXPORT void *realloc(void *memory, size_t bytes)
{
    return fails() ? NULL : __libc_realloc(memory, bytes);
}

EXPORT void *aligned_alloc(size_t alignment, size_t bytes)
{
    return fails() ? NULL : __libc_memalign(alignment, bytes);
}

EXPORT int posix_memalign(void **ret_memory, size_t alignment, size_t bytes)
{
    if (fails()) return ENOMEM;
    *ret_memory = __libc_memalign(alignment, bytes);
    return *ret_memory == NULL ? ENOMEM : 0;
}

EXPORT void *mmap(void *at, size_t bytes, int protection, int flags, int fd,
                  off_t offset)
{
    if (fails()) return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, bytes, protection, flags, fd, offset);
}
