/* flow.h - what the lanes of a running job share
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Constant from the first record on, or guarded by its own means: between
 * regular files lanes share `next_index` and, once a window, `total`.
 */
#ifndef GARIM_FLOW_FLOW_H
#define GARIM_FLOW_FLOW_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "io/io.h"
#include "flow/geometry.h"
#include "flow/pace.h"
#include "flow/rejects.h"
#include "flow/sink.h"
#include "flow/source.h"
#include "flow/stream.h"
#include "flow/turn.h"
#include "flow/watermark.h"

struct garim_flow {
    /* ---- constant from the first block on ---- */
    const struct garim_job_options *options;
    const struct garim_framing *framing;
    const struct garim_worker *worker;
    struct garim_observers observers;
    const struct garim_io *io;
    const struct garim_source *source;
    const struct garim_sink *sink;
    int input; /* descriptors */
    int output;
    const char *input_path; /* for messages */
    const char *output_path;
    uint64_t input_base; /* of a stream in a regular file, see input.h */
    uint64_t output_base;
    bool direct_out; /* writes are whole sectors */
    bool uncached_in, uncached_out;
    struct garim_geometry geometry; /* of a stream: strides only */
    size_t buffer_bytes;
    size_t made_bytes;      /* of a second buffer; 0: all stays in place */
    size_t rejects_max;     /* of one block */
    unsigned depth;         /* blocks in flight in one lane */
    unsigned threads;       /* that may transform at a time */
    uint64_t resumed_bytes; /* in (out without an input), by an earlier run */
    uint64_t windows_past_checkpoint_max; /* how far lanes may go beyond it */

    /* ---- shared, each guarded by its own means ---- */
    sem_t gate;                  /* counts `threads` down */
    _Atomic uint64_t next_index; /* of the block nobody has claimed */
    _Atomic uint64_t claim_end;  /* nor may, this one and all above it */
    struct garim_turn read_turn; /* guards `stream` */
    struct garim_stream stream;
    struct garim_turn place_turn; /* guards `append` */
    struct garim_append append;
    struct garim_pace pace;
    struct garim_rejects rejects;
    atomic_bool stop;         /* at once: `error` says why */
    atomic_bool drain;        /* claim no more; what is claimed is finished */
    atomic_bool foreign;      /* the header is not this layout's */
    atomic_bool fell_back;    /* a lane could not have its ring */
    atomic_bool unregistered; /* nor its buffers registered */

    /* ---- under `lock` ---- */
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct garim_tally total;
    struct garim_watermark watermark;
    uint64_t wake_bytes; /* signal `changed` when so many are finished without a
                            gap */
    uint64_t durable_windows; /* in the last checkpoint */
    unsigned waiting;         /* lanes, for `claim_end` to rise */
    struct garim_error error;
    unsigned ready;    /* lanes that have opened, well or not */
    unsigned finished; /* lanes that have ended */
    bool go;
};

/* Seconds of the clock of the back end, which is never set. */
double garim_flow_clock(const struct garim_flow *flow);

/* Note the first error and stop all lanes. */
void garim_flow_fail(struct garim_flow *flow, const struct garim_error *error);

/* Claim the next block, in the order of the output; GARIM_NONE: not now. */
uint64_t garim_flow_claim(struct garim_flow *flow);

/* Sleep until a window may be claimed, none is left or the job ends. */
void garim_flow_wait_for_room(struct garim_flow *flow);

/* The first `windows` windows are safe: let the lanes go on from there, and
 * signal `changed` at `wake_bytes`. */
void garim_flow_set_durable(struct garim_flow *flow, uint64_t windows,
                            uint64_t wake_bytes);

/* Under `lock`: whether so much is finished beyond the last checkpoint that
 * another is due, by bytes or because lanes may go no further. */
bool garim_flow_is_ahead(const struct garim_flow *flow);

/* Block `index` is finished: add its numbers. */
void garim_flow_count(struct garim_flow *flow, uint64_t index,
                      const struct garim_tally *tally);

#endif
