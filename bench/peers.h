/* peers.h - what others have for the same work
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Tables end with a peer without a name.
 */
#ifndef GARIM_BENCH_PEERS_H
#define GARIM_BENCH_PEERS_H

#include "work.h"

/* HMAC of many messages under one key: by EVP_MAC, HMAC_CTX, copied midstates.
 */
extern const struct garim_bench_peer garim_bench_openssl_peers[];
const char *garim_bench_openssl_version(void);
/* The reference; `state` must be that of garim_bench_key. */
garim_hmac_function garim_bench_hmac_openssl;

/* HMAC in bursts, by each manager of the library; empty without it. */
extern const struct garim_bench_peer garim_bench_ipsec_peers[];
const char *garim_bench_ipsec_version(void); /* NULL: not built in */

/* cp037 to UTF-8 and to ASCII. */
extern const struct garim_bench_peer garim_bench_iconv_peers[];

#endif
