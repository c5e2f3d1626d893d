/* kernels.h - what is done to bytes in the hot path, one contract each
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A kernel works on many values in one call: any count, the rest that does not
 * fill a vector handled inside.  Pointers need no alignment; with count 0
 * nothing is read or written.  Value i is lengths[i] bytes at data + offsets[i]
 * (a length may be 0).  Writes stay inside the sizes stated.  Reads may
 * stray into bytes between the first and the last byte that the call names.
 *
 * Each kernel has a readable scalar reference, *_scalar.c, which says what is
 * right; x86/README.md lists the tiers that are faster.
 */
#ifndef GARIM_KERNELS_KERNELS_H
#define GARIM_KERNELS_KERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- hmac: HMAC-SHA-256 (RFC 2104, FIPS 180-4) --------------------------- */

enum {
    GARIM_SHA256_BLOCK_BYTES = 64,
    GARIM_TAG_BYTES = 32, /* an untruncated HMAC-SHA-256 */
};

/* SHA-256 after the block of the key xor ipad, and after that of opad: as
 * secret as the key.  64-byte aligned memory is read fastest. */
struct garim_hmac_state {
    uint32_t inner[8];
    uint32_t outer[8];
};

/* Of a key of at most GARIM_SHA256_BLOCK_BYTES (hash a longer one first); it
 * leaves traces of the key (garim_traces_clear). */
void garim_hmac_state_set(struct garim_hmac_state *ret_state,
                          const uint8_t *key, size_t key_bytes);

/* Blocks that a message takes after that of the key: 1 up to 55 bytes. */
static inline size_t garim_hmac_blocks(size_t message_bytes)
{
    return (message_bytes + 8) / GARIM_SHA256_BLOCK_BYTES + 1;
}

/* The tags of `count` messages that all take the same number of blocks, to
 * tags + i * GARIM_TAG_BYTES; `tags` overlaps no message. */
typedef void garim_hmac_function(const struct garim_hmac_state *state,
                                 const uint8_t *data, const uint32_t *offsets,
                                 const uint32_t *lengths, size_t count,
                                 uint8_t *tags);

/* ---- scan: what stands in a field ---------------------------------------- */

/* A field of rows that stand side by side. */
struct garim_column {
    const uint8_t *data; /* the field in the first row */
    size_t stride;       /* from row to row */
    size_t bytes;        /* of the field, 1 to 65,536 */
};

struct garim_scan {
    uint8_t pads[2]; /* bytes that trimming takes; one of them twice if alone */
    bool from_start; /* trimming takes them from the start, else from the end */
    uint8_t null_count; /* of the bytes in `nulls`, 0 to 4 */
    uint8_t nulls[4];
    uint8_t plain_low; /* plain bytes are plain_low to plain_high; none where */
    uint8_t plain_high; /* plain_low is the higher one */
};

enum {
    GARIM_SCAN_NULL = 1, /* every byte of the field is one of the nulls */
    GARIM_SCAN_SAME = 2, /* the field's bytes are those of the row above */
    GARIM_SCAN_NEEDS_CHECK = 4, /* a byte of the value is not plain */
};

/* For each row the value (what trimming leaves; offsets from column->data) and
 * the flags.  An empty value is never odd, the first row never the same. */
typedef void garim_scan_function(const struct garim_scan *scan,
                                 const struct garim_column *column,
                                 size_t count, uint32_t *offsets,
                                 uint32_t *lengths, uint8_t *flags);

/* ---- guard: which rows are not what they should be ----------------------- */

enum {
    GARIM_GUARD_LAYERS_MAX = 8,
    GARIM_GUARD_SPARE_BYTES = 64, /* behind lows and spans, readable */
};

/* Byte at + k of a row passes where in one of the layers it is lows[i] to
 * lows[i] + spans[i] (modulo 256), i = layer * bytes + k. */
struct garim_guard {
    size_t at;
    size_t bytes;  /* 1 to 65,536 */
    size_t layers; /* 1 to GARIM_GUARD_LAYERS_MAX */
    const uint8_t *lows, *spans;
};

/* The numbers of the rows in which a byte does not pass, ascending, to `which`
 * (room for `count`); returns how many they are. */
typedef size_t garim_guard_function(const struct garim_guard *guard,
                                    const uint8_t *rows, size_t stride,
                                    size_t count, uint32_t *which);

/* ---- fill, find_last ------------------------------------------------------
 */

/* Set every byte of the values to `byte`. */
typedef void garim_fill_function(uint8_t *data, const uint32_t *offsets,
                                 const uint32_t *lengths, size_t count,
                                 uint8_t byte);

/* Where in each value `byte` stands last, counted from the value's start, or
 * UINT32_MAX. */
typedef void garim_find_last_function(const uint8_t *data,
                                      const uint32_t *offsets,
                                      const uint32_t *lengths, size_t count,
                                      uint8_t byte, uint32_t *positions);

