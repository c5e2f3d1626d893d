/* part.c - what an earlier run left beside the output, and what is done with it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"

enum {
    MODE_DEFAULT = 0600,
    /* In units of 20 ms: the lock of a killed process is still held while its
     * writes end. */
    PATIENCE = 50,
    PATIENCE_RESUME = 500,
};

/* What was found... */
enum found {
    FOUND_NOTHING,
    FOUND_FOREIGN, /* a part without a checkpoint */
    FOUND_SAME,
    FOUND_OTHER,
    FOUND_COMPLETE, /* of the same job, not yet renamed */
    FOUND_RENAMED,  /* of the same job; it may bear its old name too */
};

/* ...what was wished... */
enum wish {
    WISH_PLAIN,
    WISH_RESUME,
    WISH_RESTART,
};

/* ...and what comes of it. */
enum act {
    ACT_REFUSE,
    ACT_RUN,
    ACT_CONTINUE,
    ACT_FINISH, /* the output is there: put away what is left */
    ACT_DISCARD,
};

struct answer {
    enum act act;
    const char *refusal;
};

static const char other_job[] =
    "an unfinished part of another job is in the way (%s); finish that job "
    "with --resume, or discard its part with --restart";

static const struct answer answers[][3] = {
    [FOUND_NOTHING] = {{ACT_RUN, ""}, {ACT_RUN, ""}, {ACT_RUN, ""}},
    [FOUND_FOREIGN] = {{ACT_REFUSE,
                        "an unfinished part exists; give --restart to discard "
                        "it and begin again"},
                       {ACT_REFUSE,
                        "an unfinished part exists, but no checkpoint of it to "
                        "go on from; give --restart to discard it and begin "
                        "again"},
                       {ACT_DISCARD, ""}},
    [FOUND_SAME] = {{ACT_REFUSE,
                     "an unfinished part exists; give --resume to go on where "
                     "it stopped, or --restart to discard it and begin again"},
                    {ACT_CONTINUE, ""},
                    {ACT_DISCARD, ""}},
    [FOUND_OTHER] = {{ACT_REFUSE, other_job},
                     {ACT_REFUSE, other_job},
                     {ACT_DISCARD, ""}},
    [FOUND_COMPLETE] = {{ACT_REFUSE,
                         "the part is whole and waits for its name; give "
                         "--resume to publish it, or --restart to discard it "
                         "and begin again"},
                        {ACT_CONTINUE, ""},
                        {ACT_DISCARD, ""}},
    [FOUND_RENAMED] = {{ACT_DISCARD, ""}, {ACT_FINISH, ""}, {ACT_DISCARD, ""}},
};

/* ---- finding ------------------------------------------------------------- */

/* Whether `status` is that of the complete part of the checkpoint. */
static bool is_recorded(const struct garim_state_point *point,
                        const struct stat *status)
{
    return point->part_inode == status->st_ino &&
           point->part_bytes == (uint64_t)status->st_size &&
           point->part_seconds == status->st_mtim.tv_sec &&
           point->part_nanoseconds == status->st_mtim.tv_nsec;
}

/* `*differences`: in what another job is another. */
static enum found find(const struct garim_output *output,
                       const struct garim_state_job *job,
                       const struct stat *there, char *differences, size_t size)
{
    const struct garim_state *state = &output->state;
    const struct garim_state_point *point = &state->point;
    struct stat part = {0};
    /* What cannot be looked at is there, and nobody knows what it is. */
    const bool has_part =
        output->io->path_status(output->part, &part) != -ENOENT;
    if (!state->valid) return has_part ? FOUND_FOREIGN : FOUND_NOTHING;
    if (job == NULL)
        (void)snprintf(differences, size, "another input");
    else
        garim_state_differ(state, job, differences, size);
    const bool same = differences[0] == '\0';
    if (same && point->complete && there != NULL && is_recorded(point, there) &&
        (!has_part || part.st_ino == there->st_ino))
        return FOUND_RENAMED;
    if (!has_part) return FOUND_NOTHING;
    if (!same) return FOUND_OTHER;
    if (point->complete ? is_recorded(point, &part)
                        : point->windows == 0 ||
                              (point->part_inode == part.st_ino &&
                               point->bytes_out <= (uint64_t)part.st_size))
        return point->complete ? FOUND_COMPLETE : FOUND_SAME;
    (void)snprintf(differences, size,
                   "another file under the name of the part");
    return FOUND_OTHER;
}

/* ---- acting -------------------------------------------------------------- */

static enum garim_status usage(const char *path, struct garim_error *error,
                               const char *message)
{
    return garim_error_set_path(error, GARIM_USAGE, path, "%s", message);
}

/* Lock the part behind `descriptor` too: the writes of a killed process hold
 * this file, not its state, until they have ended. */
static enum garim_status lock_part(const struct garim_output *output,
                                   int descriptor, unsigned patience,
                                   struct garim_error *error)
{
    const int result = garim_lock_patiently(output->io, descriptor, patience);
    if (result == -EWOULDBLOCK ||
        (result == 0 && !garim_is_held(output->io, output->part, descriptor)))
        return garim_error_set_path(error, GARIM_TEMPORARY, output->part,
                                    "locked by another run, which writes this "
                                    "part; run again when it has ended");
    return result < 0 ? garim_output_fail(output->part, "lock the part of",
                                          result, error)
                      : GARIM_OK;
}

