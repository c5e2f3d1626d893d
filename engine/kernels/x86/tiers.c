/* tiers.c - what each tier of x86-64 does faster
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/x86/x86.h"

void garim_x86_fill_avx2(struct garim_kernels *kernels)
{
    kernels->hmac = garim_hmac_avx2;
    kernels->scan = garim_scan_avx2;
    kernels->guard = garim_guard_avx2;
    kernels->fill = garim_fill_avx2;
    kernels->find_last = garim_find_last_avx2;
    kernels->translate = garim_translate_avx2;
    kernels->digits = garim_digits_avx2;
    kernels->encode = garim_encode_avx2;
}

void garim_x86_fill_shani(struct garim_kernels *kernels)
{
    kernels->hmac = garim_hmac_shani;
}

void garim_x86_fill_avx512(struct garim_kernels *kernels)
{
    kernels->hmac = garim_hmac_avx512;
    kernels->scan = garim_scan_avx512;
    kernels->guard = garim_guard_avx512;
    kernels->fill = garim_fill_avx512;
    kernels->find_last = garim_find_last_avx512;
    kernels->translate = garim_translate_avx512;
    kernels->digits = garim_digits_avx512;
    kernels->encode = garim_encode_avx512;
}
