/* worker.h - what flows through a job: records side by side, and who transforms
 * them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The flow knows bytes, records and windows; what happens to a record is the
 * business of the worker that the public interface plugs in.
 */
#ifndef GARIM_FLOW_WORKER_H
#define GARIM_FLOW_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garim/garim.h"
#include "record/breach.h"
#include "record/framing.h"

/* Records that stand side by side in memory. */
struct garim_batch {
    const uint8_t *in;
    uint8_t *out; /* the same, where strides are and nothing is left out; else
                     it does not overlap */
    size_t in_stride;
    size_t out_stride;
    size_t count;
    uint64_t first_record;  /* number of the first, from 0 */
    size_t owned_first;     /* rows [owned_first, owned_end) are counted and */
    size_t owned_end;       /*   reported; the others only transformed */
    bool last_unterminated; /* the last row lacks its terminator */
};

/* What a worker made of a batch. */
struct garim_made {
    size_t rows;         /* in `out` */
    size_t bytes;        /* of them */
    size_t broken_row;   /* see garim_worker.transform; SIZE_MAX: none */
    size_t reject_count; /* stored */
};

/* The numbers of some records.  `counts` has `count_size` entries, summed entry
 * by entry; what they mean is the worker's business.  Behind them stands what
 * observers noted. */
struct garim_tally {
    uint64_t records;  /* of the input */
    uint64_t rows_out; /* that came of them */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t *counts;
};

/* What the pipeline does with records.  `open` is called once in each lane's
 * thread. */
struct garim_worker {
    const void *user;
    size_t count_size; /* entries of garim_tally.counts */
    size_t out_stride; /* of what it makes of a record; 0: as in the input */
    bool drops;        /* rows may be left out, or change places in a batch */
    unsigned reject_steps;    /* garim_reject.step is below this */
    unsigned reject_breaches; /* and garim_reject.breach below this */

    enum garim_status (*open)(const void *user, void **ret_state,
                              struct garim_error *error);
    void (*close)(void *state);

    /* Transform a batch.  Rows that break their layout are blanked whole; the
     * first `reject_max` owned ones go to `rejects`, ascending.  Adds to
     * `counts` for owned rows.  When the framing breaks (a terminator out of
     * place, a line feed inside), the row's index goes to
     * `ret_made->broken_row`: nothing of that row and those after it may be
     * written, and those before it are all that was made.  Pure: the same rows
     * always become the same. */
    void (*transform)(void *state, const struct garim_batch *batch,
                      uint64_t *counts, struct garim_reject *rejects,
                      size_t reject_max, struct garim_made *ret_made);

    /* Instead of `transform`, for a job without input: write `count` records
     * from number `first` on. */
    void (*generate)(void *state, uint64_t first, size_t count, uint8_t *out);

    /* A reject in words, for errors and the report. */
    void (*describe)(const void *user, const struct garim_reject *reject,
                     struct garim_reject_info *ret_info);
};

#endif
