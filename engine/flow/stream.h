/* stream.h - cutting a stream into blocks of whole records
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a block cannot use, a partial record and what may be the trailer, is
 * carried to the next.  Where writes are whole sectors a block ends with one,
 * and the record that this border cuts is carried too: both blocks transform
 * it, and the one that holds its first byte counts it.  Only the holder of the
 * read turn touches the stream.
 */
#ifndef GARIM_FLOW_STREAM_H
#define GARIM_FLOW_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct garim_block;
struct garim_flow;
struct garim_framing;

struct garim_stream {
    uint8_t *carry;
    size_t carry_bytes;
    size_t carry_bytes_max;
    size_t
        carry_header_bytes;  /* of the header, where the carry begins with it */
    size_t carry_done_bytes; /* of the carry: dropped, or written already */
    size_t unit_bytes; /* what a block writes is whole units, but the last */
    uint64_t records;  /* before the carry */
    uint64_t input_bytes;
    uint64_t output_bytes;
    uint64_t reserved_bytes; /* of the output, GARIM_NONE: no more */
    bool ended;
};

/* -1: out of memory. */
int garim_stream_open(struct garim_stream *stream,
                      const struct garim_framing *framing);
/* Leaves no byte of the input in the memory that it gives back. */
void garim_stream_close(struct garim_stream *stream);

/* From here on blocks write whole sectors, into space that is reserved ahead of
 * them where it `reserves`. */
void garim_stream_align(struct garim_stream *stream, bool reserves);

/* Prepare the read request of `block`: the carry, then as much as fits. */
void garim_stream_ask(struct garim_flow *flow, struct garim_block *block);

/* After that read: find the rows, keep the new carry and take space for the
 * output.  A stream that ends inside a record breaks the job there. */
void garim_stream_take(struct garim_flow *flow, struct garim_block *block);

#endif
