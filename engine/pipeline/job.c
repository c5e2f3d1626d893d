/* job.c - one file job from its options to its report
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/assert.h"
#include "base/error.h"
#include "pipeline/identity.h"
#include "pipeline/lanes.h"
#include "pipeline/measure.h"
#include "pipeline/output.h"
#include "pipeline/plan.h"
#include "pipeline/verdict.h"

/* What a job holds besides what its lanes share. */
struct job_state {
    struct garim_run run;
    struct garim_input input;
    struct garim_output output;
    struct garim_checkpoint checkpoint;
    struct garim_report *report;
    size_t window_bytes;
    unsigned lanes;
    bool resumable;
};

/* Windows that may be finished while one below them is not. */
enum { REACH_MIN = 256 };

static void note(struct garim_report *report, const char *text)
{
    const size_t used = strlen(report->notes);
    (void)snprintf(report->notes + used, sizeof report->notes - used, "%s%s",
                   used == 0 ? "" : "; ", text);
}

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
    return GARIM_OK;
}

static enum garim_status choose_io(struct job_state *state,
                                   struct garim_error *error)
{
    const enum garim_io_choice choice = state->run.job->options->io;
    const struct garim_io *own = state->run.job->io;
    state->run.io = own != NULL ? own : &garim_io_posix;
    if (own != NULL || choice == GARIM_IO_POSIX) return GARIM_OK;
    const struct garim_io_queue_options trial = {.depth = 1};
    struct garim_io_queue *queue;
    const int result = garim_io_uring.queue_open(&queue, &trial);
    if (result >= 0) {
        garim_io_uring.queue_close(queue);
        state->run.io = &garim_io_uring;
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
    note(state->report, text);
    return GARIM_OK;
}

/* ---- input and output ---------------------------------------------------- */

/* Open the input and find the geometry; a stream's is that of no records. */
static enum garim_status open_input(struct job_state *state,
                                    struct garim_error *error)
{
    struct garim_run *run = &state->run;
    const struct garim_job *job = run->job;
    const struct garim_shape *shape = job->shape;
    run->input = -1;
    if (job->worker->generate != NULL) {
        if (garim_geometry_generate(&run->geometry, shape, state->window_bytes,
                                    job->generate_records))
            return GARIM_OK;
        return garim_error_set(error, GARIM_USAGE,
                               "%llu records are too many for a file",
                               (unsigned long long)job->generate_records);
    }
    struct garim_input *input = &state->input;
    const enum garim_status status =
        garim_input_open(input, run->io, job->options, error);
    if (status != GARIM_OK) return status;
    run->input = input->descriptor;
    run->input_path = input->path;
    run->stream_in = input->stream;
    run->input_base = input->base;
    state->resumable = !input->stream;
    if (input->stream && job->options->resume)
        return garim_error_set_path(error, GARIM_USAGE, input->path,
                                    "a stream cannot be resumed; name a file "
                                    "with -i, or run without --resume");
    const enum garim_status measured =
        garim_measure(&run->geometry, job, input, state->window_bytes, error);
    if (measured != GARIM_OK) return measured;
    return GARIM_OK;
}

static enum garim_status open_output(struct job_state *state,
                                     struct garim_error *error)
{
    struct garim_run *run = &state->run;
    struct garim_output *output = &state->output;
    struct garim_state_job identity;
    if (state->resumable)
        identity = garim_identity(run->job, &state->input, &run->geometry);
    const enum garim_status status = garim_output_open(
        output, run->io, run->job->options, state->resumable ? &identity : NULL,
        run->input < 0 ? NULL : &state->input, error);
    if (status != GARIM_OK) return status;
    if (output->start != GARIM_START_NEW)
        garim_geometry_cut(&run->geometry, output->state.job.window_bytes);
    state->window_bytes = run->geometry.window_bytes;
    state->resumable &= !output->stream;
    run->output = output->descriptor;
    run->output_path = output->path;
    run->ordered = output->stream;
    run->output_base = output->base;
    return GARIM_OK;
}

static enum garim_status reserve(struct job_state *state,
                                 struct garim_error *error)
{
    struct garim_run *run = &state->run;
    struct garim_output *output = &state->output;
    enum garim_status status = GARIM_OK;
    if (output->stream) return GARIM_OK;
    if (run->stream_in)
        garim_output_direct(output);
    else
        status =
            garim_output_reserve(output, run->geometry.output_bytes, error);
    run->direct_out = output->direct;
    if (output->direct)
        garim_stream_align(&run->stream,
                           (output->without & GARIM_WITHOUT_FALLOCATE) == 0);
    return status;
}

static uint64_t output_bytes_of(const struct garim_run *run)
{
    return run->stream_in ? run->stream.output_bytes
                          : run->geometry.output_bytes;
}

/* What passes through the page cache leaves it as it was. */
static void spare_cache(struct job_state *state)
{
    struct garim_run *run = &state->run;
    const struct garim_io *io = run->io;
    if ((run->job->options->without & GARIM_WITHOUT_DONTCACHE) != 0) return;
    run->uncached_in = run->input >= 0 && !state->input.direct &&
                       S_ISREG(state->input.identity.st_mode) &&
                       io->uncached(run->input);
    run->uncached_out = state->output.part != NULL && !state->output.direct &&
                        io->uncached(run->output);
}

/* Tell what the job does without. */
static void note_ways(struct job_state *state)
{
    const struct garim_run *run = &state->run;
    const struct garim_output *output = &state->output;
    const unsigned without = run->job->options->without;
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
        {direct && run->input >= 0 && !run->stream_in && !state->input.direct,
         "the input does not do O_DIRECT"},
        {direct && output->part != NULL && !output->direct &&
             output_bytes_of(run) > 0,
         "the output does not do O_DIRECT"},
        {run->uncached_in || run->uncached_out,
         "the page cache is spared (RWF_DONTCACHE)"},
        {output->unreserved, "the disk does not reserve space"},
        {run->fell_back, "a lane could not have its ring"},
        {run->unregistered, "buffers could not be registered"},
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (ways[i].holds) note(state->report, ways[i].text);
}

/* ---- lanes --------------------------------------------------------------- */

/* Decide on lanes and buffers. */
static enum garim_status plan(struct job_state *state,
                              struct garim_error *error)
{
    struct garim_run *run = &state->run;
    const struct garim_job_options *options = run->job->options;
    run->buffer_bytes =
        garim_geometry_buffer_bytes(run->job->shape, state->window_bytes);
    const struct garim_plan_facts facts = {
        .synchronous = run->io->synchronous,
        .stream_in = run->stream_in,
        .ordered = run->ordered,
        .windows = run->geometry.window_count,
        .window_bytes = state->window_bytes,
        .buffer_bytes = run->buffer_bytes,
    };
    struct garim_plan plan;
    const enum garim_status status =
        garim_plan_make(&plan, options, &facts, error);
    if (status != GARIM_OK) return status;
    state->lanes = plan.lanes;
    run->depth = plan.depth;
    run->pace.bytes_per_second = options->rate_bytes;
    run->threads = plan.threads;
    return GARIM_OK;
}

static enum garim_status take_shared_memory(struct job_state *state,
                                            struct garim_error *error)
{
    struct garim_run *run = &state->run;
    const struct garim_job *job = run->job;
    const struct garim_shape *shape = job->shape;
    const size_t rejects = (size_t)job->options->max_rejects;
    run->faults_max = run->buffer_bytes / shape->stride + 1;
    if (run->faults_max > rejects + 1) run->faults_max = rejects + 1;
    run->total.counts =
        calloc(job->worker->count_size + 1, sizeof *run->total.counts);
    if (run->total.counts == NULL ||
        garim_rejects_open(&run->rejects, rejects) < 0 ||
        garim_stream_open(&run->stream, shape) < 0)
        return garim_error_no_memory(error);
    if (state->output.stream || run->stream_in) return GARIM_OK;
    size_t reach = 4 * (size_t)state->lanes * run->depth;
    if (reach < REACH_MIN) reach = REACH_MIN;
    if (garim_watermark_open(&run->watermark, reach, job->worker->count_size) <
        0)
        return garim_error_no_memory(error);
    run->claim_end = reach;
    if (!state->resumable) return GARIM_OK;
    return garim_checkpoint_open(&state->checkpoint, run, &state->output,
                                 &state->input, error);
}

/* What an earlier run had done. */
static void restore(struct job_state *state)
{
    struct garim_run *run = &state->run;
    if (state->output.start == GARIM_START_NEW) return;
    garim_checkpoint_restore(&state->checkpoint);
    run->resumed_bytes = run->total.bytes_in;
    state->report->resumed_records = run->total.records;
    state->report->resumed_bytes = run->resumed_bytes;
}

/* ---- the end ------------------------------------------------------------- */

/* Make all of the part durable, and say so in its state. */
static enum garim_status finish(struct job_state *state,
                                struct garim_error *error)
{
    struct garim_run *run = &state->run;
    const uint64_t bytes = output_bytes_of(run);
    ASSERT(run->total.bytes_out == bytes);
    if (!run->stream_in)
        ASSERT(run->watermark.windows == run->geometry.window_count);
    enum garim_status status =
        garim_output_finish(&state->output, bytes, error);
    if (status == GARIM_OK && state->resumable)
        status = garim_checkpoint_complete(&state->checkpoint, error);
    return status;
}

static enum garim_status publish(struct job_state *state,
                                 struct garim_error *error)
{
    enum garim_status status = GARIM_OK;
    if (state->run.input >= 0) status = garim_input_check(&state->input, error);
    if (status != GARIM_OK || state->output.stream) return status;
    if (state->output.start < GARIM_START_COMPLETE)
        status = finish(state, error);
    if (status == GARIM_OK)
        status = garim_output_publish(&state->output, error);
    return status;
}

/* Whether the part is worth more than what is won by a clean folder: then
 * `error` says how to go on. */
static bool keep_part(const struct job_state *state, enum garim_status status,
                      struct garim_error *error)
{
    const struct garim_state_point *point = &state->output.state.point;
    if (!state->resumable || state->output.part == NULL ||
        state->output.published || point->windows == 0 ||
        status == GARIM_DATA || status == GARIM_INPUT)
        return false;
    if (error == NULL) return true;
    const size_t used = strlen(error->message);
    (void)snprintf(error->message + used, sizeof error->message - used,
                   "; --resume goes on after %llu records",
                   (unsigned long long)point->records);
    return true;
}

/* ---- the report ---------------------------------------------------------- */

static void fill_report(const struct job_state *state, double seconds)
{
    struct garim_report *report = state->report;
    const struct garim_run *run = &state->run;
    report->records_out = run->total.records;
    report->records_in = run->input < 0 ? 0 : run->total.records;
    report->bytes_in = run->total.bytes_in;
    report->bytes_out = run->total.bytes_out;
    report->seconds = seconds;
    report->lanes = state->lanes;
    report->io = run->io->name;
    report->direct_in = state->input.direct;
    report->direct_out = state->output.direct;
    report->published = state->output.published;
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        report->peak_memory_bytes = (uint64_t)usage.ru_maxrss * 1024;
}

/* ---- the job ------------------------------------------------------------- */

/* Fewer windows than there are: the job was told to stop. */
static enum garim_status judge_interruption(const struct garim_run *run,
                                            struct garim_error *error)
{
    if (!run->drain || run->watermark.windows == run->geometry.window_count)
        return GARIM_OK;
    return garim_error_set(error, GARIM_TEMPORARY, "interrupted; run again");
}

static enum garim_status run_lanes(struct job_state *state,
                                   struct garim_error *error)
{
    struct garim_run *run = &state->run;
    struct garim_checkpoint *checkpoint =
        state->resumable ? &state->checkpoint : NULL;
    enum garim_status status = reserve(state, error);
    if (status != GARIM_OK) return status;
    spare_cache(state);
    status = garim_lanes_run(run, state->lanes, checkpoint, error);
    garim_output_advance(&state->output, run->total.bytes_out);
    if (status == GARIM_OK) status = garim_verdict(run, error);
    if (status == GARIM_OK) status = judge_interruption(run, error);
    /* What was finished before the trouble is not lost. */
    if (status != GARIM_OK && checkpoint != NULL)
        (void)garim_checkpoint_take(checkpoint, NULL);
    return status;
}

static enum garim_status run_job(struct job_state *state,
                                 struct garim_error *error)
{
    struct garim_run *run = &state->run;
    enum garim_status status = choose_io(state, error);
    if (status == GARIM_OK) status = open_input(state, error);
    if (status == GARIM_OK) status = open_output(state, error);
    if (status != GARIM_OK) return status;
    status = plan(state, error);
    if (status == GARIM_OK) status = take_shared_memory(state, error);
    if (status == GARIM_OK) {
        restore(state);
        if (state->output.start < GARIM_START_COMPLETE)
            status = run_lanes(state, error);
    }
    if (status == GARIM_DATA)
        (void)garim_verdict_list(run, state->report, NULL);
    if (status == GARIM_OK)
        status = garim_verdict_list(run, state->report, error);
    if (status == GARIM_OK) status = publish(state, error);
    /* A window that only drops edges reads none of them. */
    if (status == GARIM_OK && !run->stream_in)
        run->total.bytes_in = run->geometry.input_bytes;
    return status;
}

enum garim_status garim_job_run(const struct garim_job *job,
                                struct garim_report *report,
                                uint64_t *ret_counts, struct garim_error *error)
{
    enum garim_status status = check_options(job->options, error);
    if (status != GARIM_OK) return status;
    const double begin = garim_run_clock();
    const size_t window = job->options->window_bytes;
    struct job_state state = {
        .run = {.job = job},
        .report = report,
        .window_bytes = window == 0 ? GARIM_WINDOW_BYTES_DEFAULT : window,
    };
    garim_lanes_prepare(&state.run);
    status = run_job(&state, error);
    note_ways(&state);
    fill_report(&state, garim_run_clock() - begin);
    for (size_t i = 0; i < job->worker->count_size; i++)
        ret_counts[i] =
            state.run.total.counts == NULL ? 0 : state.run.total.counts[i];
    if (state.output.io != NULL)
        garim_output_close(&state.output, keep_part(&state, status, error));
    garim_watermark_close(&state.run.watermark);
    garim_checkpoint_close(&state.checkpoint);
    if (state.input.io != NULL) garim_input_close(&state.input);
    garim_rejects_close(&state.run.rejects);
    garim_stream_close(&state.run.stream);
    free(state.run.total.counts);
    garim_lanes_dispose(&state.run);
    return status;
}
