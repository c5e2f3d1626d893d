/* observer.h - who looks at what a flow writes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * An observer notes something of each block, in its lane, and folds the notes
 * of all blocks, in the order of the output, into one state.  Notes ride in the
 * tally of their block, the state in that of the watermark: so it is part of
 * each checkpoint, and a resumed run goes on with it.
 */
#ifndef GARIM_FLOW_OBSERVER_H
#define GARIM_FLOW_OBSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a block writes. */
struct garim_view {
    const uint8_t *data;
    size_t bytes;    /* at least 1 */
    uint64_t offset; /* in the output */
};

struct garim_observer {
    const char *name;
    size_t note_bytes; /* all zeros before see() */
    size_t state_bytes;
    void (*see)(void *note, const struct garim_view *view);
    /* `note` is all zeros where the block wrote nothing. */
    void (*fold)(void *state, const void *note);
    /* Whether a state that was read can be that of `bytes` of output. */
    bool (*holds)(const void *state, uint64_t bytes);
};

/* Those of a job. */
struct garim_observers {
    const struct garim_observer *const *list;
    size_t count;
};

/* How many 64-bit words notes, or states, of all take. */
size_t garim_observers_words(const struct garim_observers *observers);

/* What belongs to observer `index` among those words. */
uint64_t *garim_observers_area(const struct garim_observers *observers,
                               uint64_t *words, size_t index);

void garim_observers_see(const struct garim_observers *observers,
                         uint64_t *notes, const struct garim_view *view);
bool garim_observers_hold(const struct garim_observers *observers,
                          uint64_t *states, uint64_t bytes);
void garim_observers_fold(const struct garim_observers *observers,
                          uint64_t *states, uint64_t *notes);

#endif
