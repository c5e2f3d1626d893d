/* peer_iconv.c - code pages by the C library
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <iconv.h>
#include <stdlib.h>

#include "base/assert.h"
#include "peers.h"

struct peer {
    struct garim_bench_work *work;
    iconv_t converter;
};

static void *open_to(struct garim_bench_work *work, const char *target)
{
    struct peer *peer = calloc(1, sizeof *peer);
    ASSERT(peer != NULL);
    peer->work = work;
    peer->converter = iconv_open(target, "CP037");
    if (peer->converter != (iconv_t)-1) return peer;
    free(peer);
    return NULL;
}

static void *open_utf8(struct garim_bench_work *work)
{
    return open_to(work, "UTF-8");
}

static void *open_ascii(struct garim_bench_work *work)
{
    return open_to(work, "ASCII");
}

static void run(void *context)
{
    struct peer *peer = context;
    struct garim_bench_work *work = peer->work;
    for (size_t i = 0; i < work->count; i++) {
        char *from = (char *)work->data + work->offsets[i];
        char *to = (char *)work->out + i * work->slot_bytes;
        size_t from_left = work->lengths[i], to_left = work->slot_bytes;
        size_t result =
            iconv(peer->converter, &from, &from_left, &to, &to_left);
        ASSERT(result == 0);
    }
}

static void close_peer(void *context)
{
    struct peer *peer = context;
    (void)iconv_close(peer->converter);
    free(peer);
}

const struct garim_bench_peer garim_bench_iconv_peers[] = {
    {"iconv to UTF-8", open_utf8, run, close_peer},
    {"iconv to ASCII", open_ascii, run, close_peer},
    {0},
};
