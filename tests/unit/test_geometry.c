/* test_geometry.c - windows tile the output and own each record once
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <criterion/criterion.h>

#include "flow/geometry.h"

enum {
    SEED = 20261104,
    CASES = 3000,
};

static uint64_t state = SEED;

/* A number below `limit`, often a small one. */
static uint64_t draw(uint64_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    const uint64_t value = state >> 33;
    return (value & 7) == 0 ? (value >> 3) % 3 % limit : (value >> 3) % limit;
}

static struct garim_framing draw_shape(void)
{
    static const char *const texts[] = {"", "\n", "\r\n"};
    struct garim_framing framing = {
        .terminator_bytes = draw(3),
        .header.bytes = draw(2) ? draw(9000) : 0,
        .trailer.bytes = draw(2) ? draw(9000) : 0,
        .header.action = (enum garim_edge_action)draw(3),
        .trailer.action = (enum garim_edge_action)draw(3),
        .layout_name = "drawn",
    };
    framing.terminator = texts[framing.terminator_bytes];
    framing.stride = 1 + draw(draw(3) ? 200 : 70000) + framing.terminator_bytes;
    return framing;
}

struct tiling {
    uint64_t end;
    uint64_t edges;
    uint64_t owned;
    uint64_t consumed;
};

/* The read covers the edges and all records, and fits the buffer. */
static void check_read(const struct garim_geometry *geometry,
                       const struct garim_window *window, size_t buffer_bytes)
{
    const uint64_t rows =
        geometry->in_begin + window->record_begin * geometry->in_stride;
    const uint64_t last =
        geometry->in_begin + window->record_end * geometry->in_stride;
    const uint64_t ends[][2] = {
        {window->header.from, window->header.from + window->header.bytes},
        {rows, last < geometry->in_end ? last : geometry->in_end},
        {geometry->in_end + window->trailer.from,
         geometry->in_end + window->trailer.from + window->trailer.bytes},
    };
    for (size_t i = 0; i < 3; i++) {
        if (ends[i][0] >= ends[i][1]) continue;
        cr_assert_leq(window->need_begin, ends[i][0]);
        cr_assert_geq(window->need_end, ends[i][1]);
    }
    if (geometry->input_bytes > 0)
        cr_assert_leq(window->need_end,
                      geometry->first_record == 0
                          ? geometry->input_bytes
                          : geometry->in_end + window->trailer.bytes);
    cr_assert_leq(window->read_begin, window->need_begin);
    cr_assert_geq(window->read_end, window->need_end);
    cr_assert_eq(window->read_begin % GARIM_DIRECT_ALIGNMENT, 0);
    cr_assert_eq(window->read_end % GARIM_DIRECT_ALIGNMENT, 0);
    cr_assert_leq(window->read_end - window->read_begin, buffer_bytes);
    /* Room for a last window that is padded in place. */
    cr_assert_leq(garim_align_up(window->need_end) - window->read_begin,
                  buffer_bytes);
}

static void check_bytes(const struct garim_geometry *geometry,
                        const struct garim_window *window,
                        const struct tiling *tiling)
{
    const uint64_t header = geometry->header_bytes;
    const uint64_t stride = geometry->out_stride;
    cr_assert_eq(window->begin, tiling->end);
    cr_assert_eq(window->begin % GARIM_DIRECT_ALIGNMENT, 0);
    cr_assert_gt(window->end, window->begin);
    cr_assert(window->end - window->begin == geometry->window_bytes ||
              window->end == geometry->output_bytes);
    for (uint64_t i = window->record_begin; i < window->record_end; i++) {
        const uint64_t first = header + i * stride;
        const bool owned = first >= window->begin && first < window->end;
        cr_assert_eq(owned, i >= window->owned_begin);
        cr_assert_lt(first, window->end);
        cr_assert_gt(first + stride, window->begin);
        if (i > window->record_begin + 1) i += draw(50);
    }
}

static void check_window(const struct garim_geometry *geometry, uint64_t index,
                         size_t buffer_bytes, struct tiling *tiling)
{
    const struct garim_window window = garim_geometry_window(geometry, index);
    if (geometry->window_records == 0)
        check_bytes(geometry, &window, tiling);
    else
        cr_assert_eq(window.record_begin, tiling->owned);
    cr_assert_eq(window.owned_begin, tiling->owned);
    cr_assert_leq(window.record_begin, window.owned_begin);
    check_read(geometry, &window, buffer_bytes);
    tiling->end = window.end;
    tiling->edges += window.header.bytes + window.trailer.bytes;
    tiling->owned = window.record_end;
    tiling->consumed += window.consumed;
}

