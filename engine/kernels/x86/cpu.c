/* cpu.c - what this processor has, and what its system keeps
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Bits: Intel, Software Developer's Manual, volume 2, CPUID, and volume 1,
 * chapter 13 (XCR0); AMD, Architecture Programmer's Manual, volume 3,
 * appendix E.  Each bit that a tier's compiler flags stand for is asked for by
 * itself: a hypervisor may hide any of them.
 */
#include <cpuid.h>

#include "kernels/x86/x86.h"

/* Bits of XCR0: registers that the system keeps for its threads. */
enum {
    XMM_YMM = 0x06,
    XMM_YMM_ZMM = 0xE6,
};

static const struct needs {
    unsigned cpu;
    unsigned kept; /* XMM is kept by any system that runs 64-bit programs */
    struct garim_x86_leaves leaves;
} needs[] = {
    {
        .cpu = GARIM_CPU_AVX2,
        .kept = XMM_YMM,
        .leaves.leaf_1_ecx =
            bit_SSSE3 | bit_SSE4_1 | bit_SSE4_2 | bit_POPCNT | bit_AVX,
        .leaves.leaf_7_ebx = bit_BMI | bit_AVX2 | bit_BMI2,
        .leaves.extended_1_ecx = bit_LZCNT,
    },
    {
        .cpu = GARIM_CPU_SHANI,
        .leaves.leaf_1_ecx = bit_SSSE3 | bit_SSE4_1,
        .leaves.leaf_7_ebx = bit_SHA,
    },
    {
        .cpu = GARIM_CPU_AVX512,
        .kept = XMM_YMM_ZMM,
        .leaves.leaf_7_ebx =
            bit_AVX512F | bit_AVX512DQ | bit_AVX512BW | bit_AVX512VL,
        .leaves.leaf_7_ecx = bit_AVX512VBMI | bit_AVX512VBMI2,
    },
    {
        .cpu = GARIM_CPU_YMM,
        .kept = XMM_YMM,
        .leaves.leaf_1_ecx = bit_AVX,
    },
    {
        .cpu = GARIM_CPU_ZMM,
        .kept = XMM_YMM_ZMM,
        .leaves.leaf_7_ebx = bit_AVX512F,
    },
};

static bool has(unsigned bits, unsigned wanted)
{
    return (bits & wanted) == wanted;
}

static bool has_leaves(const struct garim_x86_leaves *leaves,
                       const struct garim_x86_leaves *wanted)
{
    return has(leaves->leaf_1_ecx, wanted->leaf_1_ecx) &&
           has(leaves->leaf_7_ebx, wanted->leaf_7_ebx) &&
           has(leaves->leaf_7_ecx, wanted->leaf_7_ecx) &&
           has(leaves->extended_1_ecx, wanted->extended_1_ecx);
}

bool garim_x86_keeps_clock(unsigned signature)
{
    unsigned family = signature >> 8 & 0xF;
    unsigned model = (signature >> 12 & 0xF0) | (signature >> 4 & 0xF);
    return family != 6 || model != 0x55;
}

unsigned garim_x86_decide(const struct garim_x86_leaves *leaves)
{
    unsigned cpu =
        garim_x86_keeps_clock(leaves->signature) ? GARIM_CPU_WIDE : 0;
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (has(leaves->kept, needs[i].kept) &&
            has_leaves(leaves, &needs[i].leaves))
            cpu |= needs[i].cpu;
    return cpu;
}

static unsigned read_kept(void)
{
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

unsigned garim_x86_cpu(void)
{
    struct garim_x86_leaves leaves = {0};
    unsigned eax, ebx, ecx, edx;
    if (__get_cpuid(1, &eax, &ebx, &ecx, &edx)) {
        leaves.signature = eax;
        leaves.leaf_1_ecx = ecx;
    }
    if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx)) {
        leaves.leaf_7_ebx = ebx;
        leaves.leaf_7_ecx = ecx;
    }
    if (__get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx))
        leaves.extended_1_ecx = ecx;
    if (has(leaves.leaf_1_ecx, bit_OSXSAVE)) leaves.kept = read_kept();
    return garim_x86_decide(&leaves);
}
