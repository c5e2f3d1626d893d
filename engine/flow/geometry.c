/* geometry.c - which records, and which input bytes, a window of output needs
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/geometry.h"

#include "base/assert.h"

static uint64_t min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

static size_t edge_out(const struct garim_edge *edge, size_t bytes)
{
    return edge->action == GARIM_EDGE_DROP ? 0 : bytes;
}

void garim_geometry_cut(struct garim_geometry *geometry, size_t window_bytes)
{
    geometry->window_bytes = window_bytes;
    geometry->window_count = divide_up(geometry->output_bytes, window_bytes);
}

/* All that follows from the bytes of the body and of the edges around it. */
static void lay_out(struct garim_geometry *geometry,
                    const struct garim_framing *framing, size_t header_bytes,
                    uint64_t body_bytes, size_t trailer_bytes)
{
    const size_t trailer_out = edge_out(&framing->trailer, trailer_bytes);
    geometry->stride = framing->stride;
    geometry->header_bytes = edge_out(&framing->header, header_bytes);
    geometry->body_end = geometry->header_bytes + body_bytes;
    geometry->output_bytes = geometry->body_end + trailer_out;
    geometry->dropped_first = header_bytes - geometry->header_bytes;
    geometry->dropped_last = trailer_bytes - trailer_out;
    geometry->shift = garim_framing_offset(framing, geometry->first_record) -
                      geometry->header_bytes;
    garim_geometry_cut(geometry, geometry->window_bytes);
}

bool garim_geometry_measure(struct garim_geometry *ret_geometry,
                            const struct garim_framing *framing,
                            size_t window_bytes, uint64_t input_bytes,
                            struct garim_extent *ret_extent)
{
    const size_t edges = framing->header.bytes + framing->trailer.bytes;
    if (!garim_framing_measure(framing, input_bytes, ret_extent)) return false;
    struct garim_geometry geometry = {
        .window_bytes = window_bytes,
        .input_bytes = input_bytes,
        .records = ret_extent->records,
        .last_unterminated = ret_extent->last_unterminated,
    };
    lay_out(&geometry, framing, framing->header.bytes, input_bytes - edges,
            framing->trailer.bytes);
    *ret_geometry = geometry;
    return true;
}

bool garim_geometry_slice(struct garim_geometry *geometry,
                          const struct garim_framing *framing, uint64_t begin,
                          uint64_t end)
{
    const uint64_t records = geometry->records;
    end = min(end, records);
    if (begin >= end && (begin > 0 || records > 0)) return false;
    const size_t header_bytes = begin == 0 ? framing->header.bytes : 0;
    const size_t trailer_bytes = end == records ? framing->trailer.bytes : 0;
    geometry->last_unterminated &= end == records;
    geometry->first_record = begin;
    geometry->records = end - begin;
    const uint64_t body_bytes =
        geometry->records * framing->stride -
        (geometry->last_unterminated ? framing->terminator_bytes : 0);
    geometry->input_bytes = header_bytes + body_bytes + trailer_bytes;
    lay_out(geometry, framing, header_bytes, body_bytes, trailer_bytes);
    return true;
}

bool garim_geometry_generate(struct garim_geometry *ret_geometry,
                             const struct garim_framing *framing,
                             size_t window_bytes, uint64_t records)
{
    struct garim_geometry geometry = {
        .window_bytes = window_bytes,
        .records = records,
    };
    if (records > ((uint64_t)INT64_MAX >> 1) / framing->stride) return false;
    struct garim_framing whole = *framing;
    whole.header.action = whole.trailer.action = GARIM_EDGE_BLANK;
    lay_out(&geometry, &whole, framing->header.bytes, records * framing->stride,
            framing->trailer.bytes);
    *ret_geometry = geometry;
    return true;
}

struct garim_window garim_geometry_window(const struct garim_geometry *geometry,
                                          uint64_t index)
{
    ASSERT(index < geometry->window_count);
    const uint64_t begin = index * geometry->window_bytes;
    const uint64_t end =
        min(begin + geometry->window_bytes, geometry->output_bytes);
    const uint64_t header = geometry->header_bytes;
    const uint64_t shift = geometry->shift;
    const uint64_t none = begin < header ? 0 : geometry->records;
    struct garim_window window = {
        .begin = begin,
        .end = end,
        .record_begin = none,
        .record_end = none,
        .owned_begin = none,
        .need_begin = begin + shift,
        .need_end = end + shift,
        .consumed = geometry->input_bytes == 0 ? 0 : end - begin,
    };
    const uint64_t low = max(begin, header);
    const uint64_t high = min(end, geometry->body_end);
    if (low < high) {
        const size_t stride = geometry->stride;
        window.record_begin = (low - header) / stride;
        window.record_end = divide_up(high - header, stride);
        window.owned_begin = divide_up(low - header, stride);
        window.need_begin = min(window.need_begin,
                                header + window.record_begin * stride + shift);
        window.need_end =
            max(window.need_end,
                min(header + window.record_end * stride, geometry->body_end) +
                    shift);
    }
    window.read_begin = garim_align_down(window.need_begin);
    window.read_end = garim_align_up(window.need_end);
    if (index == 0) window.consumed += geometry->dropped_first;
    if (index == geometry->window_count - 1)
        window.consumed += geometry->dropped_last;
    return window;
}

size_t garim_geometry_buffer_bytes(const struct garim_framing *framing,
                                   size_t window_bytes)
{
    return garim_align_up(window_bytes + framing->header.bytes +
                          framing->trailer.bytes + 2 * framing->stride) +
           2 * (size_t)GARIM_DIRECT_ALIGNMENT;
}
