/* sha256.h - what the tiers of HMAC-SHA-256 share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_KERNELS_SHA256_H
#define GARIM_KERNELS_SHA256_H

#include "kernels/kernels.h"

extern const uint32_t garim_sha256_constants[64];

#endif
