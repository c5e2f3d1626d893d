/* job_report.c - what a running job holds, and how its report is filled
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/assert.h"
#include "job/job_state.h"

void garim_job_note(struct garim_report *report, const char *text)
{
    const size_t used = strlen(report->notes);
    ASSERT(used < sizeof report->notes);
    (void)snprintf(report->notes + used, sizeof report->notes - used, "%s%s",
                   used == 0 ? "" : "; ", text);
}

uint64_t garim_job_output_bytes(const struct garim_flow *flow)
{
    return flow->sink->in_turn ? flow->append.bytes
                               : flow->geometry.output_bytes;
}

void garim_job_note_ways(struct garim_job_state *state)
{
    if (state->noted) return;
    state->noted = true;
    const struct garim_flow *flow = &state->flow;
    const struct garim_output *output = &state->output;
    const unsigned without = flow->options->without;
    const bool direct = (without & GARIM_WITHOUT_DIRECT) == 0;
    const struct {
        bool holds;
        const char *text;
    } ways[] = {
        {!direct, "without O_DIRECT, as told"},
        {without & GARIM_WITHOUT_REGISTERED,
         "without registered buffers, as told"},
        {without & GARIM_WITHOUT_FALLOCATE, "without fallocate, as told"},
        {without & GARIM_WITHOUT_DONTCACHE, "without RWF_DONTCACHE, as told"},
        {direct && flow->source == &garim_source_windows &&
             !state->input.direct,
         "the input does not do O_DIRECT"},
        {direct && output->part != NULL && !output->direct &&
             garim_job_output_bytes(flow) > 0,
         "the output does not do O_DIRECT"},
        {flow->uncached_in || flow->uncached_out,
         "the page cache is spared (RWF_DONTCACHE)"},
        {output->unreserved, "the disk does not reserve space"},
        {flow->fell_back, "a lane could not have its ring"},
        {flow->source->reads && garim_input_was_touched(&state->input),
         "the input got a link, a name or rights during the run"},
        {flow->unregistered, "buffers could not be registered"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (ways[i].holds) garim_job_note(state->report, ways[i].text);
}

void garim_job_fill_report(const struct garim_job_state *state)
{
    struct garim_report *report = state->report;
    const struct garim_flow *flow = &state->flow;
    ASSERT(flow->io != NULL);
    report->records_out = flow->total.rows_out;
    report->records_in = flow->source->reads ? flow->total.records : 0;
    report->bytes_in = flow->total.bytes_in;
    report->bytes_out = flow->total.bytes_out;
    report->seconds = garim_flow_clock(flow) - state->begin_seconds;
    report->lanes = state->lanes;
    report->io = flow->io->name;
    report->direct_in = state->input.direct;
    report->direct_out = state->output.direct;
    report->published = state->output.published;
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        report->peak_memory_bytes = (uint64_t)usage.ru_maxrss * 1024;
}
