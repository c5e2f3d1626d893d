/* geometry.c - which records, and which input bytes, a window needs
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

/* ---- the whole ----------------------------------------------------------- */

void garim_geometry_cut(struct garim_geometry *geometry, size_t window_bytes,
                        bool between_records)
{
    ASSERT(window_bytes > 0);
    geometry->window_bytes = window_bytes;
    geometry->window_records =
        between_records ? max(window_bytes / geometry->in_stride, 1) : 0;
    if (!between_records)
        geometry->window_count =
            divide_up(geometry->output_bytes, window_bytes);
    else if (geometry->records > 0)
        geometry->window_count =
            divide_up(geometry->records, geometry->window_records);
    else
        geometry->window_count = geometry->output_bytes > 0;
}

/* All that follows from the records, and from the bytes of the edges around
 * them in the input. */
static void lay_out(struct garim_geometry *geometry,
                    const struct garim_framing *framing, size_t header_bytes,
                    size_t trailer_bytes)
{
    const size_t trailer_out = edge_out(&framing->trailer, trailer_bytes);
    const size_t missing =
        geometry->last_unterminated ? framing->terminator_bytes : 0;
    const uint64_t in_bytes = geometry->records * geometry->in_stride - missing;
    const uint64_t out_bytes =
        geometry->records * geometry->out_stride - missing;
    ASSERT(missing == 0 || geometry->records > 0);
    geometry->in_begin = garim_framing_offset(framing, geometry->first_record);
    geometry->in_end = geometry->in_begin + in_bytes;
    geometry->input_bytes = header_bytes + in_bytes + trailer_bytes;
    geometry->header_bytes = edge_out(&framing->header, header_bytes);
    geometry->body_end = geometry->header_bytes + out_bytes;
    geometry->output_bytes = geometry->body_end + trailer_out;
    geometry->dropped_first = header_bytes - geometry->header_bytes;
    geometry->dropped_last = trailer_bytes - trailer_out;
    garim_geometry_cut(geometry, geometry->window_bytes, false);
}

bool garim_geometry_measure(struct garim_geometry *ret_geometry,
                            const struct garim_framing *framing,
                            size_t out_stride, size_t window_bytes,
                            uint64_t input_bytes,
                            struct garim_extent *ret_extent)
{
    if (!garim_framing_measure(framing, input_bytes, ret_extent)) return false;
    struct garim_geometry geometry = {
        .in_stride = framing->stride,
        .out_stride = out_stride,
        .window_bytes = window_bytes,
        .records = ret_extent->records,
        .last_unterminated = ret_extent->last_unterminated,
    };
    lay_out(&geometry, framing, framing->header.bytes, framing->trailer.bytes);
    ASSERT(geometry.input_bytes == input_bytes);
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
    geometry->last_unterminated &= end == records;
    geometry->first_record = begin;
    geometry->records = end - begin;
    lay_out(geometry, framing, begin == 0 ? framing->header.bytes : 0,
            end == records ? framing->trailer.bytes : 0);
    return true;
}

bool garim_geometry_generate(struct garim_geometry *ret_geometry,
                             const struct garim_framing *framing,
                             size_t window_bytes, uint64_t records)
{
    struct garim_geometry geometry = {
        .in_stride = framing->stride,
        .out_stride = framing->stride,
        .window_bytes = window_bytes,
        .records = records,
    };
    if (records > ((uint64_t)INT64_MAX >> 1) / framing->stride) return false;
    struct garim_framing whole = *framing;
    whole.header.action = whole.trailer.action = GARIM_EDGE_BLANK;
    lay_out(&geometry, &whole, framing->header.bytes, framing->trailer.bytes);
    geometry.input_bytes = 0;
    *ret_geometry = geometry;
    return true;
}

/* ---- one window ---------------------------------------------------------- */

/* By bytes of the output. */
static struct garim_window cut_bytes(const struct garim_geometry *geometry,
                                     uint64_t index)
{
    const uint64_t header = geometry->header_bytes;
    const uint64_t body_end = geometry->body_end;
    const size_t stride = geometry->out_stride;
    const uint64_t begin = index * geometry->window_bytes;
    const uint64_t end =
        min(begin + geometry->window_bytes, geometry->output_bytes);
    const uint64_t none = begin < header ? 0 : geometry->records;
    struct garim_window window = {
        .begin = begin,
        .end = end,
        .record_begin = none,
        .record_end = none,
        .owned_begin = none,
    };
    const uint64_t low = max(begin, header);
    const uint64_t high = min(end, body_end);
    if (low < high) {
        window.record_begin = (low - header) / stride;
        window.record_end = divide_up(high - header, stride);
        window.owned_begin = divide_up(low - header, stride);
    }
    if (begin < header)
        window.header = (struct garim_stretch){begin, min(end, header) - begin};
    const uint64_t foot = max(begin, body_end);
    if (end > body_end)
        window.trailer = (struct garim_stretch){foot - body_end, end - foot};
    return window;
}