/* By either cut. */
static void check_all(const struct garim_geometry *whole,
                      const struct garim_framing *framing)
{
    for (int between = 0; between < 2; between++) {
        struct garim_geometry geometry = *whole;
        garim_geometry_cut(&geometry, whole->window_bytes, between == 1);
        const size_t buffer_bytes = garim_geometry_buffer_bytes(
            framing, geometry.out_stride, geometry.window_bytes);
        struct tiling tiling = {0};
        for (uint64_t i = 0; i < geometry.window_count; i++)
            check_window(&geometry, i, buffer_bytes, &tiling);
        if (between == 0) cr_assert_eq(tiling.end, geometry.output_bytes);
        cr_assert_eq(tiling.owned, geometry.records);
        cr_assert_eq(tiling.edges,
                     geometry.header_bytes +
                         (geometry.output_bytes - geometry.body_end));
        if (geometry.window_count > 0)
            cr_assert_eq(tiling.consumed, geometry.input_bytes);
    }
}

/* As wide as before, or else. */
static size_t draw_stride(const struct garim_framing *framing)
{
    return draw(2) ? framing->stride
                   : framing->terminator_bytes + 1 + draw(2 * framing->stride);
}

Test(geometry, windows_tile_the_output)
{
    for (int i = 0; i < CASES; i++) {
        const struct garim_framing framing = draw_shape();
        const size_t window = (size_t)4096 << draw(5);
        const uint64_t records = draw(2000000 / framing.stride + 2);
        const uint64_t edges = framing.header.bytes + framing.trailer.bytes;
        uint64_t bytes = edges + records * framing.stride;
        const bool cut =
            records > 0 && framing.trailer.bytes == 0 && draw(2) == 0;
        if (cut) bytes -= framing.terminator_bytes;

        struct garim_geometry geometry;
        struct garim_extent extent;
        cr_assert(garim_geometry_measure(&geometry, &framing,
                                         draw_stride(&framing), window, bytes,
                                         &extent));
        cr_assert_eq(geometry.records, records);
        cr_assert_eq(geometry.last_unterminated,
                     cut && framing.terminator_bytes > 0);
        check_all(&geometry, &framing);
    }
}

Test(geometry, windows_tile_what_is_generated)
{
    for (int i = 0; i < CASES; i++) {
        struct garim_framing framing = draw_shape();
        framing.header.action = framing.trailer.action = GARIM_EDGE_KEEP;
        struct garim_geometry geometry;
        const uint64_t records = draw(2000000 / framing.stride + 2);
        cr_assert(garim_geometry_generate(&geometry, &framing, 8192, records));
        check_all(&geometry, &framing);
    }
}

