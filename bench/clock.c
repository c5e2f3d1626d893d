/* clock.c - time, the clock rate of a core, and staying on that core
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <sched.h>
#include <time.h>

#include "bench.h"

static double seconds_of(clockid_t clock)
{
    struct timespec now = {0};
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double garim_bench_thread_seconds(void)
{
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double garim_bench_wall_seconds(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

/* The barrier keeps the compiler from folding the additions; the addend in a
 * register keeps the core from doing so, as some do with constants. */
#define ADD(sum, addend)                                                       \
    do {                                                                       \
        (sum) += (addend);                                                     \
        __asm__ volatile("" : "+r"(sum));                                      \
    } while (0)
#define ADD_4(sum, addend)                                                     \
    do {                                                                       \
        ADD(sum, addend);                                                      \
        ADD(sum, addend);                                                      \
        ADD(sum, addend);                                                      \
        ADD(sum, addend);                                                      \
    } while (0)

/* Each addition waits for the one before it and takes one cycle, as on every
 * processor in use: nanoseconds an addition are nanoseconds a cycle. */
double garim_bench_gigahertz(void)
{
    enum { STEPS = 1 << 16, ADDITIONS = 16 * STEPS };
    size_t sum = 1, addend = 3;
    __asm__ volatile("" : "+r"(addend));
    double start = garim_bench_thread_seconds();
    for (size_t i = 0; i < STEPS; i++) {
        ADD_4(sum, addend);
        ADD_4(sum, addend);
        ADD_4(sum, addend);
        ADD_4(sum, addend);
    }
    double seconds = garim_bench_thread_seconds() - start;
    return 1e-9 * ADDITIONS / seconds;
}

unsigned garim_bench_cores(void)
{
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    return (unsigned)CPU_COUNT(&allowed);
}

bool garim_bench_pin(unsigned index)
{
    cpu_set_t allowed, one;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return false;
    CPU_ZERO(&one);
    for (size_t core = 0; core < CPU_SETSIZE; core++) {
        if (!CPU_ISSET(core, &allowed) || index-- > 0) continue;
        CPU_SET(core, &one);
        return sched_setaffinity(0, sizeof one, &one) == 0;
    }
    return false;
}
