/* observer.c - who looks at what a flow writes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/observer.h"

#include "base/assert.h"

/* The greater of both: notes and states stand in tallies of one kind. */
static size_t words_of(const struct garim_observer *observer)
{
    const size_t bytes = observer->note_bytes > observer->state_bytes
                             ? observer->note_bytes
                             : observer->state_bytes;
    return (bytes + sizeof(uint64_t) - 1) / sizeof(uint64_t);
}

size_t garim_observers_words(const struct garim_observers *observers)
{
    size_t words = 0;
    for (size_t i = 0; i < observers->count; i++)
        words += words_of(observers->list[i]);
    return words;
}

uint64_t *garim_observers_area(const struct garim_observers *observers,
                               uint64_t *words, size_t index)
{
    ASSERT(index < observers->count);
    for (size_t i = 0; i < index; i++)
        words += words_of(observers->list[i]);
    return words;
}

void garim_observers_see(const struct garim_observers *observers,
                         uint64_t *notes, const struct garim_view *view)
{
    ASSERT(view->bytes > 0);
    for (size_t i = 0; i < observers->count; i++)
        observers->list[i]->see(garim_observers_area(observers, notes, i),
                                view);
}

void garim_observers_fold(const struct garim_observers *observers,
                          uint64_t *states, uint64_t *notes)
{
    for (size_t i = 0; i < observers->count; i++)
        observers->list[i]->fold(garim_observers_area(observers, states, i),
                                 garim_observers_area(observers, notes, i));
}

bool garim_observers_hold(const struct garim_observers *observers,
                          uint64_t *states, uint64_t bytes)
{
    bool hold = true;
    for (size_t i = 0; i < observers->count; i++)
        hold &= observers->list[i]->holds(
            garim_observers_area(observers, states, i), bytes);
    return hold;
}
