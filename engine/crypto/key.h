/* key.h - a master key: in secret memory only
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * key_file.c makes and closes it, by the garim_key_* functions of garim.h.
 */
#ifndef GARIM_CRYPTO_KEY_H
#define GARIM_CRYPTO_KEY_H

#include "crypto/crypto.h"

struct garim_key {
    uint8_t bytes[GARIM_KEY_BYTES];
    char id[17];
};

#endif
