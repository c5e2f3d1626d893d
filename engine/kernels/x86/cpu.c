/* cpu.c - which tiers this processor and its system can run
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bits: Intel, Software Developer's Manual, volume 2, CPUID, and volume 1,
 * chapter 13 (XCR0); AMD, Architecture Programmer's Manual, volume 3,
 * appendix E.
 */
#include <cpuid.h>

#include "kernels/x86/x86.h"

enum { EAX, EBX, ECX, EDX, REGISTERS };

struct bit {
    unsigned leaf, index, position;
};

#define BIT(leaf, index, position)                                             \
    {                                                                          \
        leaf, index, position                                                  \
    }

static const struct bit avx2_bits[] = {
    BIT(1, ECX, 23),         /* POPCNT */
    BIT(7, EBX, 3),          /* BMI1 */
    BIT(7, EBX, 5),          /* AVX2 */
    BIT(7, EBX, 8),          /* BMI2 */
    BIT(0x80000001, ECX, 5), /* LZCNT */
};
static const struct bit shani_bits[] = {
    BIT(1, ECX, 9),  /* SSSE3 */
    BIT(1, ECX, 19), /* SSE4.1 */
    BIT(7, EBX, 29), /* SHA */
};
static const struct bit avx512_bits[] = {
    BIT(7, EBX, 16), /* F */
    BIT(7, EBX, 17), /* DQ */
    BIT(7, EBX, 30), /* BW */
    BIT(7, EBX, 31), /* VL */
    BIT(7, ECX, 1),  /* VBMI */
    BIT(7, ECX, 6),  /* VBMI2 */
};

static bool has(const struct bit *bits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned registers[REGISTERS] = {0};
        if (!__get_cpuid_count(bits[i].leaf, 0, &registers[EAX],
                               &registers[EBX], &registers[ECX],
                               &registers[EDX]))
            return false;
        if ((registers[bits[i].index] >> bits[i].position & 1) == 0)
            return false;
    }
    return true;
}

#define HAS(bits) has(bits, sizeof(bits) / sizeof(bits)[0])

/* The registers that the system saves and restores for its threads. */
static uint64_t saved_state(void)
{
    static const struct bit osxsave[] = {BIT(1, ECX, 27)};
    uint32_t low, high;
    if (!HAS(osxsave)) return 0;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

/* Intel's first server cores with 512 bits (Skylake, Cascade and Cooper Lake:
 * family 6, model 0x55) slow their clock down for them. */
static bool keeps_clock(void)
{
    unsigned eax = 0, ebx, ecx, edx;
    (void)__get_cpuid(1, &eax, &ebx, &ecx, &edx);
    unsigned family = eax >> 8 & 15;
    unsigned model = (eax >> 4 & 15) | (eax >> 12 & 0xF0);
    return family != 6 || model != 0x55;
}

unsigned garim_x86_cpu(void)
{
    enum { XMM_YMM = 0x06, ZMM = 0xE6 };
    uint64_t saved = saved_state();
    unsigned cpu = 0;
    if (HAS(shani_bits)) cpu |= GARIM_CPU_SHANI;
    if ((saved & XMM_YMM) == XMM_YMM && HAS(avx2_bits)) cpu |= GARIM_CPU_AVX2;
    if ((saved & ZMM) == ZMM && HAS(avx512_bits)) cpu |= GARIM_CPU_AVX512;
    if ((cpu & GARIM_CPU_AVX512) != 0 && keeps_clock()) cpu |= GARIM_CPU_WIDE;
    return cpu;
}
