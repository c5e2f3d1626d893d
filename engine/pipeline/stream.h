/* stream.h - cutting a stream into blocks of whole records
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a block cannot use, a partial record and what may be the trailer, is
 * carried to the next.  Only the holder of the read turn touches the stream.
 */
#ifndef GARIM_PIPELINE_STREAM_H
#define GARIM_PIPELINE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct garim_block;
struct garim_run;

struct garim_stream {
    uint8_t *carry;
    size_t carry_bytes;
    uint64_t records; /* handed to blocks so far */
    uint64_t input_bytes;
    uint64_t output_bytes;
    bool ended;
};

/* -1: out of memory. */
int garim_stream_open(struct garim_stream *stream, size_t carry_bytes_max);
void garim_stream_close(struct garim_stream *stream);

/* Prepare the read request of `block`: the carry, then as much as fits. */
void garim_stream_ask(struct garim_run *run, struct garim_block *block);

/* After that read: find the rows and keep the new carry.  A stream that ends
 * inside a record breaks the job there. */
void garim_stream_take(struct garim_run *run, struct garim_block *block);

#endif
