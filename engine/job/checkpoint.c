/* checkpoint.c - what is finished is made durable, and then noted in the state
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job/checkpoint.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"

enum {
    EVERY_BYTES = 1 << 30, /* of output: what a crash may cost */
    EVERY_SECONDS = 1,
};

static const double never = 1e300; /* seconds */

/* ---- when ---------------------------------------------------------------- */

/* Count from the last one on. */
static void schedule(struct garim_checkpoint *checkpoint)
{
    const struct garim_journal_point *point =
        &checkpoint->output->journal.point;
    const uint64_t bytes = point->bytes_out, every = checkpoint->every_bytes;
    checkpoint->next_seconds =
        garim_flow_clock(checkpoint->flow) + checkpoint->every_seconds;
    garim_flow_set_durable(checkpoint->flow, point->windows,
                           every > GARIM_NONE - bytes ? GARIM_NONE
                                                      : bytes + every);
}

/* No more of them: the job ends. */
static void dismiss(struct garim_checkpoint *checkpoint)
{
    checkpoint->next_seconds = never;
    garim_flow_set_durable(checkpoint->flow, GARIM_NONE, GARIM_NONE);
}

bool garim_checkpoint_is_due(const struct garim_checkpoint *checkpoint)
{
    struct garim_flow *flow = checkpoint->flow;
    (void)pthread_mutex_lock(&flow->lock);
    const bool ahead = garim_flow_is_ahead(flow);
    (void)pthread_mutex_unlock(&flow->lock);
    return ahead || garim_flow_clock(flow) >= checkpoint->next_seconds;
}

/* ---- opening ------------------------------------------------------------- */

enum garim_status garim_checkpoint_open(struct garim_checkpoint *ret_checkpoint,
                                        struct garim_flow *flow,
                                        struct garim_output *output,
                                        const struct garim_input *input,
                                        struct garim_error *error)
{
    const uint64_t bytes = flow->options->checkpoint_bytes;
    const struct garim_journal_job *job = &output->journal.job;
    *ret_checkpoint = (struct garim_checkpoint){
        .flow = flow,
        .output = output,
        .input = input,
        .every_bytes = bytes == 0 ? EVERY_BYTES : bytes,
        .every_seconds = bytes == 0 ? EVERY_SECONDS : never,
        .counts = calloc(job->count_size + 1, sizeof(uint64_t)),
        .rejects = calloc(job->rejects_max + 1, sizeof(struct garim_reject)),
    };
    if (ret_checkpoint->counts == NULL || ret_checkpoint->rejects == NULL)
        return garim_error_no_memory(error);
    ASSERT(ret_checkpoint->every_bytes > 0 && job->window_bytes > 0);
    flow->windows_past_checkpoint_max =
        2 * (ret_checkpoint->every_bytes / job->window_bytes);
    flow->windows_past_checkpoint_max += 1;
    schedule(ret_checkpoint);
    return GARIM_OK;
}

void garim_checkpoint_close(struct garim_checkpoint *checkpoint)
{
    free(checkpoint->rejects);
    free(checkpoint->counts);
    *checkpoint = (struct garim_checkpoint){0};
}

enum garim_status garim_checkpoint_restore(struct garim_checkpoint *checkpoint,
                                           struct garim_error *error)
{
    struct garim_flow *flow = checkpoint->flow;
    const struct garim_journal *journal = &checkpoint->output->journal;
    const struct garim_journal_point *point = &journal->point;
    const size_t sums = flow->worker->count_size;
    uint64_t *counts = checkpoint->counts;
    ASSERT(journal->valid);
    ASSERT(journal->job.count_size == garim_watermark_words(&flow->watermark));
    memcpy(counts, journal->counts, journal->job.count_size * sizeof *counts);
    if (!garim_observers_hold(&flow->observers, counts + sums,
                              point->bytes_out))
        return garim_error_set_path(error, GARIM_VERIFY, journal->path,
                                    "the digest in the state is not one of "
                                    "this output; give --restart to discard "
                                    "the part and begin again");
    const struct garim_tally done = {
        .records = point->records,
        .rows_out = point->rows_out,
        .bytes_in = point->bytes_in,
        .bytes_out = point->bytes_out,
        .counts = counts,
    };
    garim_tally_add(&flow->total, &done, sums);
    garim_watermark_restore(&flow->watermark, point->windows, &done);
    flow->next_index = point->windows;
    flow->place_turn.next = point->windows;
    flow->append.bytes = point->bytes_out;
    if (point->reject_count > 0)
        garim_rejects_add(&flow->rejects, journal->rejects,
                          point->reject_count);
    schedule(checkpoint);
    return GARIM_OK;
}

