/* peer_ipsec_mb_none.c - in the place of peer_ipsec_mb.c without the library
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "peers.h"

const struct garim_bench_peer garim_bench_ipsec_peers[] = {{0}};

const char *garim_bench_ipsec_version(void)
{
    return NULL;
}
