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

/* Of a row's bytes from `at` on those that pass in no layer; bits that are not
 * `within` are of no interest. */
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

/* Of at most VECTOR_BYTES. */
static ALWAYS_INLINE size_t guard_short(const struct garim_guard *guard,
                                        const uint8_t *data, size_t stride,
                                        size_t count, uint32_t *which)
{
    const uint64_t within = bits_below(guard->bytes);
    struct reach reach = {data + (count - 1) * stride + guard->bytes};
    size_t found = 0;
    for (size_t row = 0; row < count; row++) {
        vector bytes = load_some(&reach, data + row * stride, guard->bytes);
        which[found] = (uint32_t)row;
        found += find_outside(guard, bytes, 0, within) != 0;
    }
    return found;
}

/* Of at least VECTOR_BYTES: the last vector overlaps the one before, so that
 * none strays. */
static ALWAYS_INLINE size_t guard_long(const struct garim_guard *guard,
                                       const uint8_t *data, size_t stride,
                                       size_t count, uint32_t *which)
{
    const uint64_t within = bits_below(VECTOR_BYTES);
    const size_t last = guard->bytes - VECTOR_BYTES;
    size_t found = 0;
    for (size_t row = 0; row < count; row++) {
        const uint8_t *bytes = data + row * stride;
        uint64_t wrong = find_outside(guard, load(bytes + last), last, within);
        for (size_t at = 0; at < last; at += VECTOR_BYTES)
            wrong |= find_outside(guard, load(bytes + at), at, within);
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
    if (guard->bytes < VECTOR_BYTES)
        return guard_short(guard, rows + guard->at, stride, count, which);
    return guard_long(guard, rows + guard->at, stride, count, which);
}
