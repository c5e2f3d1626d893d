/* stream.h - where the reading of a stream stands
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a block cannot use, a partial record and what may be the trailer, is
 * carried to the next.  Only the holder of the read turn touches the stream.
 */
#ifndef GARIM_FLOW_STREAM_H
#define GARIM_FLOW_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct garim_framing;

struct garim_stream {
    uint8_t *carry;
    size_t carry_bytes;
    size_t carry_bytes_max;
    uint64_t records; /* before the carry */
    uint64_t input_bytes;
    uint64_t output_bytes; /* of them, if every record goes to the output */
    bool ended;
};

/* -1: out of memory. */
int garim_stream_open(struct garim_stream *stream,
                      const struct garim_framing *framing);
/* Leaves no byte of the input in the memory that it gives back. */
void garim_stream_close(struct garim_stream *stream);

#endif
