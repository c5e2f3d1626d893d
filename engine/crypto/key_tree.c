/* key_tree.c - keys of tokens and other uses, derived from the master key
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "crypto/key.h"

enum { LABELS_MAX = 8 };

static const char salt[] = "garim/v1";

int garim_key_derive(const struct garim_key *key, const char *const *labels,
                     size_t label_count, uint8_t *ret_key, size_t key_bytes)
{
    uint8_t info[LABELS_MAX * (2 + GARIM_LABEL_BYTES_MAX)];
    size_t info_bytes = 0;

    ASSERT(label_count >= 1 && label_count <= LABELS_MAX);
    for (size_t i = 0; i < label_count; i++) {
        size_t bytes = strlen(labels[i]);
        ASSERT(bytes >= 1 && bytes <= GARIM_LABEL_BYTES_MAX);
        info[info_bytes++] = (uint8_t)(bytes >> 8);
        info[info_bytes++] = (uint8_t)bytes;
        memcpy(info + info_bytes, labels[i], bytes);
        info_bytes += bytes;
    }
    return garim_hkdf_sha256(key->bytes, GARIM_KEY_BYTES, salt, sizeof salt - 1,
                             info, info_bytes, ret_key, key_bytes);
}
