/* tiers.c - what each tier of x86-64 does faster
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/x86.h"

void garim_x86_fill_avx2(struct garim_kernels *kernels)
{
    (void)kernels;
}

void garim_x86_fill_shani(struct garim_kernels *kernels)
{
    (void)kernels;
}

void garim_x86_fill_avx512(struct garim_kernels *kernels)
{
    (void)kernels;
}
