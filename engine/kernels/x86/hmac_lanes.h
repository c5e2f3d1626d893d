/* hmac_lanes.h - HMAC-SHA-256 of many messages, one in each lane of a vector
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A template: a tier defines these and includes it once.
 *
 * VECTOR            LANES words of 32 bits
 * STREAMS           vectors worked on side by side, 1 or 2: one's instructions
 *                   fill the other's waiting time
 * SET1(word)        the word in each lane
 * ADD(x, y)         the sum in each lane
 * ROR(x, n)         each lane rotated to the right by a constant
 * SHR(x, n)         each lane shifted to the right by a constant
 * XOR3(x, y, z)     the exclusive or of the three
 * CHOOSE(x, y, z)   the bits of y where x has ones, else those of z
 * MAJORITY(x, y, z) the bits that two of the three have
 */
#include <string.h>

#include "kernels/sha256.h"
#include "kernels/x86/inline.h"

enum { WAYS = STREAMS * LANES, LAST = STREAMS - 1 };

struct lanes {
    VECTOR state[STREAMS][8];
    VECTOR w[STREAMS][16];
};

/* What the first rounds have in common in all lanes, since they all begin with
 * the same state. */
struct start {
    uint32_t state[8];
    uint32_t a, e;    /* after round 0, without its word */
    uint32_t sums[4]; /* of h and the constant, in rounds 1 to 3 */
};

static struct start start_of(const uint32_t state[8])
{
    struct start start;
    uint32_t a = state[0], b = state[1], c = state[2];
    uint32_t e = state[4], f = state[5], g = state[6];
    uint32_t t = state[7] + garim_sha256_constants[0] + ((e & f) ^ (~e & g)) +
                 garim_sha256_xor3(e, 6, 11, 25);
    memcpy(start.state, state, sizeof start.state);
    start.e = state[3] + t;
    start.a =
        t + ((a & b) ^ (a & c) ^ (b & c)) + garim_sha256_xor3(a, 2, 13, 22);
    for (size_t i = 0; i < 4; i++)
        start.sums[i] = state[7 - i] + garim_sha256_constants[i];
    return start;
}

/* The functions of FIPS 180-4 section 4.1.2. */
static ALWAYS_INLINE VECTOR big0(VECTOR x)
{
    return XOR3(ROR(x, 2), ROR(x, 13), ROR(x, 22));
}

static ALWAYS_INLINE VECTOR big1(VECTOR x)
{
    return XOR3(ROR(x, 6), ROR(x, 11), ROR(x, 25));
}

static ALWAYS_INLINE VECTOR small0(VECTOR x)
{
    return XOR3(ROR(x, 7), ROR(x, 18), SHR(x, 3));
}

static ALWAYS_INLINE VECTOR small1(VECTOR x)
{
    return XOR3(ROR(x, 17), ROR(x, 19), SHR(x, 10));
}

/* The variables a to h change their names from round to round instead of their
 * places. */
#define VARIABLE(n) v[((n)-round) & 7]

/* A round but for the sum of h, constant and word, which is given. */
static ALWAYS_INLINE void mix(VECTOR v[8], size_t round, VECTOR sum)
{
    VECTOR a = VARIABLE(0), e = VARIABLE(4);
    VECTOR t = ADD(ADD(sum, CHOOSE(e, VARIABLE(5), VARIABLE(6))), big1(e));
    VECTOR u = ADD(big0(a), MAJORITY(a, VARIABLE(1), VARIABLE(2)));
    VARIABLE(3) = ADD(VARIABLE(3), t);
    VARIABLE(7) = ADD(t, u);
}

/* Word number round + 16, in the place of word number round. */
static ALWAYS_INLINE void expand(VECTOR w[16], size_t round)
{
    VECTOR x = w[(round + 1) % 16], y = w[(round + 14) % 16];
    w[round] =
        ADD(ADD(w[round], w[(round + 9) % 16]), ADD(small0(x), small1(y)));
}

static ALWAYS_INLINE void whole_round(VECTOR v[8], VECTOR w[16], size_t round,
                                      uint32_t constant, bool more)
{
    mix(v, round, ADD(VARIABLE(7), ADD(SET1(constant), w[round])));
    if (more) expand(w, round);
}

