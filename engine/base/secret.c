/* secret.c - memory for keys: locked, left out of dumps, wiped
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/assert.h"

enum { ALIGNMENT = 64 };

static size_t round_up(size_t bytes, size_t unit)
{
    return (bytes + unit - 1) / unit * unit;
}

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static int map_memfd_secret(void *at, size_t bytes)
{
    int fd = (int)syscall(SYS_memfd_secret, O_CLOEXEC);
    if (fd < 0) return -1;
    int result = -1;
    if (ftruncate(fd, (off_t)bytes) == 0 &&
        mmap(at, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd,
             0) != MAP_FAILED)
        result = 0;
    (void)close(fd);
    return result;
}

static int map_locked(void *at, size_t bytes)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_LOCKED;
    void *got = mmap(at, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    return got == MAP_FAILED ? -1 : 0;
}

/* Not wiped but absent after a fork: a child that uses a key must fault, not
 * go on with a key of zeros. */
static int hide(void *at, size_t bytes)
{
    if (madvise(at, bytes, MADV_DONTDUMP) != 0) return -1;
    return madvise(at, bytes, MADV_DONTFORK);
}

void *garim_secret_open(size_t bytes)
{
    ASSERT(bytes > 0 && bytes <= SIZE_MAX / 2);
    size_t page = page_bytes();
    size_t inner = round_up(bytes, page);
    uint8_t *guard = mmap(NULL, inner + 2 * page, PROT_NONE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (guard == MAP_FAILED) return NULL;

    uint8_t *data = guard + page;
    if ((map_memfd_secret(data, inner) != 0 && map_locked(data, inner) != 0) ||
        hide(data, inner) != 0) {
        int reason = errno;
        (void)munmap(guard, inner + 2 * page);
        errno = reason;
        return NULL;
    }
    /* At the end of its pages, so that an overrun meets the guard page. */
    data += inner - round_up(bytes, ALIGNMENT);
    memset(data, 0, bytes);
    return data;
}

void garim_secret_close(void *memory, size_t bytes)
{
    if (memory == NULL) return;
    size_t page = page_bytes();
    garim_secret_wipe(memory, bytes);
    uint8_t *guard = (uint8_t *)memory - (uintptr_t)memory % page - page;
    ASSERT(munmap(guard, round_up(bytes, page) + 2 * page) == 0);
}

void garim_secret_wipe(void *memory, size_t bytes)
{
    if (bytes > 0) explicit_bzero(memory, bytes);
}
