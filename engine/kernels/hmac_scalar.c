/* hmac_scalar.c - HMAC-SHA-256 from its midstates (RFC 2104, FIPS 180-4)
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * RFC 2104 defines HMAC(K, m) = H((K ^ opad) || H((K ^ ipad) || m)).  The keys
 * of a policy are fixed before the first record, and K ^ ipad and K ^ opad are
 * one block each, so SHA-256 over these two blocks is done once for each key:
 * the two hash states behind them are the midstates.  A message of up to 55
 * bytes then costs two compressions instead of four.
 *
 * The names of functions and variables are those of FIPS 180-4 where it has
 * any (w, t, a to h); its Sigma, Ch and Maj are s0, s1, choice and majority.
 */
#include <string.h>

#include "base/assert.h"
#include "kernels/sha256.h"

/* FIPS 180-4 section 4.2.2: K, the first 32 bits of the fractional parts of the
 * cube roots of the first 64 primes. */
const uint32_t garim_sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* FIPS 180-4 section 5.3.3: H(0), likewise of the square roots of the first 8
 * primes. */
static const uint32_t start[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
};

/* ROTR of section 3.2; `by` is 1 to 31. */
static uint32_t rotate_right(uint32_t word, unsigned by)
{
    return word >> by | word << (32 - by);
}

/* Words are big-endian (section 3.1), whatever the machine is. */
static uint32_t load_word(const uint8_t bytes[4])
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
}

/* FIPS 180-4 section 6.2.2, step 1: the 16 words of the block become 64, each
 * of which depends on four that came before it.  s0 and s1 are the functions
 * that section 4.1.2 writes with a small sigma: two rotations and a shift. */
static void schedule(const uint8_t block[64], uint32_t w[64])
{
    for (size_t t = 0; t < 16; t++)
        w[t] = load_word(block + 4 * t);
    for (size_t t = 16; t < 64; t++) {
        uint32_t a = w[t - 15], b = w[t - 2];
        uint32_t s0 = rotate_right(a, 7) ^ rotate_right(a, 18) ^ a >> 3;
        uint32_t s1 = rotate_right(b, 17) ^ rotate_right(b, 19) ^ b >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
}

/* Steps 2 to 4: 64 rounds over eight working variables, which are then added to
 * the hash state, all modulo 2^32.  The variables move on by one place a round;
 * only the new `a` and `e` are computed. */
static void compress(uint32_t state[8], const uint8_t block[64])
{
    uint32_t w[64];
    schedule(block, w);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (size_t t = 0; t < 64; t++) {
        uint32_t s1 =
            rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        /* Ch: each bit of e chooses between the bits of f and g. */
        uint32_t choice = (e & f) ^ (~e & g);
        uint32_t t1 = h + s1 + choice + garim_sha256_constants[t] + w[t];
        uint32_t s0 =
            rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        /* Maj: the value that at least two of the three bits have. */
        uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        uint32_t t2 = s0 + majority;
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

/* RFC 2104 section 2: the key is filled up with zeros to a block, then xored
 * with a block of 0x36 (ipad) and one of 0x5c (opad).  The second loop takes
 * ipad off again while it puts opad on. */
void garim_hmac_state_set(struct garim_hmac_state *ret_state,
                          const uint8_t *key, size_t key_bytes)
{
    enum { IPAD = 0x36, OPAD = 0x5c };
    uint8_t block[GARIM_SHA256_BLOCK_BYTES] = {0};
    ASSERT(key_bytes <= sizeof block);
    memcpy(block, key, key_bytes);
    memcpy(ret_state->inner, start, sizeof start);
    memcpy(ret_state->outer, start, sizeof start);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= IPAD;
    compress(ret_state->inner, block);
    for (size_t i = 0; i < sizeof block; i++)
        block[i] ^= IPAD ^ OPAD;
    compress(ret_state->outer, block);
}

/* Block `index` of the padded message (section 5.1.1): the message, one byte
 * 0x80, zeros, and in the last 8 bytes the length in bits.  The hash has taken
 * in the block of the key already, so the length counts that too.  Where fewer
 * than 9 bytes are left behind the message, the length takes a block more. */
static void pad(const uint8_t *message, size_t bytes, size_t index,
                uint8_t block[64])
{
    size_t from = index * GARIM_SHA256_BLOCK_BYTES;
    size_t left = bytes > from ? bytes - from : 0;
    size_t some = left < 64 ? left : 64;
    uint64_t bits = 8 * (uint64_t)(GARIM_SHA256_BLOCK_BYTES + bytes);
    memset(block, 0, 64);
    memcpy(block, message + from, some);
    /* In a block that begins beyond the message the 0x80 is not repeated. */
    if (from <= bytes && some < 64) block[some] = 0x80;
    if (index + 1 == garim_hmac_blocks(bytes))
        for (size_t i = 0; i < 8; i++)
            block[63 - i] = (uint8_t)(bits >> 8 * i);
}

/* From a midstate over the whole message.  The digest is the state, its words
 * big-endian (section 6.2.2, the end). */
static void hash(uint32_t state[8], const uint8_t *message, size_t bytes,
                 uint8_t digest[GARIM_TAG_BYTES])
{
    uint8_t block[GARIM_SHA256_BLOCK_BYTES];
    for (size_t i = 0; i < garim_hmac_blocks(bytes); i++) {
        pad(message, bytes, i, block);
        compress(state, block);
    }
    for (size_t i = 0; i < GARIM_TAG_BYTES; i++)
        digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

/* The midstates are copied for each message: they stay as they are, and all
 * lanes and threads share them. */
void garim_hmac_scalar(const struct garim_hmac_state *state,
                       const uint8_t *data, const uint32_t *offsets,
                       const uint32_t *lengths, size_t count, uint8_t *tags)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t inner[8], outer[8];
        uint8_t digest[GARIM_TAG_BYTES];
        memcpy(inner, state->inner, sizeof inner);
        memcpy(outer, state->outer, sizeof outer);
        /* H((K ^ ipad) || m), then H((K ^ opad) || that). */
        hash(inner, data + offsets[i], lengths[i], digest);
        /* A digest of 32 bytes is always one block. */
        hash(outer, digest, sizeof digest, tags + i * GARIM_TAG_BYTES);
    }
}