/* ---- taking one ---------------------------------------------------------- */

/* Copy what is finished now.  False: nothing that may be noted. */
static bool copy(struct garim_checkpoint *checkpoint,
                 struct garim_journal_point *ret_point)
{
    struct garim_flow *flow = checkpoint->flow;
    const struct garim_watermark *watermark = &flow->watermark;
    (void)pthread_mutex_lock(&flow->lock);
    const uint64_t windows = watermark->windows;
    const struct garim_tally below = watermark->below;
    memcpy(checkpoint->counts, below.counts,
           garim_watermark_words(watermark) * sizeof *below.counts);
    (void)pthread_mutex_unlock(&flow->lock);
    /* After the copy: a window that was cut short for a broken record was
     * finished after the stop had been set. */
    if (garim_rejects_stop(&flow->rejects) != GARIM_NONE) return false;
    ASSERT(windows <= flow->geometry.window_count);
    const uint64_t record_end =
        windows == flow->geometry.window_count
            ? GARIM_NONE
            : flow->geometry.first_record +
                  garim_geometry_window(&flow->geometry, windows).owned_begin;
    *ret_point = (struct garim_journal_point){
        .windows = windows,
        .records = below.records,
        .rows_out = below.rows_out,
        .bytes_in = below.bytes_in,
        .bytes_out = below.bytes_out,
        .reject_count =
            garim_rejects_copy(&flow->rejects, record_end, checkpoint->rejects),
    };
    return true;
}

/* Note where the part is, so that another file is not taken for it. */
static int identify(const struct garim_output *output,
                    struct garim_journal_point *point)
{
    struct stat status;
    const int result = output->io->status(output->descriptor, &status);
    if (result < 0) return result;
    point->part_inode = status.st_ino;
    point->part_bytes = (uint64_t)status.st_size;
    point->part_seconds = status.st_mtim.tv_sec;
    point->part_nanoseconds = status.st_mtim.tv_nsec;
    return 0;
}

static enum garim_status store(struct garim_checkpoint *checkpoint,
                               struct garim_journal_point *point,
                               struct garim_error *error)
{
    struct garim_output *output = checkpoint->output;
    ASSERT(output->part != NULL);
    int result = identify(output, point);
    if (result == 0 && !checkpoint->folder_synced)
        result = output->io->sync_folder(output->folder);
    if (result < 0)
        return garim_error_output(output->part, "sync the folder of", result,
                                  error);
    checkpoint->folder_synced = true;
    return garim_journal_store(&output->journal, point, checkpoint->counts,
                               checkpoint->rejects, error);
}

/* Sync what is finished, then note it. */
static enum garim_status make_durable(struct garim_checkpoint *checkpoint,
                                      struct garim_journal_point *point,
                                      struct garim_error *error)
{
    struct garim_output *output = checkpoint->output;
    enum garim_status status =
        garim_input_check(checkpoint->input, false, error);
    if (status == GARIM_OK) status = garim_output_check(output, error);
    if (status != GARIM_OK) return status;
    const int result = output->io->sync_data(output->descriptor);
    if (result < 0)
        return garim_error_output(output->part, "sync", result, error);
    return store(checkpoint, point, error);
}

enum garim_status garim_checkpoint_take(struct garim_checkpoint *checkpoint,
                                        struct garim_error *error)
{
    struct garim_journal_point point;
    enum garim_status status = GARIM_OK;
    if (checkpoint->failed) return GARIM_OK;
    if (!copy(checkpoint, &point)) {
        dismiss(checkpoint);
        return GARIM_OK;
    }
    ASSERT(point.windows >= checkpoint->output->journal.point.windows);
    if (point.windows > checkpoint->output->journal.point.windows)
        status = make_durable(checkpoint, &point, error);
    checkpoint->failed = status != GARIM_OK;
    schedule(checkpoint);
    return status;
}

enum garim_status garim_checkpoint_complete(struct garim_checkpoint *checkpoint,
                                            struct garim_error *error)
{
    struct garim_journal_point point;
    const bool good = copy(checkpoint, &point);
    ASSERT(good && !checkpoint->failed);
    ASSERT(point.windows == checkpoint->flow->geometry.window_count);
    point.complete = 1;
    return store(checkpoint, &point, error);
}
