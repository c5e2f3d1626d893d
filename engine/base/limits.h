/* limits.h - every limit of the engine, in one place
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BASE_LIMITS_H
#define GARIM_BASE_LIMITS_H

#include <assert.h>

enum {
    GARIM_RECORD_BYTES_MAX = 65536,
    GARIM_TERMINATOR_BYTES_MAX = 2,
    GARIM_EDGE_BYTES_MAX = 65536, /* a header or a trailer */
    GARIM_FIELDS_MAX = 4096,
    GARIM_NAME_BYTES_MAX = 64,
    GARIM_LABEL_BYTES_MAX = 255, /* recipient, purpose, domain, epoch */
    GARIM_YAML_BYTES_MAX = 256 << 10,
    GARIM_YAML_NODES_MAX = 1 << 16, /* texts, lists and maps of one file */
    GARIM_YAML_DEPTH_MAX = 64,      /* of lists and maps in each other */
    GARIM_JSON_BYTES_MAX = 1 << 20,
    GARIM_JSON_DEPTH_MAX = 32, /* of objects and arrays in each other */

    GARIM_CHARACTER_BYTES_MAX = 3, /* UTF-8 bytes of one byte of a code page */
    GARIM_TOKEN_BITS_MIN = 80,
    GARIM_TOKEN_BITS_MAX = 256,
    GARIM_TOKEN_DIGITS_MAX = 38,

    GARIM_FINDINGS_MAX = 10000, /* about one policy, that are kept */

    GARIM_REJECTS_MAX = 1000000,
    GARIM_THREADS_MAX = 1024,

    GARIM_WINDOW_BYTES_MIN = 4096,
    GARIM_WINDOW_BYTES_DEFAULT = 1 << 20,
    GARIM_WINDOW_BYTES_MAX = 4 << 20,
    GARIM_IN_FLIGHT_BYTES = 16 << 20, /* of all lanes together */
    GARIM_DEPTH_MIN = 2,              /* windows in flight in one lane */
    GARIM_DEPTH_MAX = 16,
    /* Lanes beyond the threads that transform, while others sleep in the
     * kernel: of a stream one reads and one writes; four calls at a time keep
     * a disk busy. */
    GARIM_SPARE_LANES_STREAM = 2,
    GARIM_SPARE_LANES_FILE = 4,
    GARIM_HUGE_PAGE_BYTES = 2 << 20,
    GARIM_DIRECT_ALIGNMENT = 4096, /* of O_DIRECT offsets, sizes, addresses */

    GARIM_PIECE_RECORDS = 1024, /* records a step works on at a time */
};

static_assert(GARIM_WINDOW_BYTES_MIN % GARIM_DIRECT_ALIGNMENT == 0,
              "a window is whole O_DIRECT sectors");

#endif
