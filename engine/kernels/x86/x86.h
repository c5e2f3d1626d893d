/* x86.h - the tiers of x86-64: what they need and what they replace
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_KERNELS_X86_X86_H
#define GARIM_KERNELS_X86_X86_H

#include "kernels/kernels.h"

/* What the processor has and the system keeps (CPUID and XCR0). */
enum {
    GARIM_CPU_AVX2 = 1,   /* AVX2, BMI1, BMI2, LZCNT, POPCNT */
    GARIM_CPU_SHANI = 2,  /* SHA, SSSE3, SSE4.1 */
    GARIM_CPU_AVX512 = 4, /* F, BW, DQ, VL, VBMI, VBMI2 */
    GARIM_CPU_WIDE = 8,   /* 512 bits pay: the clock stays up */
    GARIM_CPU_YMM = 16,   /* the registers alone: they are there to clear */
    GARIM_CPU_ZMM = 32,
};

unsigned garim_x86_cpu(void);

/* What that is made of; zero where the processor has no such leaf. */
struct garim_x86_leaves {
    unsigned signature; /* leaf 1, EAX */
    unsigned leaf_1_ecx;
    unsigned leaf_7_ebx, leaf_7_ecx;
    unsigned extended_1_ecx; /* leaf 0x80000001 */
    unsigned kept;           /* the low half of XCR0; 0 without OSXSAVE */
};
unsigned garim_x86_decide(const struct garim_x86_leaves *leaves);

/* Clear all vector registers of such a processor, and the general ones that a
 * callee need not save. */
void garim_x86_clear_registers(unsigned cpu);

/* Whether the clock stays up under 512 bits, by the signature of CPUID leaf 1.
 * It falls much on Intel's server cores before Ice Lake (family 6, model 0x55:
 * Skylake, Cascade Lake, Cooper Lake).  They have no VBMI2 as sold. */
bool garim_x86_keeps_clock(unsigned signature);

/* Overwrite what the tier does faster. */
void garim_x86_fill_avx2(struct garim_kernels *kernels);
void garim_x86_fill_shani(struct garim_kernels *kernels);
void garim_x86_fill_avx512(struct garim_kernels *kernels);

garim_hmac_function garim_hmac_avx2, garim_hmac_shani, garim_hmac_avx512;
garim_scan_function garim_scan_avx2, garim_scan_avx512;
garim_scan_function garim_scan_avx512_short; /* of at most 32 bytes */
garim_guard_function garim_guard_avx2, garim_guard_avx512;
garim_fill_function garim_fill_avx2, garim_fill_avx512;
garim_find_last_function garim_find_last_avx2, garim_find_last_avx512;
garim_translate_function garim_translate_avx2, garim_translate_avx512;
garim_digits_function garim_digits_avx2, garim_digits_avx512;
garim_encode_function garim_encode_avx2, garim_encode_avx512;

#endif
