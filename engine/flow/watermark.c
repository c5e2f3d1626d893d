/* watermark.c - how many windows are finished from the first on, and what they
 * came to
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/watermark.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

void garim_tally_add(struct garim_tally *to, const struct garim_tally *from,
                     size_t count_size)
{
    to->records += from->records;
    to->rows_out += from->rows_out;
    to->bytes_in += from->bytes_in;
    to->bytes_out += from->bytes_out;
    for (size_t i = 0; i < count_size; i++)
        to->counts[i] += from->counts[i];
}

size_t garim_watermark_words(const struct garim_watermark *watermark)
{
    return watermark->count_size + garim_observers_words(watermark->observers);
}

int garim_watermark_open(struct garim_watermark *watermark, size_t reach,
                         size_t count_size,
                         const struct garim_observers *observers)
{
    const size_t words = count_size + garim_observers_words(observers);
    ASSERT(reach > 0);
    *watermark = (struct garim_watermark){
        .reach = reach,
        .count_size = count_size,
        .observers = observers,
        .early = calloc(reach, sizeof *watermark->early),
        .finished = calloc(reach, sizeof *watermark->finished),
        .counts = calloc((reach + 1) * words + 1, sizeof(uint64_t)),
    };
    if (watermark->early == NULL || watermark->finished == NULL ||
        watermark->counts == NULL)
        return -1;
    for (size_t i = 0; i < reach; i++)
        watermark->early[i].counts = watermark->counts + i * words;
    watermark->below.counts = watermark->counts + reach * words;
    return 0;
}

void garim_watermark_close(struct garim_watermark *watermark)
{
    free(watermark->counts);
    free(watermark->finished);
    free(watermark->early);
    *watermark = (struct garim_watermark){0};
}

static void keep(struct garim_watermark *watermark, size_t place,
                 const struct garim_tally *tally)
{
    struct garim_tally *early = &watermark->early[place];
    uint64_t *counts = early->counts;
    memcpy(counts, tally->counts,
           garim_watermark_words(watermark) * sizeof *counts);
    *early = *tally;
    early->counts = counts;
    watermark->finished[place] = true;
}

void garim_watermark_restore(struct garim_watermark *watermark,
                             uint64_t windows, const struct garim_tally *tally)
{
    uint64_t *counts = watermark->below.counts;
    ASSERT(watermark->windows == 0);
    memcpy(counts, tally->counts,
           garim_watermark_words(watermark) * sizeof *counts);
    watermark->below = *tally;
    watermark->below.counts = counts;
    watermark->windows = windows;
}

bool garim_watermark_finish(struct garim_watermark *watermark, uint64_t index,
                            const struct garim_tally *tally)
{
    const size_t reach = watermark->reach;
    ASSERT(index >= watermark->windows && index - watermark->windows < reach);
    ASSERT(!watermark->finished[index % reach]);
    keep(watermark, index % reach, tally);
    const bool moved = index == watermark->windows;
    const size_t sums = watermark->count_size;
    for (size_t place = index % reach; moved && watermark->finished[place];
         place = watermark->windows % reach) {
        const struct garim_tally *early = &watermark->early[place];
        garim_tally_add(&watermark->below, early, sums);
        garim_observers_fold(watermark->observers,
                             watermark->below.counts + sums,
                             early->counts + sums);
        watermark->finished[place] = false;
        watermark->windows++;
    }
    return moved;
}