static bool is_input(const struct garim_output *output,
                     const struct garim_input *input, int descriptor)
{
    struct stat status;
    return output->io->status(descriptor, &status) == 0 &&
           garim_input_is(input, &status);
}

static enum garim_status discard(const struct garim_output *output,
                                 const struct garim_input *input,
                                 struct garim_error *error)
{
    const struct garim_io *io = output->io;
    const int found =
        io->open(output->part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    if (found == -ENOENT) return GARIM_OK;
    if (found < 0) return garim_output_fail(output->part, "open", found, error);
    enum garim_status status = lock_part(output, found, PATIENCE, error);
    if (status == GARIM_OK && is_input(output, input, found))
        status = usage(output->part, error,
                       "the input is this part; name another output");
    int result = 0;
    if (status == GARIM_OK) result = io->remove(output->part);
    if (result < 0)
        status = garim_output_fail(output->part, "discard the part of", result,
                                   error);
    (void)io->close(found);
    return status;
}

/* Begin: first the state, then the part, so that a part without a state is
 * never ours. */
static enum garim_status create(struct garim_output *output, unsigned mode,
                                const struct garim_state_job *job,
                                struct garim_error *error)
{
    enum garim_status status = garim_state_begin(&output->state, job, error);
    if (status != GARIM_OK) return status;
    const int part = output->io->open(output->part, O_RDWR | O_CREAT | O_EXCL,
                                      mode == 0 ? MODE_DEFAULT : mode & 0777);
    if (part < 0)
        status = garim_output_fail(output->part, "create", part, error);
    else
        status = lock_part(output, part, 0, error);
    output->descriptor = part;
    output->owned = status == GARIM_OK;
    if (status == GARIM_OK) return GARIM_OK;
    if (part < 0) return status;
    (void)output->io->remove(output->part);
    (void)output->io->close(part);
    return status;
}

static enum garim_status go_on(struct garim_output *output,
                               struct garim_error *error)
{
    const struct garim_io *io = output->io;
    const int part = io->open(output->part, O_RDWR | O_NOFOLLOW, 0);
    if (part < 0) return garim_output_fail(output->part, "open", part, error);
    enum garim_status status = lock_part(output, part, PATIENCE_RESUME, error);
    if (status == GARIM_OK) status = garim_state_confirm(&output->state, error);
    if (status != GARIM_OK) {
        (void)io->close(part);
        return status;
    }
    output->descriptor = part;
    output->owned = true;
    output->start = output->state.point.complete ? GARIM_START_COMPLETE
                                                 : GARIM_START_RESUMED;
    return GARIM_OK;
}

static enum garim_status act(struct garim_output *output, enum act act,
                             const struct garim_job_options *options,
                             const struct garim_state_job *job,
                             const struct garim_input *input,
                             struct garim_error *error)
{
    if (act == ACT_CONTINUE && output->state.point.windows > 0)
        return go_on(output, error);
    enum garim_status status = GARIM_OK;
    if (act != ACT_RUN) status = discard(output, input, error);
    if (status != GARIM_OK) return status;
    if (act != ACT_FINISH)
        return create(output, options->output_mode, job, error);
    output->start = GARIM_START_PUBLISHED;
    return garim_state_confirm(&output->state, error);
}

/* ---- both ---------------------------------------------------------------- */

enum garim_status garim_part_open(struct garim_output *output,
                                  const struct garim_job_options *options,
                                  const struct garim_state_job *job,
                                  const struct garim_input *input,
                                  struct garim_error *error)
{
    struct garim_state *state = &output->state;
    const enum wish wish = options->resume    ? WISH_RESUME
                           : options->restart ? WISH_RESTART
                                              : WISH_PLAIN;
    enum garim_status status = garim_state_open(
        state, output->io, output->path,
        wish == WISH_RESUME ? PATIENCE_RESUME : PATIENCE, error);
    if (status != GARIM_OK) return status;
    /* Only now: whoever held the lock may have published meanwhile. */
    struct stat final;
    const struct stat *there =
        output->io->path_status(output->path, &final) == 0 ? &final : NULL;
    char differences[256] = "";
    const enum found found =
        find(output, job, there, differences, sizeof differences);
    const struct answer *answer = &answers[found][wish];
    const bool itself = is_input(output, input, state->descriptor);
    if (itself)
        status = usage(state->path, error,
                       "the input is this file; name another output");
    else if (there != NULL && !output->force && answer->act != ACT_FINISH)
        status = usage(output->path, error,
                       "the output exists; give --force to replace it");
    else if (answer->act == ACT_REFUSE && answer->refusal == other_job)
        status = garim_error_set_path(error, GARIM_USAGE, output->part,
                                      other_job, differences);
    else if (answer->act == ACT_REFUSE)
        status = usage(output->part, error, answer->refusal);
    else
        status = act(output, answer->act, options, job, input, error);
    if (status != GARIM_OK) garim_state_close(state, state->empty && !itself);
    return status;
}
