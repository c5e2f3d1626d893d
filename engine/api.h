/* api.h - what the files of the public interface share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_API_INTERNAL_H
#define GARIM_API_INTERNAL_H

#include "crypto/crypto.h"
#include "garim/garim.h"
#include "policy/transform.h"

struct garim_engine {
    const struct garim_policy *policy;
    const struct garim_kernels *kernels;
    struct garim_hmac_state *states; /* secret memory: one a domain */
    char key_id[17];
    bool key_published; /* the documentation prints it */
};

#endif
