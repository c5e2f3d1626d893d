/* verity.c - the fs-verity digest of an output, while it is written
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence/verity.h"

#include <stdbool.h>
#include <string.h>

#include "base/assert.h"
#include "crypto/crypto.h"

enum {
    BLOCK = 4096,
    HASH = GARIM_VERITY_DIGEST_BYTES,
    FANOUT = BLOCK / HASH, /* hashes in a block of the tree */
    LEVELS = 8,            /* 128^8 blocks are more than a file can have */
    GROUPS_MAX = 256,      /* of FANOUT blocks in one note: 128 MiB */
};

/* What a stretch of the output comes to.  A group is FANOUT blocks whose hashes
 * fill one block of the tree. */
struct note {
    uint64_t offset, bytes;
    uint64_t first_block; /* number of the first that is whole here */
    uint32_t head_bytes;  /* before it: the end of a block */
    uint32_t tail_bytes;  /* behind the last: the beginning of one */
    uint32_t before, groups, after;
    bool failed;
    uint8_t head[BLOCK];
    uint8_t tail[BLOCK];
    uint8_t before_hashes[FANOUT][HASH]; /* of blocks before the first group */
    uint8_t group_hashes[GROUPS_MAX][HASH];
    uint8_t after_hashes[FANOUT][HASH];
};

struct level {
    uint32_t count;
    uint8_t hashes[FANOUT][HASH];
};

struct state {
    uint64_t bytes;
    uint64_t blocks; /* hashed */
    uint32_t pending_bytes;
    bool failed;
    uint8_t pending[BLOCK]; /* of the block that is not whole yet */
    struct level levels[LEVELS];
};

static_assert(sizeof(struct level) == sizeof(uint32_t) + BLOCK,
              "a level is one block of the tree");

/* ---- noting -------------------------------------------------------------- */

static void hash_block(const uint8_t *block, uint8_t hash[HASH], bool *failed)
{
    *failed |= garim_sha256(block, BLOCK, NULL, 0, hash) != 0;
}

/* The hashes of FANOUT blocks from `data` on, as one. */
static void hash_group(const uint8_t *data, uint8_t hash[HASH], bool *failed)
{
    uint8_t hashes[FANOUT][HASH];
    for (size_t i = 0; i < FANOUT; i++)
        hash_block(data + i * BLOCK, hashes[i], failed);
    hash_block(&hashes[0][0], hash, failed);
}

/* Whole blocks, the first of which is number `note->first_block`. */
static void note_blocks(struct note *note, const uint8_t *data, size_t blocks)
{
    const size_t to_group = (FANOUT - note->first_block % FANOUT) % FANOUT;
    const size_t before = to_group < blocks ? to_group : blocks;
    const size_t groups = (blocks - before) / FANOUT;
    const size_t after = blocks - before - groups * FANOUT;
    ASSERT(groups <= GROUPS_MAX);
    for (size_t i = 0; i < before; i++, data += BLOCK)
        hash_block(data, note->before_hashes[i], &note->failed);
    for (size_t i = 0; i < groups; i++, data += FANOUT * BLOCK)
        hash_group(data, note->group_hashes[i], &note->failed);
    for (size_t i = 0; i < after; i++, data += BLOCK)
        hash_block(data, note->after_hashes[i], &note->failed);
    note->before = (uint32_t)before;
    note->groups = (uint32_t)groups;
    note->after = (uint32_t)after;
}

static void verity_see(void *memory, const struct garim_view *view)
{
    struct note *note = memory;
    const size_t into = view->offset % BLOCK;
    size_t head = into == 0 ? 0 : BLOCK - into;
    if (head > view->bytes) head = view->bytes;
    const size_t blocks = (view->bytes - head) / BLOCK;
    const size_t tail = view->bytes - head - blocks * BLOCK;
    note->offset = view->offset;
    note->bytes = view->bytes;
    note->first_block = (view->offset + BLOCK - 1) / BLOCK;
    note->head_bytes = (uint32_t)head;
    note->tail_bytes = (uint32_t)tail;
    memcpy(note->head, view->data, head);
    memcpy(note->tail, view->data + view->bytes - tail, tail);
    note_blocks(note, view->data + head, blocks);
}

/* ---- folding ------------------------------------------------------------- */

