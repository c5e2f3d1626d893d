/* geometry.h - which records, and which input bytes, a window needs
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Windows are cut in one of two ways.  By bytes of the output: window w is
 * bytes [w * window_bytes, (w + 1) * window_bytes) of it, whole sectors that
 * any lane can write at any time; every record that touches the window is
 * transformed, and belongs to the window that holds its first byte.  Or between
 * records, where the output is written in its order: then each record belongs
 * to one window, and how many bytes come of it may be anybody's guess.
 *
 * The output may be a slice of the input's records: header and trailer go with
 * the slice that begins and the one that ends where the records do, so that
 * the outputs of slices that follow each other are the whole, in pieces.
 */
#ifndef GARIM_FLOW_GEOMETRY_H
#define GARIM_FLOW_GEOMETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/limits.h"
#include "record/framing.h"

struct garim_geometry {
    size_t in_stride; /* of a record with its terminator */
    size_t out_stride;
    size_t window_bytes;
    uint64_t window_records; /* of each window; 0: cut by bytes */
    uint64_t window_count;
    uint64_t first_record;  /* of the slice, a number of the whole input */
    uint64_t records;       /* in the slice */
    uint64_t input_bytes;   /* of the slice; 0 without an input */
    uint64_t in_begin;      /* where its first record begins in the input */
    uint64_t in_end;        /* and its last one ends */
    uint64_t header_bytes;  /* of the output: where its first record begins */
    uint64_t body_end;      /* of the output, if every record goes there */
    uint64_t output_bytes;  /* likewise */
    uint64_t dropped_first; /* input bytes of edges without an output: they */
    uint64_t dropped_last;  /*   count in the first and the last window */
    bool last_unterminated; /* the last record lacks its terminator */
};

/* A piece of an edge. */
struct garim_stretch {
    uint64_t from; /* in the edge */
    uint64_t bytes;
};

struct garim_window {
    uint64_t begin; /* in the output; between records: both 0 */
    uint64_t end;
    uint64_t record_begin; /* the records that touch it, from the slice's 0 */
    uint64_t record_end;
    uint64_t owned_begin; /* it owns [owned_begin, record_end) */
    struct garim_stretch header;
    struct garim_stretch trailer;
    uint64_t need_begin; /* input bytes of the records and edges */
    uint64_t need_end;
    uint64_t read_begin; /* their superset for O_DIRECT */
    uint64_t read_end;
    uint64_t consumed; /* input bytes counted here: over all, the slice's */
};

/* The geometry of an input file of `input_bytes`, which holds `ret_extent`;
 * records become `out_stride` bytes long.  False: not a whole number of
 * records.  Windows are cut by bytes. */
bool garim_geometry_measure(struct garim_geometry *ret_geometry,
                            const struct garim_framing *framing,
                            size_t out_stride, size_t window_bytes,
                            uint64_t input_bytes,
                            struct garim_extent *ret_extent);

/* Narrow the geometry of a whole input to its records [begin, end); an end
 * beyond the last record is the last.  False: there is no record `begin`; all
 * of an input without records can be had from 0. */
bool garim_geometry_slice(struct garim_geometry *geometry,
                          const struct garim_framing *framing, uint64_t begin,
                          uint64_t end);

/* The geometry of `records` records without an input, header and trailer
 * included.  False: too many. */
bool garim_geometry_generate(struct garim_geometry *ret_geometry,
                             const struct garim_framing *framing,
                             size_t window_bytes, uint64_t records);

/* Cut the same output by other windows: of so many bytes, or between records,
 * as many of them as that many bytes of input hold. */
void garim_geometry_cut(struct garim_geometry *geometry, size_t window_bytes,
                        bool between_records);

struct garim_window garim_geometry_window(const struct garim_geometry *geometry,
                                          uint64_t index);

/* The input buffer that any window, or any block of a stream, fits into. */
size_t garim_geometry_buffer_bytes(const struct garim_framing *framing,
                                   size_t out_stride, size_t window_bytes);

/* The buffer for what becomes of it, where it does not stay in place. */
size_t garim_geometry_made_bytes(const struct garim_framing *framing,
                                 size_t out_stride, size_t buffer_bytes);

static inline uint64_t garim_align_down(uint64_t value)
{
    return value & ~(uint64_t)(GARIM_DIRECT_ALIGNMENT - 1);
}

static inline uint64_t garim_align_up(uint64_t value)
{
    return garim_align_down(value + GARIM_DIRECT_ALIGNMENT - 1);
}

#endif
