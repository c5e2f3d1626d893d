/* leftovers.c - what an earlier run left beside the output, and what is done
 * with it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "publish/leftovers.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/assert.h"
#include "base/error.h"
#include "publish/place.h"

enum {
    PART_MODE = 0600, /* until it has its name */
    /* The lock of a killed process is still held while its writes end. */
    TIMEOUT_MS = 1000,
    TIMEOUT_RESUME_MS = 10000,
};

/* What was found... */
enum found {
    FOUND_NOTHING,
    FOUND_FOREIGN,  /* a part without a checkpoint */
    FOUND_UNSEALED, /* a part whose state nobody vouches for */
    FOUND_STRANGE,  /* something else under its name */
    FOUND_SAME,
    FOUND_OTHER,
    FOUND_COMPLETE, /* of the same job, not yet renamed */
    FOUND_RENAMED,  /* of the same job; it may bear its old name too */
    FOUND_COUNT,
};

/* ...what was wished... */
enum wish {
    WISH_PLAIN,
    WISH_RESUME,
    WISH_RESTART,
    WISH_COUNT,
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
    "an unfinished part of another job is in the way; finish that job with "
    "--resume, or discard its part with --restart";

static const char other_part[] =
    "the unfinished part is of another job; discard it with --restart, or name "
    "another output";
static const char unsealed[] =
    "an unfinished part exists whose state is damaged, or was sealed under "
    "another key or by another version; give --restart to discard both and "
    "begin again";
static const char strange[] =
    "what has the name of the part is not a file that only this user "
    "can write (its owner, mode or links); remove it, or name another output";
static const char unguarded[] =
    "without a key nothing vouches for an unfinished part in a folder that "
    "others can write; give --restart to discard it and begin again, or "
    "--key";

static const struct answer answers[][WISH_COUNT] = {
    [FOUND_NOTHING] = {{ACT_RUN, ""}, {ACT_RUN, ""}, {ACT_RUN, ""}},
    [FOUND_FOREIGN] = {{ACT_REFUSE,
                        "an unfinished part exists; give --restart to discard "
                        "it and begin again"},
                       {ACT_REFUSE,
                        "an unfinished part exists, but no checkpoint of it to "
                        "go on from; give --restart to discard it and begin "
                        "again"},
                       {ACT_DISCARD, ""}},
    [FOUND_UNSEALED] = {{ACT_REFUSE, unsealed},
                        {ACT_REFUSE, unsealed},
                        {ACT_DISCARD, ""}},
    [FOUND_STRANGE] = {{ACT_REFUSE, strange},
                       {ACT_REFUSE, strange},
                       {ACT_REFUSE, strange}},
    [FOUND_SAME] = {{ACT_REFUSE,
                     "an unfinished part exists; give --resume to go on where "
                     "it stopped, or --restart to discard it and begin again"},
                    {ACT_CONTINUE, ""},
                    {ACT_DISCARD, ""}},
    [FOUND_OTHER] = {{ACT_REFUSE, other_job},
                     {ACT_REFUSE, other_part},
                     {ACT_DISCARD, ""}},
    [FOUND_COMPLETE] = {{ACT_REFUSE,
                         "the part is whole and waits for its name; give "
                         "--resume to publish it, or --restart to discard it "
                         "and begin again"},
                        {ACT_CONTINUE, ""},
                        {ACT_DISCARD, ""}},
    [FOUND_RENAMED] = {{ACT_DISCARD, ""}, {ACT_FINISH, ""}, {ACT_DISCARD, ""}},
};
static_assert(sizeof answers / sizeof *answers == FOUND_COUNT,
              "an answer for whatever is found");

/* ---- finding ------------------------------------------------------------- */

/* Whether `status` is that of the complete part of the checkpoint. */
static bool is_recorded(const struct garim_journal_point *point,
                        const struct stat *status)
{
    return point->part_inode == status->st_ino &&
           point->part_bytes == (uint64_t)status->st_size &&
           point->part_seconds == status->st_mtim.tv_sec &&
           point->part_nanoseconds == status->st_mtim.tv_nsec;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The part of the same job, for which the state has a checkpoint. */
static enum found find_own(const struct garim_output *output,
                           const struct stat *part)
{
    const struct garim_journal_point *point = &output->journal.point;
    ASSERT(output->journal.valid && !output->journal.begun);
    if (!garim_place_is_own(part, point->complete ? output->mode : 0))
        return FOUND_STRANGE;
    if (point->complete)
        return is_recorded(point, part) ? FOUND_COMPLETE : FOUND_OTHER;
    return point->windows == 0 || (point->part_inode == part->st_ino &&
                                   point->bytes_out <= (uint64_t)part->st_size)
               ? FOUND_SAME
               : FOUND_OTHER;
}

/* `there`: what has the name of the output, or NULL; `*differences`: in what
 * another job is another. */
static enum found find(const struct garim_output *output,
                       const struct garim_journal_job *job,
                       const struct stat *there, char *differences, size_t size)
{
    const struct garim_journal *journal = &output->journal;
    struct stat part = {0};
    ASSERT(size > 0 && differences[0] == '\0');
    /* What cannot be looked at is there, and nobody knows what it is. */
    const bool has_part =
        output->io->name_status(output->folder, garim_place_name(output->part),
                                &part) != -ENOENT;
    if (journal->valid && journal->point.complete && there != NULL &&
        is_recorded(&journal->point, there) &&
        (!has_part || is_same_file(&part, there)))
        return FOUND_RENAMED;
    if (!has_part) return FOUND_NOTHING;
    if (!garim_place_is_own(&part, output->mode)) return FOUND_STRANGE;
    if (journal->begun) return FOUND_FOREIGN;
    if (!journal->authentic) return FOUND_UNSEALED;
    if (journal->job.resumable == 0) return FOUND_FOREIGN;
    garim_journal_differ(journal, job, differences, size);
    if (differences[0] != '\0') return FOUND_OTHER;
    if (!journal->valid) return FOUND_FOREIGN;
    const enum found found = find_own(output, &part);
    if (found == FOUND_OTHER)
        (void)snprintf(differences, size,
                       "another file under the name of the part");
    return found;
}

/* ---- refusing ------------------------------------------------------------ */

static enum garim_status refuse(const char *path, struct garim_error *error,
                                const char *message)
{
    return garim_error_set_path(error, GARIM_IN_THE_WAY, path, "%s", message);
}

static enum garim_status refuse_input(const char *path,
                                      struct garim_error *error)
{
    return garim_error_set_path(error, GARIM_USAGE, path,
                                "the input is this file; name another output");
}

/* ---- acting -------------------------------------------------------------- */

/* Lock the part behind `descriptor` too: the writes of a killed process hold
 * this file, not its state, until they have ended. */
static enum garim_status lock_part(const struct garim_output *output,
                                   int descriptor, unsigned timeout_ms,
                                   struct garim_error *error)
{
    ASSERT(output->part != NULL && descriptor >= 0);
    const int result = garim_place_lock(output->io, descriptor, timeout_ms);
    if (result == -EWOULDBLOCK ||
        (result == 0 &&
         !garim_place_holds_name(output->io, output->folder,
                                 garim_place_name(output->part), descriptor)))
        return garim_error_set_path(error, GARIM_TEMPORARY, output->part,
                                    "locked by another run, which writes this "
                                    "part; run again when it has ended");
    return result < 0 ? garim_error_output(output->part, "lock the part of",
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
    const char *name = garim_place_name(output->part);
    ASSERT(!output->owned);
    const int found = io->open(output->folder, name, O_RDONLY | O_NONBLOCK, 0);
    if (found == -ENOENT) return GARIM_OK;
    if (found < 0)
        return garim_error_output(output->part, "open", found, error);
    enum garim_status status = lock_part(output, found, TIMEOUT_MS, error);
    if (status == GARIM_OK && is_input(output, input, found))
        status = refuse_input(output->part, error);
    int result = 0;
    if (status == GARIM_OK) result = io->remove(output->folder, name);
    if (result < 0)
        status = garim_error_output(output->part, "discard the part of", result,
                                    error);
    (void)io->close(found);
    return status;
}

static enum garim_status lock_new(const struct garim_output *output, int part,
                                  struct garim_error *error)
{
    const enum garim_status status = lock_part(output, part, 0, error);
    if (status != GARIM_OK || output->force) return status;
    const int result = output->io->can_publish(output->folder, part,
                                               garim_place_name(output->part));
    if (result == 0) return GARIM_OK;
    if (result == -ENOMEM) return garim_error_no_memory(error);
    if (result == -EEXIST)
        return garim_error_set_path(error, GARIM_IN_THE_WAY, output->path,
                                    "a file called like its part with a ~ at "
                                    "the end is in the way (garim needs that "
                                    "name for a moment); move it, or name "
                                    "another output");
    return garim_error_set_path(
        error, GARIM_OUTPUT, output->path,
        "this file system can give a file its name neither by link nor by "
        "rename without replacing another (%s); give --force, which replaces "
        "what stands there, or name another output",
        garim_error_text(-result));
}

/* Begin: first the state, then the part, so that a part without a state is
 * never ours. */
static enum garim_status create(struct garim_output *output,
                                const struct garim_journal_job *job,
                                struct garim_error *error)
{
    const struct garim_io *io = output->io;
    const char *name = garim_place_name(output->part);
    ASSERT(!output->owned && output->start == GARIM_START_NEW);
    enum garim_status status =
        garim_journal_begin(&output->journal, job, error);
    if (status != GARIM_OK) return status;
    const int part =
        io->open(output->folder, name, O_RDWR | O_CREAT | O_EXCL, PART_MODE);
    if (part < 0)
        return garim_error_output(output->part, "create", part, error);
    output->descriptor = part;
    status = lock_new(output, part, error);
    output->owned = status == GARIM_OK;
    if (status == GARIM_OK) return GARIM_OK;
    (void)io->remove(output->folder, name);
    (void)io->close(part);
    return status;
}

static enum garim_status go_on(struct garim_output *output,
                               struct garim_error *error)
{
    const struct garim_io *io = output->io;
    ASSERT(!output->owned && output->journal.valid);
    const int part =
        io->open(output->folder, garim_place_name(output->part), O_RDWR, 0);
    if (part < 0) return garim_error_output(output->part, "open", part, error);
    enum garim_status status =
        lock_part(output, part, TIMEOUT_RESUME_MS, error);
    if (status == GARIM_OK)
        status = garim_journal_confirm(&output->journal, error);
    if (status != GARIM_OK) {
        (void)io->close(part);
        return status;
    }
    output->descriptor = part;
    output->owned = true;
    output->start = output->journal.point.complete ? GARIM_START_COMPLETE
                                                   : GARIM_START_RESUMED;
    return GARIM_OK;
}

static enum garim_status act(struct garim_output *output, enum act act,
                             const struct garim_output_job *job,
                             struct garim_error *error)
{
    ASSERT(act != ACT_REFUSE);
    if (act == ACT_CONTINUE && output->journal.point.windows > 0)
        return go_on(output, error);
    enum garim_status status = GARIM_OK;
    if (act != ACT_RUN) status = discard(output, job->input, error);
    if (status != GARIM_OK) return status;
    if (act != ACT_FINISH) return create(output, job->identity, error);
    output->start = GARIM_START_PUBLISHED;
    return garim_journal_confirm(&output->journal, error);
}

/* ---- both ---------------------------------------------------------------- */

/* Find what is there, and do what the table says. */
static enum garim_status answer(struct garim_output *output, enum wish wish,
                                const struct garim_output_job *job,
                                struct garim_error *error)
{
    const struct garim_io *io = output->io;
    struct stat final;
    (void)io->forget(output->folder, garim_place_name(output->part));
    const struct stat *there =
        io->name_status(output->folder, garim_place_name(output->path),
                        &final) == 0
            ? &final
            : NULL;
    char differences[256] = "";
    const enum found found =
        find(output, job->identity, there, differences, sizeof differences);
    ASSERT(found < FOUND_COUNT && wish < WISH_COUNT);
    const struct answer *answer = &answers[found][wish];
    ASSERT(answer->refusal != NULL);
    ASSERT((answer->act == ACT_REFUSE) == (answer->refusal[0] != '\0'));
    const bool trusts =
        answer->act == ACT_CONTINUE || answer->act == ACT_FINISH;
    if (is_input(output, job->input, output->journal.descriptor))
        return refuse_input(output->journal.path, error);
    if (there != NULL && !output->force && answer->act != ACT_FINISH)
        return refuse(output->path, error,
                      "the output exists; give --force to replace it");
    const bool differs = differences[0] != '\0';
    if (answer->act == ACT_REFUSE)
        return garim_error_set_path(
            error, GARIM_IN_THE_WAY, output->part, "%s%s%s%s", answer->refusal,
            differs ? " (" : "", differences, differs ? ")" : "");
    if (trusts && wish == WISH_RESUME && job->seal == NULL &&
        !garim_place_is_private(io, output->folder))
        return refuse(output->part, error, unguarded);
    return act(output, answer->act, job, error);
}

enum garim_status garim_leftovers_open(struct garim_output *output,
                                       const struct garim_job_options *options,
                                       const struct garim_output_job *job,
                                       struct garim_error *error)
{
    struct garim_journal *journal = &output->journal;
    const enum wish wish = options->resume    ? WISH_RESUME
                           : options->restart ? WISH_RESTART
                                              : WISH_PLAIN;
    const struct garim_journal_request request = {
        .io = output->io,
        .folder = output->folder,
        .output = output->path,
        .seal = job->seal,
        .job = job->identity,
        .bounds = job->bounds,
        .timeout_ms = wish == WISH_RESUME ? TIMEOUT_RESUME_MS : TIMEOUT_MS,
    };
    ASSERT(output->folder >= 0 && output->part != NULL);
    ASSERT(!(options->resume && options->restart));
    enum garim_status status = garim_journal_open(journal, &request, error);
    if (status != GARIM_OK) return status;
    /* Only now: whoever held the lock may have published meanwhile. */
    status = answer(output, wish, job, error);
    if (status != GARIM_OK) garim_journal_close(journal, journal->begun);
    return status;
}
