/* framing.c - how records stand in a file: strides, line ends, both edges
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/framing.h"

#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"

struct garim_extent garim_framing_extent(const struct garim_framing *framing,
                                         uint64_t bytes)
{
    ASSERT(framing->stride > framing->terminator_bytes);
    const uint64_t rest = bytes % framing->stride;
    const bool unterminated =
        framing->terminator_bytes > 0 && framing->trailer.bytes == 0 &&
        rest == framing->stride - framing->terminator_bytes;
    ASSERT(rest < framing->stride);
    return (struct garim_extent){
        .records = bytes / framing->stride + unterminated,
        .rest_bytes = unterminated ? 0 : rest,
        .last_unterminated = unterminated,
    };
}

bool garim_framing_measure(const struct garim_framing *framing, uint64_t bytes,
                           struct garim_extent *ret_extent)
{
    const uint64_t edges = framing->header.bytes + framing->trailer.bytes;
    ASSERT(framing->header.bytes <= GARIM_EDGE_BYTES_MAX);
    ASSERT(framing->trailer.bytes <= GARIM_EDGE_BYTES_MAX);
    *ret_extent = (struct garim_extent){.rest_bytes = bytes};
    if (bytes < edges) return false;
    *ret_extent = garim_framing_extent(framing, bytes - edges);
    return ret_extent->rest_bytes == 0;
}

enum garim_status garim_framing_refuse(const struct garim_framing *framing,
                                       const char *path, uint64_t bytes,
                                       const struct garim_extent *extent,
                                       struct garim_error *error)
{
    const size_t edges = framing->header.bytes + framing->trailer.bytes;
    ASSERT(bytes < edges || extent->rest_bytes < framing->stride);
    ASSERT(framing->layout_name != NULL);
    if (bytes < edges)
        return garim_error_set_path(
            error, GARIM_INPUT, path,
            "size %llu is less than header and trailer (%zu) of layout %s; "
            "check that it is complete",
            (unsigned long long)bytes, edges, framing->layout_name);
    return garim_error_set_path(
        error, GARIM_INPUT, path,
        "size %llu, less header and trailer (%zu), is not a multiple of the "
        "record length %zu (line end included): %llu bytes are left over; "
        "check that it is complete and that layout %s is its layout",
        (unsigned long long)bytes, edges, framing->stride,
        (unsigned long long)extent->rest_bytes, framing->layout_name);
}

size_t garim_framing_find_broken(const struct garim_framing *framing,
                                 const uint8_t *rows, size_t count,
                                 bool last_open)
{
    const size_t stride = framing->stride;
    const size_t terminator_bytes = framing->terminator_bytes;
    const size_t record_bytes = stride - terminator_bytes;
    if (terminator_bytes == 0) return count;
    ASSERT(terminator_bytes <= GARIM_TERMINATOR_BYTES_MAX);
    ASSERT(stride > terminator_bytes);
    for (size_t i = 0; i < count; i++) {
        const uint8_t *row = rows + i * stride;
        if (memchr(row, '\n', record_bytes) != NULL) return i;
        if (last_open && i + 1 == count) return count;
        if (memcmp(row + record_bytes, framing->terminator, terminator_bytes) !=
            0)
            return i;
    }
    return count;
}
