/* peer_ipsec_mb.c - HMAC-SHA-256 by Intel's multi-buffer library
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Its fastest form: jobs prepared once for all values, submitted in bursts of
 * the most it takes, without its checks of the jobs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <intel-ipsec-mb.h>

#include "base/assert.h"
#include "peers.h"

struct peer {
    IMB_MGR *manager;
    IMB_JOB *jobs;
    size_t count;
    _Alignas(64) uint8_t inner[IMB_SHA256_DIGEST_SIZE_IN_BYTES];
    _Alignas(64) uint8_t outer[IMB_SHA256_DIGEST_SIZE_IN_BYTES];
};

static void init_auto(IMB_MGR *manager)
{
    init_mb_mgr_auto(manager, NULL);
}

static void hash_key(IMB_MGR *manager, uint8_t mask, uint8_t *ret_state)
{
    uint8_t block[IMB_SHA_256_BLOCK_SIZE] = {0};
    memcpy(block, garim_bench_key, GARIM_BENCH_KEY_BYTES);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= mask;
    IMB_SHA256_ONE_BLOCK(manager, block, ret_state);
}

static void prepare_jobs(struct peer *peer, struct garim_bench_work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        IMB_JOB *job = &peer->jobs[i];
        job->src = work->data;
        job->hash_start_src_offset_in_bytes = work->offsets[i];
        job->msg_len_to_hash_in_bytes = work->lengths[i];
        job->auth_tag_output = work->tags + i * GARIM_TAG_BYTES;
        job->auth_tag_output_len_in_bytes = GARIM_TAG_BYTES;
        job->u.HMAC._hashed_auth_key_xor_ipad = peer->inner;
        job->u.HMAC._hashed_auth_key_xor_opad = peer->outer;
        job->hash_alg = IMB_AUTH_HMAC_SHA_256;
        job->cipher_mode = IMB_CIPHER_NULL;
        job->cipher_direction = IMB_DIR_ENCRYPT;
        job->chain_order = IMB_ORDER_HASH_CIPHER;
    }
}

static void close_peer(void *context)
{
    struct peer *peer = context;
    free_mb_mgr(peer->manager);
    free(peer->jobs);
    free(peer);
}

/* NULL where this machine lacks one of `features`. */
static void *open_manager(struct garim_bench_work *work,
                          void (*init)(IMB_MGR *manager), uint64_t flags,
                          uint64_t features)
{
    struct peer *peer = aligned_alloc(_Alignof(struct peer), sizeof *peer);
    ASSERT(peer != NULL);
    peer->manager = alloc_mb_mgr(flags);
    peer->jobs = calloc(work->count, sizeof *peer->jobs);
    peer->count = work->count;
    ASSERT(peer->manager != NULL && peer->jobs != NULL);
    bool usable = (peer->manager->features & features) == features;
    if (usable) init(peer->manager);
    if (!usable || imb_get_errno(peer->manager) != 0) {
        close_peer(peer);
        return NULL;
    }
    hash_key(peer->manager, 0x36, peer->inner);
    hash_key(peer->manager, 0x5c, peer->outer);
    prepare_jobs(peer, work);
    return peer;
}

static void *open_auto(struct garim_bench_work *work)
{
    return open_manager(work, init_auto, 0, IMB_CPUFLAGS_SSE);
}

static void *open_avx512(struct garim_bench_work *work)
{
    return open_manager(work, init_mb_mgr_avx512, IMB_FLAG_SHANI_OFF,
                        IMB_CPUFLAGS_AVX512);
}

static void *open_avx2_shani(struct garim_bench_work *work)
{
    return open_manager(work, init_mb_mgr_avx2, 0,
                        IMB_CPUFLAGS_AVX2 | IMB_FEATURE_SHANI);
}

static void *open_sse_shani(struct garim_bench_work *work)
{
    return open_manager(work, init_mb_mgr_sse, 0, IMB_CPUFLAGS_SSE_T2);
}

static void *open_avx2(struct garim_bench_work *work)
{
    return open_manager(work, init_mb_mgr_avx2, IMB_FLAG_SHANI_OFF,
                        IMB_CPUFLAGS_AVX2);
}

static void run(void *context)
{
    struct peer *peer = context;
    for (size_t i = 0; i < peer->count; i += IMB_MAX_BURST_SIZE) {
        size_t left = peer->count - i;
        uint32_t burst =
            left < IMB_MAX_BURST_SIZE ? (uint32_t)left : IMB_MAX_BURST_SIZE;
        uint32_t done = IMB_SUBMIT_HASH_BURST_NOCHECK(
            peer->manager, peer->jobs + i, burst, IMB_AUTH_HMAC_SHA_256);
        ASSERT(done == burst);
    }
}

const struct garim_bench_peer garim_bench_ipsec_peers[] = {
    {"ipsec-mb auto", open_auto, run, close_peer},
    {"ipsec-mb avx512, no sha-ni", open_avx512, run, close_peer},
    {"ipsec-mb sha-ni, avx2", open_avx2_shani, run, close_peer},
    {"ipsec-mb sha-ni, sse", open_sse_shani, run, close_peer},
    {"ipsec-mb avx2, no sha-ni", open_avx2, run, close_peer},
    {0},
};

const char *garim_bench_ipsec_version(void)
{
    return imb_get_version_str();
}
