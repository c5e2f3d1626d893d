/* support.c - seeded cases, guard pages and tiers for kernel tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "support.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

/* ---- random numbers ------------------------------------------------------ */

static uint64_t state;

/* A counter with a large odd step, and its bits mixed. */
uint64_t support_random(void)
{
    state += 0x9E3779B97F4A7C15U;
    uint64_t mixed = state;
    for (int round = 0; round < 2; round++) {
        mixed ^= mixed >> 32;
        mixed *= 0xD6E8FEB86659FD93U;
    }
    return mixed ^ mixed >> 32;
}

uint32_t support_below(uint32_t limit)
{
    return (uint32_t)((support_random() >> 32) * limit >> 32);
}

uint32_t support_between(uint32_t low, uint32_t high)
{
    return low + support_below(high - low + 1);
}

bool support_one_in(uint32_t chances)
{
    return support_below(chances) == 0;
}

void support_randomize(uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)support_below(256);
}

size_t support_count(void)
{
    return support_one_in(50) ? support_below(1000) : support_below(101);
}

/* ---- cases --------------------------------------------------------------- */

static char where[160];

const char *support_where(void)
{
    return where;
}

static uint64_t chosen_seed(void)
{
    const char *wanted = getenv("GARIM_SEED");
    struct timespec now;
    if (wanted != NULL) return strtoull(wanted, NULL, 10);
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static void crashed(int number)
{
    (void)!write(STDERR_FILENO, where, strlen(where));
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void begin_case(uint64_t seed, const char *name, const char *tier,
                       unsigned number)
{
    state = seed;
    for (const char *letter = name; *letter != '\0'; letter++)
        state = (support_random() << 8) + (uint8_t)*letter;
    state = support_random() + number;
    state = support_random();
    (void)snprintf(where, sizeof where, "%s, tier %s, GARIM_SEED=%llu case %u ",
                   name, tier, (unsigned long long)seed, number);
}

void support_run(const char *name, support_case *run, enum garim_tier tier,
                 unsigned cases)
{
    const char *tier_name = garim_tier_names[tier];
    if (!garim_tier_usable(tier))
        cr_skip_test("this machine can not run the tier %s", tier_name);
    (void)signal(SIGSEGV, crashed);
    (void)signal(SIGBUS, crashed);
    (void)signal(SIGILL, crashed);
    uint64_t seed = chosen_seed();
    for (unsigned i = 0; i < cases; i++) {
        begin_case(seed, name, tier_name, i);
        run(garim_kernels_of(tier));
    }
}

/* ---- guarded memory ------------------------------------------------------ */

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

struct support_guarded support_guarded_open(size_t bytes)
{
    size_t page = page_bytes();
    struct support_guarded guarded = {0};
    guarded.bytes = (bytes / page + 1) * page;
    uint8_t *mapped = mmap(NULL, guarded.bytes + 2 * page, PROT_NONE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(mapped != MAP_FAILED);
    guarded.pages = mapped + page;
    cr_assert(mprotect(guarded.pages, guarded.bytes, PROT_READ | PROT_WRITE) ==
              0);
    return guarded;
}

void support_guarded_close(struct support_guarded *guarded)
{
    size_t page = page_bytes();
    cr_assert(munmap(guarded->pages - page, guarded->bytes + 2 * page) == 0);
    guarded->pages = NULL;
}

uint8_t *support_at_end(const struct support_guarded *guarded, size_t bytes)
{
    cr_assert(bytes <= guarded->bytes);
    return guarded->pages + guarded->bytes - bytes;
}

uint8_t *support_at_start(const struct support_guarded *guarded, size_t bytes)
{
    cr_assert(bytes <= guarded->bytes);
    return guarded->pages;
}

uint8_t *support_at_edge(const struct support_guarded *guarded, size_t bytes)
{
    return support_one_in(2) ? support_at_end(guarded, bytes)
                             : support_at_start(guarded, bytes);
}

/* ---- values -------------------------------------------------------------- */

static void make_room(struct support_guarded *guarded, size_t bytes)
{
    if (guarded->pages != NULL && bytes <= guarded->bytes) return;
    if (guarded->pages != NULL) support_guarded_close(guarded);
    *guarded = support_guarded_open(2 * bytes);
}

const struct support_guarded *support_memory(size_t bytes)
{
    static struct support_guarded memory;
    make_room(&memory, bytes);
    return &memory;
}

void *support_results(size_t which, size_t bytes)
{
    static struct support_guarded kept[8];
    cr_assert(which < sizeof kept / sizeof kept[0]);
    make_room(&kept[which], bytes);
    return support_at_end(&kept[which], bytes);
}

uint32_t support_length(uint32_t limit)
{
    static const uint32_t edges[] = {8, 16, 32, 64, 96, 128, 192, 256};
    uint32_t length = 0;
    switch (support_below(8)) {
    case 0:
        length = edges[support_below(8)] + support_below(3) - 1;
        break;
    case 1:
        length = support_below(201);
        break;
    case 2:
        length = support_one_in(20) ? support_below(5001) : 0;
        break;
    default:
        length = support_below(70);
    }
    return length < limit ? length : limit;
}

/* Offsets of `values` with gaps, or into one another. */
static void lay_out(const struct support_values *values)
{
    uint32_t gaps = support_one_in(2) ? 1 : support_between(1, 100);
    uint32_t longest = support_one_in(2) ? 64 : UINT32_MAX;
    uint32_t same = support_length(longest), at = support_below(50);
    uint32_t kind = support_below(4);
    for (size_t i = 0; i < values->count; i++) {
        bool alike = kind == 0 && !support_one_in(10);
        values->lengths[i] = alike ? same : support_length(longest);
        values->offsets[i] = kind == 3 ? support_below(3000) : at;
        at += values->lengths[i] + support_below(gaps);
        if (values->lengths[i] == 0 && support_one_in(4))
            values->offsets[i] = support_below(100000);
    }
}

static void swap_some(const struct support_values *values)
{
    for (size_t i = 1; i < values->count; i++) {
        size_t other = support_below((uint32_t)i);
        uint32_t offset = values->offsets[i], length = values->lengths[i];
        values->offsets[i] = values->offsets[other];
        values->lengths[i] = values->lengths[other];
        values->offsets[other] = offset;
        values->lengths[other] = length;
    }
}

struct support_values support_values(void)
{
    static struct support_guarded memory;
    struct support_values values = {.count = support_count()};
    values.offsets = support_results(0, values.count * sizeof(uint32_t));
    values.lengths = support_results(1, values.count * sizeof(uint32_t));
    lay_out(&values);
    if (support_one_in(4)) swap_some(&values);
    size_t first = SIZE_MAX, end = 0;
    for (size_t i = 0; i < values.count; i++) {
        size_t from = values.offsets[i], to = from + values.lengths[i];
        if (from == to) continue;
        first = from < first ? from : first;
        end = to > end ? to : end;
    }
    if (end == 0) first = 0;
    values.bytes = end - first;
    make_room(&memory, values.bytes);
    values.first = support_at_edge(&memory, values.bytes);
    values.data = values.first - first;
    support_randomize(values.first, values.bytes);
    return values;
}

/* ---- results ------------------------------------------------------------- */

void support_expect_same(const char *what, const void *is, const void *wanted,
                         size_t bytes)
{
    const uint8_t *a = is, *b = wanted;
    if (bytes == 0 || memcmp(a, b, bytes) == 0) return;
    size_t at = 0;
    while (a[at] == b[at])
        at++;
    cr_assert_fail("%s: %s: byte %zu of %zu is %02x, not %02x", where, what, at,
                   bytes, a[at], b[at]);
}
