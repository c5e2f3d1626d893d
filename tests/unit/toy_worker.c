/* toy_worker.c - a small worker that may widen records, and leave some out
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "toy_worker.h"

#include <string.h>

enum { DROPPED_OF = 10, DROPPED = 3 };

static uint8_t mask_of(uint64_t record)
{
    return (uint8_t)(0x80 | (record * 37 % 101 & ~8u));
}

enum garim_status job_worker_open(const void *user, void **ret_state,
                                  struct garim_error *error)
{
    (void)error;
    *ret_state = (void *)(uintptr_t)user;
    return GARIM_OK;
}

void job_worker_close(void *state)
{
    (void)state;
}

/* The line is broken where the shape of `row` does not hold. */
static bool is_broken(const struct garim_framing *framing, const uint8_t *row,
                      bool unterminated)
{
    const size_t bytes = framing->stride - framing->terminator_bytes;
    if (framing->terminator_bytes == 0) return false;
    if (memchr(row, '\n', bytes) != NULL) return true;
    return !unterminated && memcmp(row + bytes, framing->terminator,
                                   framing->terminator_bytes) != 0;
}

bool toy_drops(const struct scenario *scenario, uint64_t record)
{
    return scenario->drops && record % DROPPED_OF == DROPPED;
}

void toy_make_row(const struct scenario *scenario, const uint8_t *in,
                  uint8_t *out, uint64_t record, bool unterminated)
{
    const struct garim_framing *framing = &scenario->framing;
    const size_t bytes = framing->stride - framing->terminator_bytes;
    const bool faulty = in[0] == TOY_FAULTY;
    if (!unterminated)
        memmove(out + bytes + scenario->widen, in + bytes,
                framing->terminator_bytes);
    for (size_t k = 0; k < bytes; k++)
        out[k] = faulty ? '#' : in[k] ^ mask_of(record);
    memset(out + bytes, faulty ? '#' : 'w', scenario->widen);
}

/* The rows that are kept of those before `made->broken_row`: even ones first,
 * since a worker may work on them in any order. */
static void make_rows(const struct scenario *scenario,
                      const struct garim_batch *batch, size_t count,
                      struct garim_made *made)
{
    const size_t stride = scenario->framing.stride;
    const bool open_end = batch->last_unterminated && count == batch->count;
    size_t places[2] = {0};
    for (size_t odd = 0; odd < 2; odd++) {
        size_t place = 0;
        for (size_t i = 0; i < count; i++) {
            const uint64_t record = batch->first_record + i;
            if (toy_drops(scenario, record)) continue;
            if (i % 2 == odd)
                toy_make_row(scenario, batch->in + i * stride,
                             batch->out + place * batch->out_stride, record,
                             open_end && i == count - 1);
            place++;
        }
        places[odd] = place;
    }
    const bool last_kept =
        count > 0 && !toy_drops(scenario, batch->first_record + count - 1);
    made->rows = places[0];
    made->bytes =
        made->rows * batch->out_stride -
        (open_end && last_kept ? scenario->framing.terminator_bytes : 0);
}

static void worker_transform(void *state, const struct garim_batch *batch,
                             uint64_t *counts, struct garim_reject *rejects,
                             size_t reject_max, struct garim_made *ret_made)
{
    const struct scenario *scenario = state;
    struct garim_made made = {.broken_row = SIZE_MAX};
    size_t count = 0;
    for (; count < batch->count; count++) {
        const uint8_t *row = batch->in + count * batch->in_stride;
        const bool owned =
            count >= batch->owned_first && count < batch->owned_end;
        if (is_broken(&scenario->framing, row,
                      batch->last_unterminated && count == batch->count - 1)) {
            made.broken_row = count;
            break;
        }
        if (owned) counts[0] += row[0];
        if (owned) counts[1]++;
        if (owned && row[0] == TOY_FAULTY && made.reject_count < reject_max)
            rejects[made.reject_count++] =
                (struct garim_reject){.record = batch->first_record + count};
    }
    make_rows(scenario, batch, count, &made);
    *ret_made = made;
}

static void worker_describe(const void *user, const struct garim_reject *reject,
                            struct garim_reject_info *ret_reject)
{
    (void)user;
    (void)reject;
    *ret_reject = (struct garim_reject_info){
        .offset = 0,
        .field = "first",
        .reason = "is faulty",
    };
}

static const struct garim_worker toy = {
    .count_size = 2,
    .reject_steps = 1,
    .reject_breaches = 1,
    .open = job_worker_open,
    .close = job_worker_close,
    .transform = worker_transform,
    .describe = worker_describe,
};

size_t job_out_stride(const struct scenario *scenario)
{
    return scenario->framing.stride + scenario->widen;
}

struct garim_worker toy_worker(const struct scenario *scenario)
{
    struct garim_worker worker = toy;
    worker.user = scenario;
    worker.out_stride = job_out_stride(scenario);
    worker.drops = scenario->drops;
    return worker;
}