static struct garim_window cut_records(const struct garim_geometry *geometry,
                                       uint64_t index)
{
    const uint64_t count = geometry->window_records;
    const uint64_t begin = index * count;
    struct garim_window window = {
        .record_begin = begin,
        .record_end = min(begin + count, geometry->records),
        .owned_begin = begin,
    };
    if (index == 0) window.header.bytes = geometry->header_bytes;
    if (index == geometry->window_count - 1)
        window.trailer.bytes = geometry->output_bytes - geometry->body_end;
    return window;
}

/* The input bytes of its edges and records: they follow each other. */
static void find_need(const struct garim_geometry *geometry,
                      struct garim_window *window)
{
    const struct garim_stretch *header = &window->header;
    const struct garim_stretch *trailer = &window->trailer;
    const uint64_t rows =
        geometry->in_begin + window->record_begin * geometry->in_stride;
    const uint64_t rows_end =
        min(geometry->in_begin + window->record_end * geometry->in_stride,
            geometry->in_end);
    const uint64_t ends[][2] = {
        {header->from, header->from + header->bytes},
        {rows, max(rows, rows_end)},
        {geometry->in_end + trailer->from,
         geometry->in_end + trailer->from + trailer->bytes},
    };
    bool found = false;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (ends[i][0] == ends[i][1]) continue;
        if (!found) window->need_begin = ends[i][0];
        window->need_end = ends[i][1];
        found = true;
    }
}

/* Each byte of the input is counted by the window that owns its record. */
static uint64_t count_input(const struct garim_geometry *geometry,
                            uint64_t index, const struct garim_window *window)
{
    uint64_t bytes = window->header.bytes + window->trailer.bytes;
    const uint64_t begin =
        geometry->in_begin + window->owned_begin * geometry->in_stride;
    const uint64_t end =
        geometry->in_begin + window->record_end * geometry->in_stride;
    bytes += min(end, geometry->in_end) - min(begin, geometry->in_end);
    if (index == 0) bytes += geometry->dropped_first;
    if (index == geometry->window_count - 1) bytes += geometry->dropped_last;
    return geometry->input_bytes == 0 ? 0 : bytes;
}

struct garim_window garim_geometry_window(const struct garim_geometry *geometry,
                                          uint64_t index)
{
    ASSERT(index < geometry->window_count);
    struct garim_window window = geometry->window_records > 0
                                     ? cut_records(geometry, index)
                                     : cut_bytes(geometry, index);
    ASSERT(window.record_begin <= window.owned_begin);
    ASSERT(window.owned_begin <= window.record_end);
    ASSERT(window.record_end <= geometry->records);
    find_need(geometry, &window);
    ASSERT(window.need_begin <= window.need_end);
    window.read_begin = garim_align_down(window.need_begin);
    window.read_end = garim_align_up(window.need_end);
    window.consumed = count_input(geometry, index, &window);
    return window;
}

/* ---- buffers ------------------------------------------------------------- */

size_t garim_geometry_buffer_bytes(const struct garim_framing *framing,
                                   size_t out_stride, size_t window_bytes)
{
    const size_t stride = framing->stride;
    const size_t rows_bytes = stride <= out_stride
                                  ? window_bytes
                                  : (window_bytes / out_stride + 1) * stride;
    return garim_align_up(rows_bytes + framing->header.bytes +
                          framing->trailer.bytes + 2 * stride) +
           2 * (size_t)GARIM_DIRECT_ALIGNMENT;
}

size_t garim_geometry_made_bytes(const struct garim_framing *framing,
                                 size_t out_stride, size_t buffer_bytes)
{
    const size_t rows = buffer_bytes / framing->stride + 1;
    return garim_align_up(rows * out_stride + framing->header.bytes +
                          framing->trailer.bytes) +
           2 * (size_t)GARIM_DIRECT_ALIGNMENT;
}
