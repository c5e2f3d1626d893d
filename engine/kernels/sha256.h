/* sha256.h - what the tiers of HMAC-SHA-256 share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_KERNELS_SHA256_H
#define GARIM_KERNELS_SHA256_H

#include "kernels/kernels.h"

/* K of FIPS 180-4 section 4.2.2. */
extern const uint32_t garim_sha256_constants[64];

/* The word rotated to the right by each of three, 1 to 31, and those three by
 * exclusive or: the functions of section 4.1.2 on a, b, c and e, f, g. */
static inline uint32_t garim_sha256_xor3(uint32_t word, unsigned first,
                                         unsigned second, unsigned third)
{
    return (word >> first | word << (32 - first)) ^
           (word >> second | word << (32 - second)) ^
           (word >> third | word << (32 - third));
}

#endif
