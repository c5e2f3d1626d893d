/* framing.h - how records stand in a file: strides, line ends, both edges
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_FRAMING_H
#define GARIM_RECORD_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garim/garim.h"

/* What becomes of an edge, the header or the trailer. */
enum garim_edge_action {
    GARIM_EDGE_KEEP,
    GARIM_EDGE_DROP,
    GARIM_EDGE_BLANK, /* line ends stay where the framing is lines */
};

/* How an edge that is kept must begin; bytes 0: as it likes. */
struct garim_begins {
    const uint8_t *data;
    size_t bytes;
};

struct garim_edge {
    size_t bytes; /* in the input */
    enum garim_edge_action action;
    struct garim_begins begins;
};

struct garim_framing {
    size_t stride;           /* bytes of a record with its terminator */
    size_t terminator_bytes; /* 0, 1 or 2 of them */
    const char *terminator;  /* "", "\n" or "\r\n" */
    struct garim_edge header;
    struct garim_edge trailer;
    uint8_t blank;           /* the byte that blanks an edge */
    const char *layout_name; /* for messages */
};

/* What some bytes hold. */
struct garim_extent {
    uint64_t records;
    uint64_t rest_bytes;    /* that are not a record */
    bool last_unterminated; /* the last record lacks its terminator */
};

/* What a body, a file without its edges, of `bytes` holds.  A missing last
 * terminator is no rest, unless a trailer follows. */
struct garim_extent garim_framing_extent(const struct garim_framing *framing,
                                         uint64_t bytes);

/* What a file of `bytes` holds.  False: not a whole number of records; of a
 * file shorter than both edges everything is rest. */
bool garim_framing_measure(const struct garim_framing *framing, uint64_t bytes,
                           struct garim_extent *ret_extent);

/* GARIM_INPUT: what is wrong with the size of a file that holds `extent`. */
enum garim_status garim_framing_refuse(const struct garim_framing *framing,
                                       const char *path, uint64_t bytes,
                                       const struct garim_extent *extent,
                                       struct garim_error *error);

/* The first of `count` records whose terminator is not in its place or that has
 * a line feed inside, or `count`.  With `last_open` the last record is one
 * without a terminator. */
size_t garim_framing_find_broken(const struct garim_framing *framing,
                                 const uint8_t *rows, size_t count,
                                 bool last_open);

/* Where record `record` begins in the input. */
static inline uint64_t garim_framing_offset(const struct garim_framing *framing,
                                            uint64_t record)
{
    return framing->header.bytes + record * framing->stride;
}

#endif
