/* registers.c - the registers that a function may leave anything in, cleared
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Vector registers belong to no function: what a kernel leaves in one stays
 * until the next kernel, and is written to the stack by whoever saves them (a
 * signal, the dynamic linker) and into every core file.
 */
#include "kernels/x86/x86.h"

#define CLEAR_SSE(n) "pxor %%xmm" #n ", %%xmm" #n "\n\t"
#define CLEAR_AVX512(n) "vpxord %%zmm" #n ", %%zmm" #n ", %%zmm" #n "\n\t"
#define EIGHT_OF(CLEAR, a, b, c, d, e, f, g, h)                                \
    CLEAR(a) CLEAR(b) CLEAR(c) CLEAR(d) CLEAR(e) CLEAR(f) CLEAR(g) CLEAR(h)

static void clear_sse(void)
{
    __asm__ volatile(EIGHT_OF(CLEAR_SSE, 0, 1, 2, 3, 4, 5, 6, 7)
                         EIGHT_OF(CLEAR_SSE, 8, 9, 10, 11, 12, 13, 14, 15)
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
                       "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
                       "xmm13", "xmm14", "xmm15");
}

static void clear_avx(void)
{
    __asm__ volatile("vzeroall"
                     :
                     :
                     : "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
                       "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
                       "xmm13", "xmm14", "xmm15");
}

/* This file is compiled without AVX-512: there is nothing of the compiler's in
 * these. */
static void clear_upper_avx512(void)
{
    __asm__ volatile(EIGHT_OF(CLEAR_AVX512, 16, 17, 18, 19, 20, 21, 22, 23)
                         EIGHT_OF(CLEAR_AVX512, 24, 25, 26, 27, 28, 29, 30, 31)
                     :);
}

/* Those that a callee need not save. */
static void clear_general(void)
{
    __asm__ volatile("xorl %%eax, %%eax\n\t"
                     "xorl %%ecx, %%ecx\n\t"
                     "xorl %%edx, %%edx\n\t"
                     "xorl %%esi, %%esi\n\t"
                     "xorl %%edi, %%edi\n\t"
                     "xorl %%r8d, %%r8d\n\t"
                     "xorl %%r9d, %%r9d\n\t"
                     "xorl %%r10d, %%r10d\n\t"
                     "xorl %%r11d, %%r11d\n\t"
                     :
                     :
                     : "rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10",
                       "r11", "cc");
}

void garim_x86_clear_registers(unsigned cpu)
{
    if (cpu & GARIM_CPU_ZMM) clear_upper_avx512();
    if (cpu & GARIM_CPU_YMM)
        clear_avx();
    else
        clear_sse();
    clear_general();
}
