/* hmac.c - messages of any lengths, grouped by the blocks they take
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The lanes of a vector kernel run in step, so all messages of a call take the
 * same number of SHA-256 blocks.  Values of one field mostly do; where they do
 * not, batches of them are sorted by that number, hashed group by group, and
 * the tags are put back in the order of the messages.
 */
#include <string.h>

#include "kernels/kernels.h"

enum {
    GROUP =
        256, /* messages of a batch: what a group takes stays on the stack */
    KERNEL_STACK_BYTES = 12288, /* what a kernel takes, and a signal in it */
};

/* Messages of one batch that take as many blocks each. */
struct group {
    size_t count;
    uint32_t indexes[GROUP];
    uint32_t offsets[GROUP];
    uint32_t lengths[GROUP];
    uint8_t tags[GROUP * GARIM_TAG_BYTES];
};

/* Those of `blocks` blocks; returns the next number of blocks there is, or
 * `blocks` where it is the last. */
static size_t gather(const uint32_t *offsets, const uint32_t *lengths,
                     size_t count, size_t blocks, struct group *group)
{
    size_t next = SIZE_MAX;
    group->count = 0;
    for (size_t i = 0; i < count; i++) {
        size_t needed = garim_hmac_blocks(lengths[i]);
        group->indexes[group->count] = (uint32_t)i;
        group->offsets[group->count] = offsets[i];
        group->lengths[group->count] = lengths[i];
        /* Written first and counted after: no branch depends on a length. */
        group->count += needed == blocks ? 1 : 0;
        if (needed > blocks && needed < next) next = needed;
    }
    return next == SIZE_MAX ? blocks : next;
}

/* One batch.  A round for each number of blocks that occurs, from the smallest
 * on; the first round, for one block, may be empty.  It ends since `next`
 * grows with each round but the last. */
static void hash_mixed(const struct garim_kernels *kernels,
                       const struct garim_hmac_state *state,
                       const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t *tags)
{
    struct group group;
    size_t next = 1, blocks;
    do {
        blocks = next;
        next = gather(offsets, lengths, count, blocks, &group);
        /* A kernel writes tags side by side; where they belong comes after. */
        kernels->hmac(state, data, group.offsets, group.lengths, group.count,
                      group.tags);
        for (size_t i = 0; i < group.count; i++)
            memcpy(tags + group.indexes[i] * GARIM_TAG_BYTES,
                   group.tags + i * GARIM_TAG_BYTES, GARIM_TAG_BYTES);
    } while (next > blocks);
}

/* Whether every message takes one block, so that nothing need be sorted: at
 * most 55 bytes, like account, card and telephone numbers. */
static bool are_short(const uint32_t *lengths, size_t count)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = lengths[i] > longest ? lengths[i] : longest;
    return garim_hmac_blocks(longest) == 1;
}

/* In a frame of its own, below the one that clears it. */
static __attribute__((noinline)) void
hash_any(const struct garim_kernels *kernels,
         const struct garim_hmac_state *state, const uint8_t *data,
         const uint32_t *offsets, const uint32_t *lengths, size_t count,
         uint8_t *tags)
{
    /* However many messages there are, they take the stack of one batch. */
    for (size_t from = 0; from < count; from += GROUP) {
        size_t some = count - from < GROUP ? count - from : GROUP;
        hash_mixed(kernels, state, data, offsets + from, lengths + from, some,
                   tags + from * GARIM_TAG_BYTES);
    }
}

/* What is cleared is the stack that the kernels used, and that of the groups,
 * which held tags before they were cut short. */
void garim_hmac_many(const struct garim_kernels *kernels,
                     const struct garim_hmac_state *state, const uint8_t *data,
                     const uint32_t *offsets, const uint32_t *lengths,
                     size_t count, uint8_t *tags)
{
    if (are_short(lengths, count)) {
        kernels->hmac(state, data, offsets, lengths, count, tags);
        garim_traces_clear(KERNEL_STACK_BYTES);
        return;
    }
    hash_any(kernels, state, data, offsets, lengths, count, tags);
    garim_traces_clear(KERNEL_STACK_BYTES + sizeof(struct group));
}