static ALWAYS_INLINE void sixteen_rounds(VECTOR v[STREAMS][8],
                                         VECTOR w[STREAMS][16],
                                         const uint32_t constants[16],
                                         bool more)
{
#define ROUND(i)                                                               \
    ({                                                                         \
        whole_round(v[0], w[0], i, constants[i], more);                        \
        if (STREAMS == 2)                                                      \
            whole_round(v[LAST], w[LAST], i, constants[i], more);              \
        BARRIER;                                                               \
    })
    SIXTEEN(ROUND);
#undef ROUND
}

/* A half block has nothing in words 9 to 14, as that of a digest or that of a
 * message of up to HALF_BYTES; what words 8 and 15 give to later words stands
 * in their places. */
enum {
    HALF_BYTES = 31,
    SMALL0_OF_8 = 9,
    SMALL1_OF_15 = 10,
    SMALL0_OF_15 = 14,
};

/* As expand, without what is zero. */
static ALWAYS_INLINE void expand_half(VECTOR w[16], size_t round)
{
    VECTOR sum = w[round];
    if (round < 7) sum = ADD(sum, small0(w[round + 1]));
    if (round == 15) sum = ADD(sum, small0(w[0]));
    if (round == 1) sum = ADD(sum, w[SMALL1_OF_15]);
    if (round == 6) sum = ADD(sum, w[15]);
    if (round == 7) sum = ADD(sum, w[SMALL0_OF_8]);
    VECTOR rest = small1(w[(round + 14) % 16]);
    if (round >= 7) rest = ADD(rest, w[(round + 9) % 16]);
    bool empty = round >= 9 && round < 14;
    w[round] = round < 2 ? sum : empty ? rest : ADD(sum, rest);
}

static ALWAYS_INLINE void half_round(VECTOR v[8], VECTOR w[16], size_t round,
                                     const struct start *start)
{
    if (round == 0) {
        v[3] = ADD(SET1(start->e), w[0]);
        v[7] = ADD(SET1(start->a), w[0]);
    } else {
        VECTOR sum =
            round < 4 ? SET1(start->sums[round])
                      : ADD(VARIABLE(7), SET1(garim_sha256_constants[round]));
        bool empty = round >= 9 && round < 15;
        mix(v, round, empty ? sum : ADD(sum, w[round]));
    }
    expand_half(w, round);
}

static ALWAYS_INLINE void half_block(VECTOR v[STREAMS][8],
                                     VECTOR w[STREAMS][16],
                                     const struct start *start)
{
#define SET(i) v[0][i] = SET1(start->state[i]), v[LAST][i] = v[0][i]
    EIGHT(SET);
#undef SET
#define ROUND(i)                                                               \
    ({                                                                         \
        half_round(v[0], w[0], i, start);                                      \
        if (STREAMS == 2) half_round(v[LAST], w[LAST], i, start);              \
        BARRIER;                                                               \
    })
    SIXTEEN(ROUND);
#undef ROUND
}

/* FIPS 180-4 section 6.2.2 with the block in lanes->w: for a half block from
 * the state that `start` gives, else, where that is NULL, from lanes->state.
 * The new state is left in words 0 to 7: the outer hash wants it there. */
static NEVER_INLINE void compress(struct lanes *lanes,
                                  const struct start *start)
{
    VECTOR v[STREAMS][8];
    size_t round = 0;
    if (start != NULL) {
        half_block(v, lanes->w, start);
        round = 16;
    } else {
#define LOAD(i) v[0][i] = lanes->state[0][i], v[LAST][i] = lanes->state[LAST][i]
        EIGHT(LOAD);
#undef LOAD
    }
#pragma GCC unroll 1
    for (; round < 48; round += 16)
        sixteen_rounds(v, lanes->w, garim_sha256_constants + round, true);
    sixteen_rounds(v, lanes->w, garim_sha256_constants + 48, false);
#define STORE(i, old)                                                          \
    lanes->w[0][i] = ADD(v[0][i], old(0, i)),                                  \
    lanes->w[LAST][i] = ADD(v[LAST][i], old(LAST, i))
    if (start != NULL) {
#define OLD(stream, i) SET1(start->state[i])
#define STORE_SUM(i) STORE(i, OLD)
        EIGHT(STORE_SUM);
#undef OLD
    } else {
#define OLD(stream, i) lanes->state[stream][i]
        EIGHT(STORE_SUM);
    }
#undef OLD
#undef STORE_SUM
#undef STORE
}