/* Add a hash to a level; one that is full becomes a hash of the next. */
static void push(struct state *state, size_t level, const uint8_t hash[HASH])
{
    for (uint8_t up[HASH]; level < LEVELS; level++) {
        struct level *here = &state->levels[level];
        ASSERT(here->count < FANOUT);
        memcpy(here->hashes[here->count++], hash, HASH);
        if (here->count < FANOUT) return;
        hash_block(&here->hashes[0][0], up, &state->failed);
        memset(here, 0, sizeof *here);
        hash = up;
    }
    ASSERT(level < LEVELS);
}

static void push_block(struct state *state, const uint8_t hash[HASH])
{
    push(state, 0, hash);
    state->blocks++;
}

/* Bytes that stand in one block. */
static void append(struct state *state, const uint8_t *data, size_t bytes)
{
    uint8_t hash[HASH];
    ASSERT(state->pending_bytes + bytes <= BLOCK);
    memcpy(state->pending + state->pending_bytes, data, bytes);
    state->pending_bytes += (uint32_t)bytes;
    if (state->pending_bytes < BLOCK) return;
    hash_block(state->pending, hash, &state->failed);
    push_block(state, hash);
    state->pending_bytes = 0;
}

static void verity_fold(void *memory, const void *noted)
{
    struct state *state = memory;
    const struct note *note = noted;
    if (note->bytes == 0) return;
    /* A hole is where a job that fails has stopped to write: it has none. */
    state->failed |= note->failed || note->offset != state->bytes;
    if (state->failed) return;
    append(state, note->head, note->head_bytes);
    if (note->before + note->groups + note->after > 0) {
        ASSERT(state->pending_bytes == 0);
        ASSERT(state->blocks == note->first_block);
    }
    for (size_t i = 0; i < note->before; i++)
        push_block(state, note->before_hashes[i]);
    for (size_t i = 0; i < note->groups; i++) {
        ASSERT(state->levels[0].count == 0);
        push(state, 1, note->group_hashes[i]);
        state->blocks += FANOUT;
    }
    for (size_t i = 0; i < note->after; i++)
        push_block(state, note->after_hashes[i]);
    append(state, note->tail, note->tail_bytes);
    state->bytes += note->bytes;
}

/* Each level holds a digit, to the base of FANOUT, of the blocks so far. */
static bool verity_holds(const void *memory, uint64_t bytes)
{
    const struct state *state = memory;
    bool holds = state->bytes == bytes && state->blocks == bytes / BLOCK &&
                 state->pending_bytes == bytes % BLOCK && !state->failed;
    uint64_t left = state->blocks;
    for (size_t i = 0; i < LEVELS; i++, left /= FANOUT)
        holds &= state->levels[i].count == left % FANOUT;
    return holds;
}

/* ---- the digest ---------------------------------------------------------- */

/* The root: of a file of one block that block's hash, of an empty one zeros. */
static void find_root(struct state *state, uint8_t root[HASH])
{
    if (state->pending_bytes > 0) {
        static const uint8_t zeros[BLOCK];
        append(state, zeros, BLOCK - state->pending_bytes);
    }
    memset(root, 0, HASH);
    for (size_t level = 0; level < LEVELS; level++) {
        struct level *here = &state->levels[level];
        bool above = false;
        for (size_t i = level + 1; i < LEVELS; i++)
            above |= state->levels[i].count > 0;
        if (here->count == 0) continue;
        memcpy(root, here->hashes[0], HASH);
        if (here->count == 1 && !above) return;
        hash_block(&here->hashes[0][0], root, &state->failed);
        if (!above) return;
        push(state, level + 1, root);
    }
}

int garim_verity_digest(const void *memory,
                        uint8_t ret_digest[GARIM_VERITY_DIGEST_BYTES])
{
    /* struct fsverity_descriptor: version, hash algorithm, log of the block
     * size, bytes of salt; then size and root. */
    enum { DESCRIPTOR = 256, SIZE_AT = 8, ROOT_AT = 16 };
    uint8_t descriptor[DESCRIPTOR] = {1, 1, 12, 0};
    struct state state = *(const struct state *)memory;
    for (size_t i = 0; i < sizeof state.bytes; i++)
        descriptor[SIZE_AT + i] = (uint8_t)(state.bytes >> 8 * i);
    find_root(&state, descriptor + ROOT_AT);
    if (state.failed ||
        garim_sha256(descriptor, sizeof descriptor, NULL, 0, ret_digest) != 0)
        return -1;
    return 0;
}

const struct garim_observer garim_verity = {
    .name = "fs-verity",
    .note_bytes = sizeof(struct note),
    .state_bytes = sizeof(struct state),
    .see = verity_see,
    .fold = verity_fold,
    .holds = verity_holds,
};
