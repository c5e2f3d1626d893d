/* generators.h - the texts of sample values
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Integer arithmetic only, so that a seed means the same bytes on every
 * machine and with every compiler.
 */
#ifndef GARIM_SYNTH_GENERATORS_H
#define GARIM_SYNTH_GENERATORS_H

#include <stddef.h>
#include <stdint.h>

#include "record/type.h"

enum {
    GARIM_SYNTH_TEXT_BYTES_MAX = 160,
    GARIM_SYNTH_PERSON_BITS = 25,
    GARIM_SYNTH_MERCHANT_BITS = 16,
};

/* A person or a merchant: one of a population, and what its values hang on. */
struct garim_synth_someone {
    uint64_t number; /* its own, below the size of the population */
    uint64_t hash;
};

/* What the values of a record hang on. */
struct garim_synth_row {
    uint64_t record;
    uint64_t hash;
    struct garim_synth_someone person;
    struct garim_synth_someone counterparty;
    struct garim_synth_someone merchant;
};

struct garim_synth_generator {
    /* Write the value to `out` (room for GARIM_SYNTH_TEXT_BYTES_MAX) and return
     * its length: ASCII, in utf-8 fields UTF-8.  It may be longer than the
     * field. */
    size_t (*write)(const struct garim_synth_row *row,
                    const struct garim_field *field, char *out);
    bool null_sometimes; /* about one person in a hundred has none */
};

/* By sample; DEFAULT and BLANK have none. */
extern const struct garim_synth_generator garim_synth_generators[];

/* A number that looks random, of `hash` and of what it is drawn for. */
static inline uint64_t garim_synth_mix(uint64_t hash, uint64_t what)
{
    uint64_t x = hash + (what + 1) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* Evenly 0 to `limit - 1`, from the upper half of `hash`. */
static inline uint64_t garim_synth_below(uint64_t hash, uint32_t limit)
{
    return (hash >> 32) * limit >> 32;
}

#endif