/* From the tier, for the LANES messages of one stream: a message is in the same
 * lane in all of them. */

/* The half blocks of messages of up to HALF_BYTES. */
static void load_half(const uint8_t *data, const uint32_t *offsets,
                      const uint32_t *lengths, VECTOR w[16]);
/* Block number `index` of each message, padded (section 5.1.1). */
static void load_block(const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t index, VECTOR w[16]);
static void store_tags(const VECTOR state[8], uint8_t *tags);

/* Words 8 to 15 of a half block. */
static ALWAYS_INLINE void end_half(VECTOR w[16], VECTOR word_8, VECTOR word_15)
{
    w[8] = word_8;
    w[15] = word_15;
    w[SMALL0_OF_8] = small0(word_8);
    w[SMALL1_OF_15] = small1(word_15);
    w[SMALL0_OF_15] = small0(word_15);
}

/* A call, and what is the same for all its messages. */
struct run {
    struct start inner, outer;
    const uint8_t *data;
    size_t blocks;
    bool half;
};

static void hash_inner(const struct run *run, struct lanes *lanes,
                       const uint32_t *offsets, const uint32_t *lengths)
{
    if (run->half) {
        for (size_t s = 0; s < STREAMS; s++)
            load_half(run->data, offsets + s * LANES, lengths + s * LANES,
                      lanes->w[s]);
        compress(lanes, &run->inner);
        return;
    }
    for (size_t s = 0; s < STREAMS; s++)
        for (size_t i = 0; i < 8; i++)
            lanes->w[s][i] = SET1(run->inner.state[i]);
    for (size_t index = 0; index < run->blocks; index++) {
        for (size_t s = 0; s < STREAMS; s++) {
            memcpy(lanes->state[s], lanes->w[s], sizeof lanes->state[s]);
            load_block(run->data, offsets + s * LANES, lengths + s * LANES,
                       index, lanes->w[s]);
        }
        compress(lanes, NULL);
    }
}

static void hash_batch(const struct run *run, struct lanes *lanes,
                       const uint32_t *offsets, const uint32_t *lengths,
                       uint8_t *tags)
{
    enum { BITS = 8 * (GARIM_SHA256_BLOCK_BYTES + GARIM_TAG_BYTES) };
    hash_inner(run, lanes, offsets, lengths);
    for (size_t s = 0; s < STREAMS; s++)
        end_half(lanes->w[s], SET1(0x80000000), SET1(BITS));
    compress(lanes, &run->outer);
    for (size_t s = 0; s < STREAMS; s++)
        store_tags(lanes->w[s], tags + s * LANES * GARIM_TAG_BYTES);
}

/* Fewer messages than lanes: the last one stands in the lanes left over. */
static void hash_rest(const struct run *run, struct lanes *lanes,
                      const uint32_t *offsets, const uint32_t *lengths,
                      size_t count, uint8_t *tags)
{
    uint32_t all_offsets[WAYS], all_lengths[WAYS];
    uint8_t all_tags[WAYS * GARIM_TAG_BYTES];
    for (size_t i = 0; i < WAYS; i++) {
        size_t from = i < count ? i : count - 1;
        all_offsets[i] = offsets[from];
        all_lengths[i] = lengths[from];
    }
    hash_batch(run, lanes, all_offsets, all_lengths, all_tags);
    memcpy(tags, all_tags, count * GARIM_TAG_BYTES);
}

/* `count` messages, at least one. */
static void hash_all(const struct garim_hmac_state *state, const uint8_t *data,
                     const uint32_t *offsets, const uint32_t *lengths,
                     size_t count, uint8_t *tags)
{
    uint32_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = lengths[i] > longest ? lengths[i] : longest;
    struct run run = {
        .inner = start_of(state->inner),
        .outer = start_of(state->outer),
        .data = data,
        .blocks = garim_hmac_blocks(longest),
        .half = longest <= HALF_BYTES,
    };
    struct lanes lanes;
    size_t i = 0;
    for (; i + WAYS <= count; i += WAYS)
        hash_batch(&run, &lanes, offsets + i, lengths + i,
                   tags + i * GARIM_TAG_BYTES);
    if (i < count)
        hash_rest(&run, &lanes, offsets + i, lengths + i, count - i,
                  tags + i * GARIM_TAG_BYTES);
}
