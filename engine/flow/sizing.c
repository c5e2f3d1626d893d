/* sizing.c - how many lanes, and how many blocks in each, a job gets
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "flow/sizing.h"

#include <sched.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"

/* The cores this process may use. */
static unsigned core_count(void)
{
    cpu_set_t cores;
    long count = 0;
    if (sched_getaffinity(0, sizeof cores, &cores) == 0)
        count = CPU_COUNT(&cores);
    else
        count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1) return 1;
    return count > GARIM_THREADS_MAX ? GARIM_THREADS_MAX : (unsigned)count;
}

size_t garim_sizing_round(size_t bytes)
{
    const size_t unit = bytes < GARIM_HUGE_PAGE_BYTES / 4
                            ? GARIM_DIRECT_ALIGNMENT
                            : GARIM_HUGE_PAGE_BYTES;
    return (bytes + unit - 1) / unit * unit;
}

static unsigned depth_of(const struct garim_sizing_facts *facts, unsigned lanes)
{
    if (facts->in_turn || facts->synchronous) return 1;
    uint64_t depth = GARIM_IN_FLIGHT_BYTES / lanes / facts->window_bytes;
    if (depth < GARIM_DEPTH_MIN) depth = GARIM_DEPTH_MIN;
    if (depth > GARIM_DEPTH_MAX) depth = GARIM_DEPTH_MAX;
    const uint64_t share = facts->windows / lanes + 1;
    return (unsigned)(depth < share ? depth : share);
}

static uint64_t bytes_of(const struct garim_sizing *sizing,
                         const struct garim_sizing_facts *facts)
{
    return sizing->lanes *
           (uint64_t)garim_sizing_round(sizing->depth * facts->buffer_bytes);
}

/* Fewer blocks in flight first, then fewer lanes. */
static bool fit(struct garim_sizing *sizing,
                const struct garim_sizing_facts *facts, uint64_t memory_bytes)
{
    while (bytes_of(sizing, facts) > memory_bytes) {
        if (sizing->depth > 1)
            sizing->depth--;
        else if (sizing->lanes > 1)
            sizing->lanes--;
        else
            return false;
    }
    return true;
}

enum garim_status garim_sizing_make(struct garim_sizing *ret_sizing,
                                    const struct garim_job_options *options,
                                    const struct garim_sizing_facts *facts,
                                    struct garim_error *error)
{
    struct garim_sizing sizing = {.threads = options->threads};
    ASSERT(facts->window_bytes > 0 && facts->buffer_bytes > 0);
    if (sizing.threads == 0) sizing.threads = core_count();
    sizing.lanes = sizing.threads;
    if (facts->in_turn)
        sizing.lanes += GARIM_SPARE_LANES_STREAM;
    else if (facts->synchronous)
        sizing.lanes += GARIM_SPARE_LANES_FILE;
    if (!facts->in_turn && sizing.lanes > facts->windows)
        sizing.lanes = facts->windows == 0 ? 1 : (unsigned)facts->windows;
    sizing.depth = depth_of(facts, sizing.lanes);
    ASSERT(sizing.lanes > 0 && sizing.depth > 0);
    *ret_sizing = sizing;
    if (options->memory_bytes == 0 ||
        fit(ret_sizing, facts, options->memory_bytes))
        return GARIM_OK;
    return garim_error_set(
        error, GARIM_USAGE,
        "%llu bytes of memory are too few; one block takes %llu (its records "
        "and window, on whole pages): give --memory %lluk at the least, or a "
        "smaller --window",
        (unsigned long long)options->memory_bytes,
        (unsigned long long)bytes_of(ret_sizing, facts),
        (unsigned long long)(bytes_of(ret_sizing, facts) >> 10));
}
