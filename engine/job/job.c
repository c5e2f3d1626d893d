/* job.c - one file job from its options to its report
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "job/identity.h"
#include "job/job_state.h"
#include "flow/lanes.h"
#include "job/slice.h"
#include "flow/sizing.h"
#include "job/job_error.h"
#include "job/verify.h"
#include "job/watch.h"

/* Windows that may be finished while one below them is not. */
enum { REACH_MIN = 256 };

/* ---- options ------------------------------------------------------------- */

static enum garim_status check_options(const struct garim_job_options *options,
                                       struct garim_error *error)
{
    const size_t window = options->window_bytes;
    if (window != 0 &&
        (window < GARIM_WINDOW_BYTES_MIN || window > GARIM_WINDOW_BYTES_MAX ||
         (window & (window - 1)) != 0))
        return garim_error_set(error, GARIM_USAGE,
                               "a window of %zu bytes; give a power of two "
                               "from %d to %d",
                               window, GARIM_WINDOW_BYTES_MIN,
                               GARIM_WINDOW_BYTES_MAX);
    if (options->max_rejects > GARIM_REJECTS_MAX)
        return garim_error_set(
            error, GARIM_USAGE, "%llu rejects; give at most %d",
            (unsigned long long)options->max_rejects, GARIM_REJECTS_MAX);
    if (options->threads > GARIM_THREADS_MAX)
        return garim_error_set(error, GARIM_USAGE,
                               "%u threads; give at most %d", options->threads,
                               GARIM_THREADS_MAX);
    if (options->resume && options->restart)
        return garim_error_set(error, GARIM_USAGE,
                               "both --resume and --restart; go on with a part "
                               "or discard it");
    if (options->resume && options->filter != NULL)
        return garim_error_set(error, GARIM_USAGE,
                               "what goes through a filter cannot be resumed; "
                               "run without --resume");
    return GARIM_OK;
}

static enum garim_status choose_io(struct garim_job_state *state,
                                   struct garim_error *error)
{
    const enum garim_io_choice choice = state->flow.options->io;
    const struct garim_io *own = state->job->io;
    state->flow.io = own != NULL ? own : &garim_io_posix;
    if (own != NULL || choice == GARIM_IO_POSIX) return GARIM_OK;
    const struct garim_io_queue_options trial = {.depth = 1};
    struct garim_io_queue *queue;
    const int result = garim_io_uring.queue_open(&queue, &trial);
    if (result >= 0) {
        garim_io_uring.queue_close(queue);
        state->flow.io = &garim_io_uring;
        return GARIM_OK;
    }
    if (choice == GARIM_IO_URING)
        return garim_error_set(error, GARIM_USAGE,
                               "io_uring is not available here (%s); let --io "
                               "choose, or take posix",
                               garim_error_text(-result));
    char text[96];
    (void)snprintf(text, sizeof text, "io_uring is not available (%s)",
                   garim_error_text(-result));
    garim_job_note(state->report, text);
    return GARIM_OK;
}

/* ---- input and output ---------------------------------------------------- */

/* Open the input and find the geometry; a stream's is that of no records. */
static enum garim_status open_input(struct garim_job_state *state,
                                    struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    const struct garim_job *job = state->job;
    const struct garim_framing *framing = job->framing;
    if (job->worker->generate != NULL) {
        if (garim_geometry_generate(&flow->geometry, framing,
                                    state->window_bytes, job->generate_records))
            return GARIM_OK;
        return garim_error_set(error, GARIM_USAGE,
                               "%llu records are too many for a file",
                               (unsigned long long)job->generate_records);
    }
    struct garim_input *input = &state->input;
    const enum garim_status status =
        garim_input_open(input, flow->io, job->options, job->seal, error);
    if (status != GARIM_OK) return status;
    flow->input = input->descriptor;
    flow->input_path = input->path;
    flow->source = input->stream ? &garim_source_stream : &garim_source_windows;
    flow->input_base = input->base;
    state->resumable = !input->stream;
    if (input->stream && job->options->resume)
        return garim_error_set_path(error, GARIM_USAGE, input->path,
                                    "a stream cannot be resumed; name a file "
                                    "with -i, or run without --resume");
    return garim_slice_measure(&flow->geometry, job, input, state->window_bytes,
                               error);
}

