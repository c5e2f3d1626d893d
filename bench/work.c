/* work.c - memory for the values that kernels and their peers work on
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "work.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

enum { ALIGNMENT = 64 };

const uint8_t garim_bench_key[GARIM_BENCH_KEY_BYTES] =
    "the key of every benchmark here";

static size_t rounded(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The arrays of a work, one behind the other. */
struct part {
    uint8_t **start;
    size_t bytes;
};

uint64_t garim_bench_random(uint64_t *state)
{
    uint64_t hash = *state += 0x9e3779b97f4a7c15u;
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111ebu;
    return hash ^ hash >> 31;
}

/* All of it, in one stretch: outputs follow inputs as they would in a block. */
static void take_memory(struct garim_bench_work *work)
{
    const struct garim_bench_shape *shape = work->shape;
    uint8_t *offsets, *lengths, *which, *places, *numbers, *state;
    size_t words = shape->count * sizeof(uint32_t);
    const struct part parts[] = {
        {&work->data, shape->count * shape->stride},
        {&offsets, words},
        {&lengths, words},
        {&which, words},
        {&places, words},
        {&numbers, words},
        {&state, sizeof *work->state},
        {&work->flags, shape->count},
        {&work->tags, shape->count * GARIM_TAG_BYTES},
        {&work->out, shape->count * work->slot_bytes},
    };
    enum { COUNT = sizeof parts / sizeof parts[0] };
    for (size_t i = 0; i < COUNT; i++)
        work->memory_bytes += rounded(parts[i].bytes);
    uint8_t *next = work->memory = garim_bench_memory(work->memory_bytes);
    for (size_t i = 0; i < COUNT; i++) {
        *parts[i].start = next;
        next += rounded(parts[i].bytes);
    }
    work->offsets = (void *)offsets;
    work->lengths = (void *)lengths;
    work->which = (void *)which;
    work->places = (void *)places;
    work->numbers = (void *)numbers;
    work->state = (void *)state;
}

struct garim_bench_work *
garim_bench_work_open(const struct garim_bench_shape *shape)
{
    struct garim_bench_work *work = calloc(1, sizeof *work);
    ASSERT(work != NULL);
    work->shape = shape;
    work->count = shape->count;
    work->slot_bytes = rounded(shape->bytes);
    take_memory(work);
    garim_hmac_state_set(work->state, garim_bench_key, GARIM_BENCH_KEY_BYTES);
    return work;
}

void garim_bench_work_close(struct garim_bench_work *work)
{
    garim_bench_memory_free(work->memory, work->memory_bytes);
    free(work);
}

void garim_bench_work_reset(struct garim_bench_work *work,
                            const struct garim_bench_kind *kind)
{
    memset(work->out, 0, work->count * work->slot_bytes);
    memset(work->tags, 0, work->count * GARIM_TAG_BYTES);
    memset(work->flags, 0, work->count);
    for (size_t i = 0; i < work->count; i++) {
        work->offsets[i] = (uint32_t)(i * work->shape->stride);
        work->lengths[i] = (uint32_t)work->shape->bytes;
        work->which[i] = (uint32_t)i;
        work->places[i] = (uint32_t)(i * work->slot_bytes);
        work->numbers[i] = 0;
    }
    kind->prepare(work);
}
