/* scan_template.h - scan, whatever the width of a vector
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The tier that includes this has defined
 *   VECTOR_BYTES   32 or 64
 *   vector         a vector of bytes
 *   spread()       a vector of one byte
 *   load()         a whole vector
 *   load_some()    one of at most VECTOR_BYTES bytes inside a reach
 * and defines mark() behind it.
 */

struct sought {
    vector nulls[4], pads[2];
    vector plain_low, plain_span;
    uint64_t no_nulls, no_plain; /* where there are none: all bits */
};

/* Where in a vector bytes of a kind are: bit i is byte i. */
struct marks {
    uint64_t valued;  /* no null */
    uint64_t differs; /* from the row above */
    uint64_t kept;    /* no padding */
    uint64_t odd;     /* not plain */
};

/* The marks of those bytes that are `within`. */
static struct marks mark(const struct sought *sought, vector field,
                         vector above, uint64_t within);

static ALWAYS_INLINE struct sought seek(const struct garim_scan *scan)
{
    unsigned span = (unsigned)scan->plain_high - scan->plain_low;
    struct sought sought;
    for (size_t i = 0; i < 4; i++)
        sought.nulls[i] = spread(scan->nulls[i < scan->null_count ? i : 0]);
    for (size_t i = 0; i < 2; i++)
        sought.pads[i] = spread(scan->pads[i]);
    sought.plain_low = spread(scan->plain_low);
    sought.plain_span = spread((uint8_t)span);
    sought.no_nulls = scan->null_count == 0 ? ~UINT64_C(0) : 0;
    sought.no_plain = scan->plain_low > scan->plain_high ? ~UINT64_C(0) : 0;
    return sought;
}

/* From the highest flag to the lowest: each is a carry that is added. */
static ALWAYS_INLINE uint8_t flags_of(uint64_t valued, uint64_t differs,
                                      bool odd)
{
    unsigned flags = odd;
    flags = 2 * flags + (differs == 0);
    flags = 2 * flags + (valued == 0);
    return (uint8_t)flags;
}
_Static_assert(GARIM_SCAN_NULL == 1 && GARIM_SCAN_SAME == 2 &&
                   GARIM_SCAN_NEEDS_CHECK == 4,
               "the order of the flags");

/* Fields of at most VECTOR_BYTES. */
static ALWAYS_INLINE void scan_short(const struct garim_scan *scan,
                                     const struct garim_column *column,
                                     size_t count, uint32_t *offsets,
                                     uint32_t *lengths, uint8_t *flags,
                                     bool from_start)
{
    const struct sought sought = seek(scan);
    const size_t bytes = column->bytes, stride = column->stride;
    const uint64_t within = bits_below(bytes), behind = within + 1;
    const uint8_t *const data = column->data;
    struct reach reach = {data + (count - 1) * stride + bytes};
    vector above = load_some(&reach, data, bytes);
    for (size_t i = 0; i < count; i++) {
        vector field = load_some(&reach, data + i * stride, bytes);
        struct marks marks = mark(&sought, field, above, within);
        size_t from = 0, to = bytes;
        bool odd;
        if (from_start) {
            from = first_bit(marks.kept | behind);
            odd = end_of_bits(marks.odd) > from;
        } else {
            to = end_of_bits(marks.kept);
            odd = first_bit(marks.odd) < to;
        }
        offsets[i] = (uint32_t)(i * stride + from);
        lengths[i] = (uint32_t)(to - from);
        flags[i] = flags_of(marks.valued, marks.differs, odd);
        above = field;
    }
}

/* What is found in a field, from its start on. */
struct found {
    uint64_t valued, differs; /* of any byte */
    size_t first_kept, end_kept;
    size_t first_odd, end_odd;
};

static ALWAYS_INLINE void add_marks(struct found *found, struct marks marks,
                                    size_t base, size_t bytes)
{
    found->valued |= marks.valued;
    found->differs |= marks.differs;
    if (marks.kept != 0) {
        if (found->first_kept == bytes)
            found->first_kept = base + first_bit(marks.kept);
        found->end_kept = base + end_of_bits(marks.kept);
    }
    if (marks.odd != 0) {
        if (found->first_odd == bytes)
            found->first_odd = base + first_bit(marks.odd);
        found->end_odd = base + end_of_bits(marks.odd);
    }
}

/* A field of at least VECTOR_BYTES: its last vector overlaps the one before, so
 * that none strays. */
static ALWAYS_INLINE struct found find_long(const struct sought *sought,
                                            const uint8_t *field,
                                            const uint8_t *above, size_t bytes)
{
    const uint64_t within = bits_below(VECTOR_BYTES);
    const size_t last = bytes - VECTOR_BYTES;
    struct found found = {.first_kept = bytes, .first_odd = bytes};
    for (size_t at = 0; at < last; at += VECTOR_BYTES)
        add_marks(&found,
                  mark(sought, load(field + at), load(above + at), within), at,
                  bytes);
    add_marks(&found,
              mark(sought, load(field + last), load(above + last), within),
              last, bytes);
    return found;
}

static ALWAYS_INLINE void scan_long(const struct garim_scan *scan,
                                    const struct garim_column *column,
                                    size_t count, uint32_t *offsets,
                                    uint32_t *lengths, uint8_t *flags,
                                    bool from_start)
{
    const struct sought sought = seek(scan);
    const size_t bytes = column->bytes, stride = column->stride;
    const uint8_t *above = column->data;
    for (size_t i = 0; i < count; i++) {
        const uint8_t *field = column->data + i * stride;
        struct found found = find_long(&sought, field, above, bytes);
        size_t from = from_start ? found.first_kept : 0;
        size_t to = from_start ? bytes : found.end_kept;
        bool odd = from_start ? found.end_odd > from : found.first_odd < to;
        offsets[i] = (uint32_t)(i * stride + from);
        lengths[i] = (uint32_t)(to - from);
        flags[i] = flags_of(found.valued, found.differs, odd);
        above = field;
    }
}

static ALWAYS_INLINE void scan_any(const struct garim_scan *scan,
                                   const struct garim_column *column,
                                   size_t count, uint32_t *offsets,
                                   uint32_t *lengths, uint8_t *flags)
{
    bool is_short = column->bytes <= VECTOR_BYTES;
    if (count == 0) return;
    if (is_short && scan->from_start)
        scan_short(scan, column, count, offsets, lengths, flags, true);
    else if (is_short)
        scan_short(scan, column, count, offsets, lengths, flags, false);
    else if (scan->from_start)
        scan_long(scan, column, count, offsets, lengths, flags, true);
    else
        scan_long(scan, column, count, offsets, lengths, flags, false);
    /* Above the first row there is none. */
    flags[0] &= (uint8_t)~GARIM_SCAN_SAME;
}