/* Open the output for what the job is. */
static enum garim_status open_part(struct garim_job_state *state,
                                   struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    const struct garim_job *job = state->job;
    const struct garim_geometry *geometry = &flow->geometry;
    const struct garim_journal_job identity =
        garim_identity(job, &state->input, geometry);
    const struct garim_journal_bounds bounds = {
        .first_record = geometry->first_record,
        .records = geometry->records,
        .bytes_in = geometry->input_bytes,
        .grows_by = job->worker->drops ? geometry->in_stride : 0,
        .reject_steps = job->worker->reject_steps,
        .reject_breaches = job->worker->reject_breaches,
    };
    const struct garim_output_job wanted = {
        .identity = &identity,
        .bounds = &bounds,
        .seal = job->seal,
        .input = flow->source->reads ? &state->input : NULL,
    };
    return garim_output_open(&state->output, flow->io, job->options, &wanted,
                             error);
}

static enum garim_status open_output(struct garim_job_state *state,
                                     struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    struct garim_output *output = &state->output;
    const enum garim_status status = open_part(state, error);
    if (status != GARIM_OK) return status;
    if (output->start != GARIM_START_NEW)
        state->window_bytes = output->journal.job.window_bytes;
    ASSERT((state->window_bytes & (state->window_bytes - 1)) == 0);
    flow->sink = output->ordered ? &garim_sink_pipe
                 : flow->source->in_turn || flow->worker->drops
                     ? &garim_sink_append
                     : &garim_sink_windows;
    garim_geometry_cut(&flow->geometry, state->window_bytes,
                       flow->sink->in_turn);
    state->resumable &= !output->ordered;
    flow->output = output->sink;
    flow->output_path = output->path;
    flow->output_base = output->base;
    return GARIM_OK;
}

/* A part that grows is written by whole sectors only where it cannot be
 * resumed: nothing of its last one may be missing then. */
static enum garim_status reserve(struct garim_job_state *state,
                                 struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    struct garim_output *output = &state->output;
    if (flow->sink == &garim_sink_windows) {
        const enum garim_status status =
            garim_output_reserve(output, flow->geometry.output_bytes, error);
        flow->direct_out = output->direct;
        return status;
    }
    if (flow->sink == &garim_sink_append && !state->resumable)
        garim_output_direct(output);
    flow->direct_out = output->direct;
    const uint64_t done = flow->append.bytes;
    ASSERT(!output->direct || done == 0);
    if (garim_append_open(&flow->append,
                          output->direct ? GARIM_DIRECT_ALIGNMENT : 1,
                          output->direct && (output->without &
                                             GARIM_WITHOUT_FALLOCATE) == 0) < 0)
        return garim_error_no_memory(error);
    flow->append.bytes = done;
    return GARIM_OK;
}

/* What passes through the page cache leaves it as it was. */
static void spare_cache(struct garim_job_state *state)
{
    struct garim_flow *flow = &state->flow;
    const struct garim_io *io = flow->io;
    if ((flow->options->without & GARIM_WITHOUT_DONTCACHE) != 0) return;
    flow->uncached_in = flow->source->reads && !state->input.direct &&
                        S_ISREG(state->input.identity.st_mode) &&
                        io->uncached(flow->input);
    flow->uncached_out = !flow->sink->writes_in_turn && !state->output.direct &&
                         io->uncached(flow->output);
}

/* ---- lanes --------------------------------------------------------------- */

/* Decide on lanes and buffers. */
static enum garim_status plan(struct garim_job_state *state,
                              struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    const struct garim_job_options *options = flow->options;
    const size_t out_stride = garim_job_out_stride(state->job);
    flow->buffer_bytes = garim_geometry_buffer_bytes(flow->framing, out_stride,
                                                     state->window_bytes);
    if (flow->source->reads &&
        (out_stride != flow->framing->stride || flow->worker->drops))
        flow->made_bytes = garim_geometry_made_bytes(flow->framing, out_stride,
                                                     flow->buffer_bytes);
    const struct garim_sizing_facts facts = {
        .synchronous = flow->io->synchronous,
        .in_turn = flow->source->in_turn,
        .windows = flow->geometry.window_count,
        .window_bytes = state->window_bytes,
        .buffer_bytes = flow->buffer_bytes + flow->made_bytes,
    };
    struct garim_sizing plan;
    const enum garim_status status =
        garim_sizing_make(&plan, options, &facts, error);
    if (status != GARIM_OK) return status;
    state->lanes = plan.lanes;
    flow->depth = plan.depth;
    flow->pace.bytes_per_second = options->rate_bytes;
    flow->threads = plan.threads;
    return GARIM_OK;
}