Test(geometry, odd_sizes_are_refused)
{
    const struct garim_framing framing = {
        .stride = 130,
        .terminator_bytes = 2,
        .terminator = "\r\n",
        .header.bytes = 10,
    };
    struct garim_geometry geometry;
    static const struct {
        uint64_t bytes;
        uint64_t rest;
        bool good;
    } cases[] = {
        {9, 9, false},          {10, 0, true},
        {10 + 128, 0, true},    {10 + 127, 127, false},
        {10 + 129, 129, false}, {10 + 130, 0, true},
        {10 + 1301, 1, false},  {10 + 1300 + 128, 0, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct garim_extent extent;
        cr_assert_eq(garim_geometry_measure(&geometry, &framing, framing.stride,
                                            4096, cases[i].bytes, &extent),
                     cases[i].good);
        cr_assert_eq(extent.rest_bytes, cases[i].rest);
    }
    cr_assert_not(
        garim_geometry_generate(&geometry, &framing, 4096, UINT64_MAX / 130));
}

/* ---- slices -------------------------------------------------------------- */

enum { PLACES_MAX = 256 };

/* Where each byte of an output stands in the input. */
struct places {
    uint64_t at[PLACES_MAX];
    size_t count;
    uint64_t consumed;
    uint64_t next_record; /* of the whole input */
};

/* The next `bytes` of the output, which stand from `place` on in the input. */
static void add_places(struct places *places, uint64_t place, uint64_t bytes)
{
    for (uint64_t k = 0; k < bytes; k++) {
        cr_assert_lt(places->count, PLACES_MAX);
        places->at[places->count++] = place + k;
    }
}

/* Strides are equal here. */
static void append_places(struct places *places,
                          const struct garim_geometry *geometry)
{
    cr_assert_eq(geometry->first_record, places->next_record);
    for (uint64_t i = 0; i < geometry->window_count; i++) {
        const struct garim_window window = garim_geometry_window(geometry, i);
        const uint64_t edges = window.header.bytes + window.trailer.bytes;
        const uint64_t from = window.begin + window.header.bytes;
        add_places(places, window.header.from, window.header.bytes);
        add_places(places, geometry->in_begin + from - geometry->header_bytes,
                   window.end - window.begin - edges);
        add_places(places, geometry->in_end + window.trailer.from,
                   window.trailer.bytes);
        places->consumed += window.consumed;
        places->next_record += window.record_end - window.owned_begin;
    }
    if (geometry->window_count == 0) places->consumed += geometry->input_bytes;
}

static void check_slices(const struct garim_geometry *whole,
                         const struct garim_framing *framing, uint64_t first,
                         uint64_t second)
{
    const uint64_t cuts[] = {0, first, second, whole->records};
    struct places expected = {0};
    struct places seen = {0};
    append_places(&expected, whole);
    for (size_t i = 0; i < 3; i++) {
        if (cuts[i] == cuts[i + 1] && whole->records > 0) continue;
        struct garim_geometry slice = *whole;
        cr_assert(garim_geometry_slice(&slice, framing, cuts[i], cuts[i + 1]));
        append_places(&seen, &slice);
        if (whole->records == 0) break;
    }
    cr_assert_eq(seen.count, expected.count);
    cr_assert_eq(seen.consumed, whole->input_bytes);
    cr_assert_eq(seen.next_record, whole->records);
    cr_assert_eq(memcmp(seen.at, expected.at, seen.count * sizeof *seen.at), 0);
}

static void cut_everywhere(const struct garim_framing *framing,
                           uint64_t records, bool unterminated)
{
    struct garim_extent extent;
    uint64_t bytes = framing->header.bytes + records * framing->stride +
                     framing->trailer.bytes;
    if (unterminated) bytes -= framing->terminator_bytes;
    for (size_t window = 1; window < 9; window += 3) {
        struct garim_geometry whole;
        cr_assert(garim_geometry_measure(&whole, framing, framing->stride,
                                         window, bytes, &extent));
        for (uint64_t first = 0; first <= records; first++)
            for (uint64_t second = first; second <= records; second++)
                check_slices(&whole, framing, first, second);
    }
}

Test(geometry, slices_are_the_whole_in_pieces)
{
    enum { SHAPES = 3 * 3 * 3 * 3 * 3 * 3, RECORDS_MAX = 5 };
    static const enum garim_edge_action edges[] = {
        GARIM_EDGE_KEEP, GARIM_EDGE_DROP, GARIM_EDGE_BLANK};
    static const size_t edge_bytes[] = {0, 1, 5};
    for (unsigned i = 0; i < SHAPES; i++) {
        struct garim_framing framing = {
            .terminator_bytes = i % 3,
            .stride = 1 + i / 3 % 3 * 3 + i % 3,
            .header.bytes = edge_bytes[i / 9 % 3],
            .trailer.bytes = edge_bytes[i / 27 % 3],
            .header.action = edges[i / 81 % 3],
            .trailer.action = edges[i / 243 % 3],
        };
        for (uint64_t records = 0; records <= RECORDS_MAX; records++) {
            cut_everywhere(&framing, records, false);
            if (records > 0 && framing.terminator_bytes > 0 &&
                framing.trailer.bytes == 0)
                cut_everywhere(&framing, records, true);
        }
    }
}

Test(geometry, slices_of_nothing_are_refused)
{
    const struct garim_framing framing = {.stride = 10};
    struct garim_geometry geometry;
    struct garim_extent extent;
    cr_assert(garim_geometry_measure(&geometry, &framing, framing.stride, 4096,
                                     100, &extent));
    static const uint64_t cases[][2] = {
        {10, 11}, {10, UINT64_MAX}, {5, 5}, {6, 5}, {0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct garim_geometry slice = geometry;
        cr_assert_not(
            garim_geometry_slice(&slice, &framing, cases[i][0], cases[i][1]));
    }
    cr_assert(garim_geometry_slice(&geometry, &framing, 9, UINT64_MAX));
    cr_assert_eq(geometry.records, 1);
    cr_assert_eq(geometry.input_bytes, 10);
    cr_assert(garim_geometry_measure(&geometry, &framing, framing.stride, 4096,
                                     0, &extent));
    cr_assert_not(garim_geometry_slice(&geometry, &framing, 1, 2));
    cr_assert(garim_geometry_slice(&geometry, &framing, 0, 2));
}
