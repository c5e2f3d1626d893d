/* source.h - where the records of a flow come from
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_FLOW_SOURCE_H
#define GARIM_FLOW_SOURCE_H

#include "flow/block.h"

struct garim_source {
    const char *name;
    bool reads; /* there is an input; else the worker generates records */
    /* Blocks are read in turn, and nobody knows how many there are; else they
     * are the windows of the geometry. */
    bool in_turn;

    /* Make `block` the one of its index, with the read request that is due
     * where the source reads. */
    void (*ask)(struct garim_flow *flow, struct garim_block *block);

    /* After that read, which brought request.result bytes.  NULL, or why the
     * input cannot be read on. */
    const char *(*take)(struct garim_flow *flow, struct garim_block *block);

    /* The input cannot be read on from this block: it comes to nothing.
     * Returns its first record; `error` gets an offset where there is one. */
    uint64_t (*give_up)(struct garim_flow *flow, struct garim_block *block,
                        struct garim_error *error);
};

extern const struct garim_source garim_source_none;    /* source_windows.c */
extern const struct garim_source garim_source_windows; /* of a regular file */
extern const struct garim_source garim_source_stream;  /* source_stream.c */

#endif