static enum garim_status take_shared_memory(struct garim_job_state *state,
                                            struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    const struct garim_job *job = state->job;
    const struct garim_framing *framing = job->framing;
    const size_t rejects = (size_t)job->options->max_rejects;
    ASSERT(flow->buffer_bytes > 0 && state->lanes > 0);
    ASSERT(rejects <= GARIM_REJECTS_MAX);
    flow->rejects_max = flow->buffer_bytes / framing->stride + 1;
    if (flow->rejects_max > rejects + 1) flow->rejects_max = rejects + 1;
    flow->total.counts =
        calloc(garim_job_count_size(job) + 1, sizeof *flow->total.counts);
    if (flow->total.counts == NULL ||
        garim_rejects_open(&flow->rejects, rejects) < 0 ||
        garim_stream_open(&flow->stream, framing) < 0)
        return garim_error_no_memory(error);
    size_t reach = 4 * (size_t)state->lanes * flow->depth;
    if (reach < REACH_MIN) reach = REACH_MIN;
    if (garim_watermark_open(&flow->watermark, reach, job->worker->count_size,
                             &flow->observers) < 0)
        return garim_error_no_memory(error);
    flow->claim_end = reach;
    if (!state->resumable) return GARIM_OK;
    return garim_checkpoint_open(&state->checkpoint, flow, &state->output,
                                 &state->input, error);
}

/* What an earlier run had done. */
static enum garim_status restore(struct garim_job_state *state,
                                 struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    const enum garim_start start = state->output.start;
    if (start == GARIM_START_NEW) return GARIM_OK;
    const enum garim_status status =
        garim_checkpoint_restore(&state->checkpoint, error);
    if (status != GARIM_OK) return status;
    flow->resumed_bytes = flow->total.bytes_in;
    state->report->resumed_records = flow->total.records;
    state->report->resumed_bytes = flow->resumed_bytes;
    state->resumed_windows = state->output.journal.point.windows;
    ASSERT(state->resumable);
    ASSERT(state->resumed_windows <= flow->geometry.window_count);
    if (start == GARIM_START_PUBLISHED) return GARIM_OK;
    return garim_verify(flow, &state->output, flow->options->verify_part,
                        error);
}

/* ---- the end ------------------------------------------------------------- */

/* Make all of the part durable, and say so in its state. */
static enum garim_status finish(struct garim_job_state *state,
                                struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    const uint64_t bytes = garim_job_output_bytes(flow);
    ASSERT(flow->total.bytes_out == bytes);
    if (!flow->source->in_turn && !flow->sink->writes_in_turn)
        ASSERT(flow->watermark.windows == flow->geometry.window_count);
    enum garim_status status =
        garim_output_finish(&state->output, bytes, error);
    if (status == GARIM_OK && state->resumable)
        status = garim_checkpoint_complete(&state->checkpoint, error);
    return status;
}

/* All that was counted, and behind it what observers saw. */
static void collect_counts(const struct garim_job_state *state,
                           uint64_t *counts)
{
    const struct garim_flow *flow = &state->flow;
    const size_t sums = flow->worker->count_size;
    if (flow->total.counts == NULL || flow->watermark.below.counts == NULL)
        return;
    memmove(counts, flow->total.counts, sums * sizeof *counts);
    memcpy(counts + sums, flow->watermark.below.counts + sums,
           garim_observers_words(&flow->observers) * sizeof *counts);
}

/* Whoever reports on the job does so before its output gets a name, and again
 * before the state goes: a run that is killed between can be gone on with. */
static enum garim_status tell(struct garim_job_state *state,
                              struct garim_error *error)
{
    const struct garim_job *job = state->job;
    if (job->whole == NULL) return GARIM_OK;
    garim_job_note_ways(state);
    garim_job_fill_report(state);
    collect_counts(state, state->flow.total.counts);
    return job->whole(job, state->report, state->flow.total.counts, error);
}

static enum garim_status publish(struct garim_job_state *state,
                                 struct garim_error *error)
{
    const struct garim_flow *flow = &state->flow;
    enum garim_status status = GARIM_OK;
    if (flow->source->in_turn)
        status = garim_slice_check_count(state->job, flow->input_path,
                                         flow->total.records, error);
    if (flow->source->reads && status == GARIM_OK)
        status = garim_input_check(&state->input, true, error);
    if (status == GARIM_OK)
        status = garim_output_drain(&state->output,
                                    garim_job_output_bytes(flow), error);
    if (status != GARIM_OK || state->output.stream) return status;
    if (state->output.start < GARIM_START_COMPLETE)
        status = finish(state, error);
    if (status == GARIM_OK && state->output.start != GARIM_START_PUBLISHED)
        status = tell(state, error);
    if (status == GARIM_OK)
        status = garim_output_publish(&state->output, error);
    return status == GARIM_OK ? tell(state, error) : status;
}

/* Whether what is there is kept; where the part can be resumed `error` says how
 * to go on. */
