/* seal.h - what a job is, and what vouches for its notes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_PUBLISH_SEAL_H
#define GARIM_PUBLISH_SEAL_H

#include <stdint.h>

/* Something that makes a job the one it is, for example "key" and its id: a
 * part is gone on with only where all of them are as they were. */
struct garim_trait {
    char name[24];
    char value[136];
};

/* What a job notes of itself is sealed, each use under a key of its own. */
enum garim_seal_use {
    GARIM_SEAL_STATE, /* OUT.state */
    GARIM_SEAL_INPUT, /* what identifies the input */
};

/* Whoever has the key of the job.  Any thread may call. */
struct garim_seal {
    const void *user;
    /* Turn a digest into its HMAC. */
    void (*seal)(const void *user, enum garim_seal_use use, uint8_t digest[32]);
};

#endif
