/* guard_template.h - guard, whatever the width of a vector
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tier that includes this has defined
 *   VECTOR_BYTES   32 or 64
 *   vector         a vector of bytes
 *   load()         a whole vector
 *   load_some()    one of at most VECTOR_BYTES bytes inside a reach
 *   outside()      which of the bytes are not low to low + span
 */

#include "base/limits.h"

/* Most rows pass in the first layer, so that is asked first. */
enum { FEW_VECTORS = 4 };

/* ---- the first layer ------------------------------------------------------
 */

/* Rows of at most VECTOR_BYTES. */
static ALWAYS_INLINE size_t first_of_part(const struct garim_guard *guard,
                                          const uint8_t *data, size_t stride,
                                          size_t count, uint32_t *which)
{
    const size_t bytes = guard->bytes;
    const uint64_t within = bits_below(bytes);
    const vector low = load(guard->lows), span = load(guard->spans);
    struct reach reach = {data + (count - 1) * stride + bytes};
    size_t found = 0;
    for (size_t row = 0; row < count; row++) {
        vector some = load_some(&reach, data + row * stride, bytes);
        which[found] = (uint32_t)row;
        found += (outside(some, low, span) & within) != 0;
    }
    return found;
}

/* Where vector number i of rows begins: the last overlaps the one before, so
 * that none strays. */
static ALWAYS_INLINE size_t place_of(const struct garim_guard *guard, size_t i)
{
    const size_t last = guard->bytes - VECTOR_BYTES;
    return i * VECTOR_BYTES < last ? i * VECTOR_BYTES : last;
}

/* Rows of `vectors` vectors, so few that the ranges stay in registers. */
static ALWAYS_INLINE size_t first_of_few(const struct garim_guard *guard,
                                         const uint8_t *data, size_t stride,
                                         size_t count, uint32_t *which,
                                         size_t vectors)
{
    vector low[FEW_VECTORS], span[FEW_VECTORS];
    size_t places[FEW_VECTORS], found = 0;
    for (size_t i = 0; i < vectors; i++) {
        places[i] = place_of(guard, i);
        low[i] = load(guard->lows + places[i]);
        span[i] = load(guard->spans + places[i]);
    }
    for (size_t row = 0; row < count; row++) {
        const uint8_t *bytes = data + row * stride;
        uint64_t wrong = 0;
        for (size_t i = 0; i < vectors; i++)
            wrong |= outside(load(bytes + places[i]), low[i], span[i]);
        which[found] = (uint32_t)row;
        found += wrong != 0;
    }
    return found;
}

static ALWAYS_INLINE size_t first_layer(const struct garim_guard *guard,
                                        const uint8_t *data, size_t stride,
                                        size_t count, uint32_t *which)
{
    switch ((guard->bytes + VECTOR_BYTES - 1) / VECTOR_BYTES) {
    case 1:
        return first_of_part(guard, data, stride, count, which);
    case 2:
        return first_of_few(guard, data, stride, count, which, 2);
    case 3:
        return first_of_few(guard, data, stride, count, which, 3);
    default:
        return first_of_few(guard, data, stride, count, which, 4);
    }
}

/* ---- all layers ---------------------------------------------------------- */

/* Of a row's bytes from `at` on those that are `within` and pass in no layer.
 */
static ALWAYS_INLINE uint64_t find_outside(const struct garim_guard *guard,
                                           vector bytes, size_t at,
                                           uint64_t within)
{
    uint64_t wrong = within;
    size_t end = at + guard->layers * guard->bytes;
    for (size_t i = at; i < end && wrong != 0; i += guard->bytes)
        wrong &= outside(bytes, load(guard->lows + i), load(guard->spans + i));
    return wrong;
}

static ALWAYS_INLINE bool is_wrong(const struct garim_guard *guard,
                                   const uint8_t *row, struct reach *reach)
{
    const size_t bytes = guard->bytes;
    if (bytes < VECTOR_BYTES)
        return find_outside(guard, load_some(reach, row, bytes), 0,
                            bits_below(bytes)) != 0;
    for (size_t i = 0; i * VECTOR_BYTES < bytes; i++) {
        size_t at = place_of(guard, i);
        if (find_outside(guard, load(row + at), at, bits_below(VECTOR_BYTES)) !=
            0)
            return true;
    }
    return false;
}

/* ---- long rows ----------------------------------------------------------- */

enum { PLACES_MAX = GARIM_RECORD_BYTES_MAX / VECTOR_BYTES + 1 };

/* The vectors of a row in which not every byte may be anything. */
static size_t list_places(const struct garim_guard *guard, uint16_t *places)
{
    size_t found = 0;
    for (size_t i = 0; i * VECTOR_BYTES < guard->bytes; i++) {
        const size_t at = place_of(guard, i);
        size_t k = 0;
        while (k < VECTOR_BYTES && guard->spans[at + k] == UINT8_MAX)
            k++;
        places[found] = (uint16_t)at;
        found += k < VECTOR_BYTES;
    }
    return found;
}

/* A field that wants the second layer wants it in most rows: it is asked for
 * in the vector that needs it, and nowhere else. */
static ALWAYS_INLINE size_t guard_long(const struct garim_guard *guard,
                                       const uint8_t *data, size_t stride,
                                       size_t count, uint32_t *which)
{
    uint16_t places[PLACES_MAX];
    const size_t place_count = list_places(guard, places);
    size_t found = 0;
    for (size_t row = 0; row < count; row++) {
        uint64_t wrong = 0;
        for (size_t i = 0; i < place_count; i++) {
            const size_t at = places[i];
            const vector bytes = load(data + row * stride + at);
            uint64_t out =
                outside(bytes, load(guard->lows + at), load(guard->spans + at));
            if (out != 0) out = find_outside(guard, bytes, at, out);
            wrong |= out;
        }
        which[found] = (uint32_t)row;
        found += wrong != 0;
    }
    return found;
}

static ALWAYS_INLINE size_t guard_any(const struct garim_guard *guard,
                                      const uint8_t *rows, size_t stride,
                                      size_t count, uint32_t *which)
{
    if (count == 0) return 0;
    const uint8_t *data = rows + guard->at;
    if (guard->bytes > FEW_VECTORS * VECTOR_BYTES)
        return guard_long(guard, data, stride, count, which);
    struct reach reach = {data + (count - 1) * stride + guard->bytes};
    size_t found = first_layer(guard, data, stride, count, which), kept = 0;
    if (guard->layers == 1) return found;
    for (size_t i = 0; i < found; i++) {
        which[kept] = which[i];
        kept += is_wrong(guard, data + which[i] * stride, &reach);
    }
    return kept;
}