/* ---- translate, digits: values into slots --------------------------------
 * Value i goes to slots + i * slot_bytes; slot_bytes is at least its length
 * rounded up to a multiple of 64, and what is behind it in its slot is left
 * undefined.  The slots overlap no value, or hold each value i where it goes:
 * data == slots and offsets[i] == i * slot_bytes. */

/* Each byte b as table[b]; non_ascii[i] says whether one became 0x80 or more.
 */
typedef void garim_translate_function(const uint8_t table[256],
                                      const uint8_t *data,
                                      const uint32_t *offsets,
                                      const uint32_t *lengths, size_t count,
                                      uint8_t *slots, size_t slot_bytes,
                                      uint8_t *non_ascii);

/* The ASCII digits of each value, side by side; digits[i] says how many
 * (`digits` may be `lengths`). */
typedef void garim_digits_function(const uint8_t *data, const uint32_t *offsets,
                                   const uint32_t *lengths, size_t count,
                                   uint8_t *slots, size_t slot_bytes,
                                   uint32_t *digits);

/* ---- encode: tags as text -------------------------------------------------
 */

struct garim_encoding {
    size_t bits_each;     /* of a character: 4, 5 or 6; 8 is the tag itself;
                             0 is decimal digits */
    size_t bits;          /* from the left of the tag: a multiple of 8, 8 to 256
                             (not for decimal digits) */
    uint8_t alphabet[64]; /* the characters by their value (not for 8) */
    uint8_t pad;          /* behind the text, up to the end of the field */
};

/* Bytes that `bits` need at `bits_each` bits a character. */
static inline size_t garim_encode_bytes(size_t bits, size_t bits_each)
{
    return (bits + bits_each - 1) / bits_each;
}

/* The text of tag number which[i] (tags are GARIM_TAG_BYTES apart) to the field
 * of `bytes` at data + offsets[i].  The last character is filled up with zero
 * bits (RFC 4648); decimal digits are the first 16 bytes of the tag, a
 * big-endian integer, modulo 10^bytes, in a field of at most 38 bytes. */
typedef void garim_encode_function(const struct garim_encoding *encoding,
                                   const uint8_t *tags, const uint32_t *which,
                                   uint8_t *data, const uint32_t *offsets,
                                   size_t bytes, size_t count);

/* ---- the table ------------------------------------------------------------
 */

struct garim_kernels {
    const char *name; /* of the tier */
    garim_hmac_function *hmac;
    garim_scan_function *scan;
    garim_guard_function *guard;
    garim_fill_function *fill;
    garim_find_last_function *find_last;
    garim_translate_function *translate;
    garim_digits_function *digits;
    garim_encode_function *encode;
};

/* From the slowest to the fastest; a tier takes what it lacks from the tiers
 * below it. */
enum garim_tier {
    GARIM_TIER_SCALAR,
    GARIM_TIER_AVX2,
    GARIM_TIER_SHANI,
    GARIM_TIER_AVX512,
    GARIM_TIER_COUNT,
};

/* The names of the tiers, and whether this machine can use one. */
extern const char *const garim_tier_names[];
bool garim_tier_usable(enum garim_tier tier);
/* The fastest usable tier that pays on this machine. */
enum garim_tier garim_tier_best(void);

/* For tests: from now on no tier above `highest` is usable. */
void garim_tier_limit(enum garim_tier highest);

/* The kernels of a tier, which must be usable. */
const struct garim_kernels *garim_kernels_of(enum garim_tier tier);

/* hmac.c: as kernels->hmac, for messages of any lengths, grouped by blocks.  A
 * kernel leaves pieces of the state on the stack and in registers; this clears
 * them. */
void garim_hmac_many(const struct garim_kernels *kernels,
                     const struct garim_hmac_state *state, const uint8_t *data,
                     const uint32_t *offsets, const uint32_t *lengths,
                     size_t count, uint8_t *tags);

/* Clear what functions that returned left: `stack_bytes` below the caller, and
 * the registers that belong to nobody (general ones and vectors). */
void garim_traces_clear(size_t stack_bytes);

/* ---- the scalar references ------------------------------------------------
 */

garim_hmac_function garim_hmac_scalar;
garim_scan_function garim_scan_scalar;
garim_guard_function garim_guard_scalar;
garim_fill_function garim_fill_scalar;
garim_find_last_function garim_find_last_scalar;
garim_translate_function garim_translate_scalar;
garim_digits_function garim_digits_scalar;
garim_encode_function garim_encode_scalar;

/* Length of the UTF-8 character (RFC 3629) at the start of `text` (1 to 4), or
 * 0 where the `bytes` (at least 1) there do not begin with one. */
size_t garim_utf8_length_scalar(const uint8_t *text, size_t bytes);

#endif
