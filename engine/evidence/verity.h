/* verity.h - the fs-verity digest of an output, while it is written
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A Merkle tree of SHA-256 over blocks of 4,096 bytes, without a salt, as the
 * kernel's fs-verity defines it (Documentation/filesystems/fsverity.rst): it
 * does not depend on windows or threads, and any fs-verity tool computes it
 * from the file.  Blocks that stand whole in what a lane writes are hashed
 * there; of the tree only one block a level is kept.
 */
#ifndef GARIM_EVIDENCE_VERITY_H
#define GARIM_EVIDENCE_VERITY_H

#include "flow/observer.h"

enum { GARIM_VERITY_DIGEST_BYTES = 32 };

extern const struct garim_observer garim_verity;

/* The digest of all that `state` has folded; 0, or -1 where SHA-256 failed. */
int garim_verity_digest(const void *state,
                        uint8_t ret_digest[GARIM_VERITY_DIGEST_BYTES]);

#endif
