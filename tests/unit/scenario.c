/* scenario.c - the input of a scenario, and what its output should be
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>

#include "job_support.h"
#include "toy_worker.h"

size_t job_input_size(const struct scenario *scenario)
{
    const struct garim_framing *framing = &scenario->framing;
    return framing->header.bytes + framing->trailer.bytes +
           scenario->records * framing->stride -
           (scenario->unterminated ? framing->terminator_bytes : 0) +
           scenario->extra;
}

static void fill_edge(const struct garim_framing *framing, uint8_t *data,
                      size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        data[i] = framing->terminator_bytes > 0 && i % 17 == 16 ? '\n' : 'E';
}

uint8_t *job_make_input(const struct scenario *scenario)
{
    const struct garim_framing *framing = &scenario->framing;
    const size_t bytes = framing->stride - framing->terminator_bytes;
    const size_t size = job_input_size(scenario);
    uint8_t *data = calloc(1, size + framing->stride + 2);
    fill_edge(framing, data, framing->header.bytes);
    for (uint64_t i = 0; i < scenario->records; i++) {
        uint8_t *row = data + framing->header.bytes + i * framing->stride;
        for (size_t k = 0; k < bytes; k++)
            row[k] = (uint8_t)('A' + (i + k) % 26);
        memcpy(row + bytes, framing->terminator, framing->terminator_bytes);
    }
    for (size_t i = 0; i < scenario->faults; i++)
        data[framing->header.bytes + scenario->records * (i + 1) /
                                         (scenario->faults + 1) *
                                         framing->stride] = TOY_FAULTY;
    if (scenario->broken != GARIM_NONE)
        data[framing->header.bytes + scenario->broken * framing->stride] = '\n';
    fill_edge(framing, data + size - framing->trailer.bytes - scenario->extra,
              framing->trailer.bytes + scenario->extra);
    return data;
}

static size_t put_edge(const struct garim_framing *framing,
                       enum garim_edge_action edge, const uint8_t *from,
                       size_t bytes, uint8_t *to)
{
    if (edge == GARIM_EDGE_DROP) return 0;
    for (size_t i = 0; i < bytes; i++)
        to[i] = edge == GARIM_EDGE_KEEP ||
                        (framing->terminator_bytes > 0 && from[i] == '\n')
                    ? from[i]
                    : framing->blank;
    return bytes;
}

uint64_t job_rows_out(const struct scenario *scenario)
{
    uint64_t rows = 0;
    for (uint64_t i = 0; i < scenario->records; i++)
        rows += toy_drops(scenario, i) ? 0 : 1;
    return rows;
}

/* Record by record, in their order. */
uint8_t *job_make_output(const struct scenario *scenario, const uint8_t *input,
                         uint64_t records, bool whole, size_t *ret_bytes)
{
    const struct garim_framing *framing = &scenario->framing;
    const size_t size = job_input_size(scenario);
    uint8_t *data = malloc(size + records * scenario->widen + 1);
    const uint8_t *in = input + framing->header.bytes;
    size_t at = put_edge(framing, framing->header.action, input,
                         framing->header.bytes, data);
    for (uint64_t i = 0; i < records; i++, in += framing->stride) {
        const bool open_end =
            whole && scenario->unterminated && i == records - 1;
        if (toy_drops(scenario, i)) continue;
        toy_make_row(scenario, in, data + at, i, open_end);
        at += job_out_stride(scenario) -
              (open_end ? framing->terminator_bytes : 0);
    }
    if (whole)
        at += put_edge(framing, framing->trailer.action,
                       input + size - framing->trailer.bytes,
                       framing->trailer.bytes, data + at);
    *ret_bytes = at;
    return data;
}