static bool keep_part(const struct garim_job_state *state,
                      enum garim_status status, struct garim_error *error)
{
    const struct garim_journal_point *point = &state->output.journal.point;
    if (!state->resumable || state->output.part == NULL ||
        state->output.published || point->windows == 0)
        return false;
    if ((status == GARIM_DATA || status == GARIM_INPUT) &&
        point->windows > state->resumed_windows)
        return false;
    if (error == NULL || garim_output_check(&state->output, NULL) != GARIM_OK)
        return true;
    const size_t used = strlen(error->message);
    (void)snprintf(error->message + used, sizeof error->message - used,
                   "; --resume goes on after %llu records",
                   (unsigned long long)point->records);
    return true;
}

/* ---- the job ------------------------------------------------------------- */

/* Fewer windows than there are: the job was told to stop. */
static enum garim_status judge_interruption(const struct garim_flow *flow,
                                            struct garim_error *error)
{
    ASSERT(flow->source->in_turn ||
           flow->watermark.windows <= flow->geometry.window_count);
    if (!flow->drain || flow->watermark.windows == flow->geometry.window_count)
        return GARIM_OK;
    return garim_error_set(error, GARIM_TEMPORARY, "interrupted; run again");
}

static enum garim_status run_lanes(struct garim_job_state *state,
                                   struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    struct garim_checkpoint *checkpoint =
        state->resumable ? &state->checkpoint : NULL;
    enum garim_status status = reserve(state, error);
    if (status != GARIM_OK) return status;
    spare_cache(state);
    struct garim_lanes lanes;
    status = garim_lanes_start(&lanes, flow, state->lanes, error);
    if (status == GARIM_OK) {
        garim_watch(flow, lanes.count, checkpoint);
        garim_lanes_join(&lanes);
        ASSERT(flow->finished == lanes.count);
    }
    garim_output_advance(&state->output, flow->total.bytes_out);
    if (status == GARIM_OK) status = garim_job_judge(flow, error);
    if (status == GARIM_OK) status = judge_interruption(flow, error);
    /* What was finished before the trouble is not lost. */
    if (status != GARIM_OK && checkpoint != NULL)
        (void)garim_checkpoint_take(checkpoint, NULL);
    return status;
}

static enum garim_status run_job(struct garim_job_state *state,
                                 struct garim_error *error)
{
    struct garim_flow *flow = &state->flow;
    enum garim_status status = choose_io(state, error);
    state->begin_seconds = garim_flow_clock(flow);
    if (status == GARIM_OK) status = open_input(state, error);
    if (status == GARIM_OK) status = open_output(state, error);
    if (status != GARIM_OK) return status;
    status = plan(state, error);
    if (status == GARIM_OK) status = take_shared_memory(state, error);
    if (status == GARIM_OK) status = restore(state, error);
    if (status == GARIM_OK && state->output.start < GARIM_START_COMPLETE)
        status = run_lanes(state, error);
    if (status == GARIM_DATA)
        (void)garim_job_list_rejects(flow, state->report, NULL);
    if (status == GARIM_OK)
        status = garim_job_list_rejects(flow, state->report, error);
    /* A window that only drops edges reads none of them. */
    if (status == GARIM_OK && !flow->source->in_turn)
        flow->total.bytes_in = flow->geometry.input_bytes;
    return status == GARIM_OK ? publish(state, error) : status;
}

enum garim_status garim_job_run(const struct garim_job *job,
                                struct garim_report *report,
                                uint64_t *ret_counts, struct garim_error *error)
{
    enum garim_status status = check_options(job->options, error);
    if (status != GARIM_OK) return status;
    const size_t window = job->options->window_bytes;
    struct garim_job_state state = {
        .job = job,
        .flow = {.options = job->options,
                 .framing = job->framing,
                 .worker = job->worker,
                 .observers = job->observers,
                 .source = &garim_source_none,
                 .sink = &garim_sink_windows},
        .report = report,
        .window_bytes = window == 0 ? GARIM_WINDOW_BYTES_DEFAULT : window,
    };
    garim_lanes_prepare(&state.flow);
    status = run_job(&state, error);
    garim_job_note_ways(&state);
    garim_job_fill_report(&state);
    const size_t words = garim_job_count_size(job);
    if (words > 0) memset(ret_counts, 0, words * sizeof *ret_counts);
    if (words > 0) collect_counts(&state, ret_counts);
    if (state.output.io != NULL)
        garim_output_close(&state.output, keep_part(&state, status, error));
    garim_watermark_close(&state.flow.watermark);
    garim_checkpoint_close(&state.checkpoint);
    if (state.input.io != NULL) garim_input_close(&state.input);
    garim_rejects_close(&state.flow.rejects);
    garim_stream_close(&state.flow.stream);
    garim_append_close(&state.flow.append);
    free(state.flow.total.counts);
    garim_lanes_dispose(&state.flow);
    return status;
}
