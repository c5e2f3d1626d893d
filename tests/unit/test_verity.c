/* test_verity.c - the digest of an output is that of its bytes, however cut
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "crypto/crypto.h"
#include "evidence/verity.h"
#include "text/hex.h"

enum { BLOCK = 4096, HASH = 32, BYTES_MAX = 3 << 20 };

static uint64_t drawn = 20261127;

static uint64_t draw(uint64_t limit)
{
    drawn = drawn * 6364136223846793005u + 1442695040888963407u;
    return (drawn >> 33) % limit;
}

/* ---- the plainest of ways ------------------------------------------------ */

/* The hashes of the blocks of `data`, padded with zeros; returns how many. */
static size_t hash_blocks(const uint8_t *data, size_t bytes, uint8_t *hashes)
{
    size_t count = 0;
    for (size_t at = 0; at < bytes; at += BLOCK, count++) {
        uint8_t block[BLOCK] = {0};
        const size_t left = bytes - at;
        memcpy(block, data + at, left < BLOCK ? left : BLOCK);
        cr_assert_eq(garim_sha256(block, BLOCK, NULL, 0, hashes + count * HASH),
                     0);
    }
    return count;
}

static void reference(const uint8_t *data, size_t bytes, uint8_t digest[HASH])
{
    static uint8_t hashes[2][(BYTES_MAX / BLOCK + 1) * HASH];
    uint8_t descriptor[256] = {1, 1, 12};
    size_t count = hash_blocks(data, bytes, hashes[0]);
    int from = 0;
    for (; count > 1; from = 1 - from)
        count = hash_blocks(hashes[from], count * HASH, hashes[1 - from]);
    for (size_t i = 0; i < 8; i++)
        descriptor[8 + i] = (uint8_t)((uint64_t)bytes >> 8 * i);
    if (count == 1) memcpy(descriptor + 16, hashes[from], HASH);
    cr_assert_eq(garim_sha256(descriptor, 256, NULL, 0, digest), 0);
}

/* ---- as a flow does it --------------------------------------------------- */

/* In pieces of up to `piece` bytes. */
static void observe(const uint8_t *data, size_t bytes, size_t piece, bool even,
                    uint8_t digest[HASH])
{
    uint64_t *state = calloc(1, garim_verity.state_bytes);
    uint64_t *note = calloc(1, garim_verity.note_bytes);
    for (size_t at = 0; at < bytes;) {
        size_t some = even ? piece : 1 + draw(piece);
        if (some > bytes - at) some = bytes - at;
        const struct garim_view view = {data + at, some, at};
        memset(note, 0, garim_verity.note_bytes);
        garim_verity.fold(state, note); /* of a block that wrote nothing */
        garim_verity.see(note, &view);
        garim_verity.fold(state, note);
        at += some;
        cr_assert(garim_verity.holds(state, at));
        cr_assert_not(garim_verity.holds(state, at + 1));
    }
    cr_assert_eq(garim_verity_digest(state, digest), 0);
    free(note);
    free(state);
}

static void check(const uint8_t *data, size_t bytes, size_t piece, bool even)
{
    uint8_t expected[HASH], found[HASH];
    reference(data, bytes, expected);
    observe(data, bytes, piece, even, found);
    cr_assert(memcmp(expected, found, HASH) == 0, "%zu bytes by %zu", bytes,
              piece);
}

Test(verity, is_that_of_the_bytes_however_they_are_cut, .timeout = 60)
{
    static const size_t sizes[] = {
        1,      BLOCK - 1,       BLOCK,           BLOCK + 1,
        40000,  128 * BLOCK - 1, 128 * BLOCK,     128 * BLOCK + 1,
        700000, 256 * BLOCK,     BYTES_MAX - 777, BYTES_MAX};
    uint8_t *data = malloc(BYTES_MAX);
    for (size_t i = 0; i < BYTES_MAX; i++)
        data[i] = (uint8_t)draw(256);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        check(data, sizes[i], BLOCK, true);
        check(data, sizes[i], 1 << 20, true);
        check(data, sizes[i], 1 << 20, false);
        check(data, sizes[i], 3000, false);
        check(data, sizes[i], 4 << 20, true);
    }
    free(data);
}

/* As `fsverity digest` prints it. */
Test(verity, an_empty_file_has_the_digest_that_is_known)
{
    uint64_t *state = calloc(1, garim_verity.state_bytes);
    uint8_t digest[HASH];
    char text[2 * HASH + 1];
    cr_assert(garim_verity.holds(state, 0));
    cr_assert_eq(garim_verity_digest(state, digest), 0);
    garim_hex_encode(text, digest, HASH);
    cr_assert_str_eq(
        text,
        "3d248ca542a24fc62d1c43b916eae5016878e2533c88238480b26128a1f1af95");
    free(state);
}
