/* watermark.h - how many windows are finished from the first on, and what they
 * came to
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Windows finish in any order.  Those that finish early are kept by themselves
 * until all below them are finished; so there is a reach, and no lane claims a
 * window above it.
 */
#ifndef GARIM_FLOW_WATERMARK_H
#define GARIM_FLOW_WATERMARK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/observer.h"
#include "flow/worker.h"

struct garim_watermark {
    uint64_t windows;         /* finished, from window 0 on without a gap */
    struct garim_tally below; /* of exactly those */
    size_t reach;
    size_t count_size; /* of the worker */
    const struct garim_observers *observers;
    struct garim_tally *early; /* by window modulo `reach` */
    bool *finished;            /* likewise */
    uint64_t *counts;          /* memory of all tallies */
};

/* -1: out of memory. */
int garim_watermark_open(struct garim_watermark *watermark, size_t reach,
                         size_t count_size,
                         const struct garim_observers *observers);
void garim_watermark_close(struct garim_watermark *watermark);

/* Window `index` is finished, once.  True: the watermark has moved. */
bool garim_watermark_finish(struct garim_watermark *watermark, uint64_t index,
                            const struct garim_tally *tally);

/* The words of a tally: counts and what observers noted. */
size_t garim_watermark_words(const struct garim_watermark *watermark);

/* Begin behind `windows` windows that came to `tally`. */
void garim_watermark_restore(struct garim_watermark *watermark,
                             uint64_t windows, const struct garim_tally *tally);

/* Add `from` to `to`, each with `count_size` counts. */
void garim_tally_add(struct garim_tally *to, const struct garim_tally *from,
                     size_t count_size);

#endif
