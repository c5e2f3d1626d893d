/* output.c - the output of a job: a stream, or a part that is published whole
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "publish/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"
#include "publish/fd_tuning.h"
#include "flow/geometry.h"
#include "publish/leftovers.h"
#include "publish/place.h"

enum { MODE_DEFAULT = 0600 };

static enum garim_status usage(const char *path, struct garim_error *error,
                               const char *message)
{
    return garim_error_set_path(error, GARIM_USAGE, path, "%s", message);
}

/* ---- opening ------------------------------------------------------------- */

static enum garim_status open_stream(struct garim_output *output,
                                     struct garim_error *error)
{
    ASSERT(output->part == NULL);
    output->stream = true;
    output->base = GARIM_IO_STREAM;
    output->descriptor =
        output->io->open(AT_FDCWD, output->path, O_WRONLY | O_NOCTTY, 0);
    if (output->descriptor < 0)
        return garim_error_output(output->path, "open", output->descriptor,
                                  error);
    output->owned = true;
    if (output->filter == NULL)
        garim_stream_prepare(output->io, &output->descriptor, &output->owned,
                             true);
    return GARIM_OK;
}

/* What stands under the path now, links followed.  `*ret_free`: nothing. */
static enum garim_status look(const struct garim_output *output,
                              struct stat *ret_status, bool *ret_free,
                              struct garim_error *error)
{
    const struct garim_io *io = output->io;
    struct stat link;
    const int found = io->open(AT_FDCWD, output->path, O_PATH, 0);
    *ret_free =
        found == -ENOENT && io->name_status(AT_FDCWD, output->path, &link) < 0;
    if (*ret_free) return GARIM_OK;
    if (found == -ENOENT)
        return usage(output->path, error,
                     "the output is a symbolic link to nothing; name a file");
    if (found < 0)
        return garim_error_output(output->path, "open", found, error);
    const int result = io->status(found, ret_status);
    (void)io->close(found);
    return result < 0 ? garim_error_output(output->path, "open", result, error)
                      : GARIM_OK;
}

static enum garim_status check_file(const struct garim_output *output,
                                    const struct garim_input *input,
                                    const struct stat *status,
                                    struct garim_error *error)
{
    struct stat link;
    if (garim_input_is(input, status))
        return usage(output->path, error,
                     "the output is the input; name another output");
    if (output->io->name_status(AT_FDCWD, output->path, &link) == 0 &&
        S_ISLNK(link.st_mode))
        return usage(output->path, error,
                     "the output is a symbolic link; name the file itself");
    return GARIM_OK;
}

static enum garim_status refuse_stream(const struct garim_output *output,
                                       const struct garim_job_options *options,
                                       struct garim_error *error)
{
    if (!options->resume) return GARIM_OK;
    return usage(output->path, error,
                 "a stream cannot be resumed; name a file with -o, or run "
                 "without --resume");
}

/* Names that runs use beside their outputs. */
static enum garim_status check_name(const struct garim_output *output,
                                    struct garim_error *error)
{
    static const char *const endings[] = {".part", ".state"};
    const size_t bytes = strlen(output->path);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t ending = strlen(endings[i]);
        if (bytes >= ending &&
            strcmp(output->path + bytes - ending, endings[i]) == 0)
            return garim_error_set_path(
                error, GARIM_USAGE, output->path,
                "names that end in %s are those of unfinished outputs; give "
                "the output another name",
                endings[i]);
    }
    return GARIM_OK;
}

static enum garim_status open_file(struct garim_output *output,
                                   const struct garim_job_options *options,
                                   const struct garim_output_job *job,
                                   struct garim_error *error)
{
    enum garim_status status = check_name(output, error);
    if (status != GARIM_OK) return status;
    const int folder = output->io->open_folder(output->path);
    if (folder < 0)
        return garim_error_output(output->path, "open the folder of", folder,
                                  error);
    output->folder = folder;
    ASSERT(output->part == NULL && !output->stream);
    if (asprintf(&output->part, "%s.part", output->path) < 0) {
        output->part = NULL;
        status = garim_error_no_memory(error);
    }
    if (status == GARIM_OK)
        status = garim_leftovers_open(output, options, job, error);
    if (status == GARIM_OK) return GARIM_OK;
    free(output->part);
    (void)output->io->close(folder);
    return status;
}

static enum garim_status open_path(struct garim_output *output,
                                   const struct garim_job_options *options,
                                   const struct garim_output_job *job,
                                   struct garim_error *error)
{
    struct stat found;
    bool is_free;
    enum garim_status status = look(output, &found, &is_free, error);
    if (status != GARIM_OK) return status;
    if (!is_free && S_ISDIR(found.st_mode))
        return garim_error_set_path(error, GARIM_OUTPUT, output->path,
                                    "the output is a directory; name a file");
    if (!is_free && S_ISBLK(found.st_mode) && !output->force)
        return usage(output->path, error,
                     "the output is a block device; give --force to write "
                     "over what it holds");
    if (!is_free && !S_ISREG(found.st_mode)) {
        status = refuse_stream(output, options, error);
        return status == GARIM_OK ? open_stream(output, error) : status;
    }
    if (!is_free) status = check_file(output, job->input, &found, error);
    return status == GARIM_OK ? open_file(output, options, job, error) : status;
}

static enum garim_status open_standard(struct garim_output *output,
                                       const struct garim_input *input,
                                       struct garim_error *error)
{
    struct stat status;
    output->stream = true;
    output->base = GARIM_IO_STREAM;
    output->descriptor = STDOUT_FILENO;
    const int result = output->io->status(STDOUT_FILENO, &status);
    if (result < 0)
        return garim_error_output(output->path, "write to", result, error);
    if (garim_input_is(input, &status))
        return usage(output->path, error,
                     "the output is the input; name another output");
    /* A filter writes it by its own means. */
    if (output->filter != NULL) return GARIM_OK;
    if (!S_ISREG(status.st_mode)) {
        garim_stream_prepare(output->io, &output->descriptor, &output->owned,
                             true);
        return GARIM_OK;
    }
    const int64_t position = output->io->position(STDOUT_FILENO);
    if (position < 0)
        return garim_error_output(output->path, "write to", (int)position,
                                  error);
    output->base = (uint64_t)position;
    return GARIM_OK;
}

/* Where the records go. */
static enum garim_status open_sink(struct garim_output *output,
                                   struct garim_error *error)
{
    const struct garim_filter *filter = output->filter;
    ASSERT(output->stream == (output->part == NULL));
    output->ordered = output->stream || filter != NULL;
    output->sink = output->descriptor;
    if (filter == NULL) return GARIM_OK;
    output->base = GARIM_IO_STREAM;
    const enum garim_status status =
        filter->open(filter->user, output->descriptor, &output->sink, error);
    ASSERT(status != GARIM_OK || output->sink != output->descriptor);
    if (status == GARIM_OK)
        garim_stream_prepare(output->io, &output->sink, &output->sink_owned,
                             true);
    return status;
}

enum garim_status garim_output_open(struct garim_output *ret_output,
                                    const struct garim_io *io,
                                    const struct garim_job_options *options,
                                    const struct garim_output_job *job,
                                    struct garim_error *error)
{
    const char *path = options->output;
    const bool standard = path == NULL || strcmp(path, "-") == 0;
    struct garim_output output = {
        .io = io,
        .path = standard ? "standard output" : path,
        .folder = -1,
        .mode = options->output_mode == 0 ? MODE_DEFAULT
                                          : options->output_mode & 0777,
        .force = options->force,
        .without = options->without,
        .filter = options->filter,
    };
    enum garim_status status =
        standard ? refuse_stream(&output, options, error) : GARIM_OK;
    if (status == GARIM_OK)
        status = standard ? open_standard(&output, job->input, error)
                          : open_path(&output, options, job, error);
    if (status != GARIM_OK) return status;
    status = open_sink(&output, error);
    if (status == GARIM_OK)
        *ret_output = output;
    else
        garim_output_close(&output, false);
    return status;
}

void garim_output_advance(const struct garim_output *output, uint64_t bytes)
{
    if (output->stream && output->base != GARIM_IO_STREAM)
        (void)output->io->set_position(output->descriptor,
                                       output->base + bytes);
}

/* ---- the end ------------------------------------------------------------- */

void garim_output_direct(struct garim_output *output)
{
    if ((output->without & GARIM_WITHOUT_DIRECT) != 0) return;
    /* Not where it is done already: the trial writes. */
    ASSERT(output->part != NULL && !output->published);
    const uint64_t free_from = garim_align_up(output->journal.point.bytes_out);
    output->direct = garim_direct_probe(output->io, output->descriptor,
                                        GARIM_IO_WRITE, free_from);
}

enum garim_status garim_output_reserve(struct garim_output *output,
                                       uint64_t bytes,
                                       struct garim_error *error)
{
    ASSERT(output->part != NULL);
    const uint64_t done = output->journal.point.bytes_out;
    if (bytes == done) return GARIM_OK;
    const bool reserves = (output->without & GARIM_WITHOUT_FALLOCATE) == 0;
    int (*const resize)(int, uint64_t) =
        reserves ? output->io->preallocate : output->io->truncate;
    const int result = resize(output->descriptor, garim_align_up(bytes));
    if (result < 0)
        return garim_error_output(output->part, "reserve space for", result,
                                  error);
    output->unreserved = reserves && result > 0;
    garim_output_direct(output);
    return GARIM_OK;
}

static void close_sink(struct garim_output *output)
{
    if (output->sink_owned) (void)output->io->close(output->sink);
    output->sink_owned = false;
}

enum garim_status garim_output_check(const struct garim_output *output,
                                     struct garim_error *error)
{
    ASSERT(output->part != NULL && output->folder >= 0);
    ASSERT(output->owned);
    if (garim_place_holds_name(output->io, output->folder,
                               garim_place_name(output->part),
                               output->descriptor))
        return GARIM_OK;
    return garim_error_set_path(
        error, GARIM_OUTPUT, output->part,
        "the part was removed, or another file put in its place, while it was "
        "written: what was done is lost; find out who cleans this folder, and "
        "run again with --restart");
}

/* From now on the part is only read: by us, and by what the filter may have
 * left behind. */
static enum garim_status take_back(struct garim_output *output, uint64_t bytes,
                                   struct garim_error *error)
{
    const struct garim_io *io = output->io;
    const char *name = garim_place_name(output->part);
    struct stat status;
    enum garim_status held = garim_output_check(output, error);
    if (held != GARIM_OK) return held;
    const int part = io->open(output->folder, name, O_RDONLY, 0);
    if (part < 0) return garim_error_output(output->part, "open", part, error);
    (void)io->close(output->descriptor);
    output->descriptor = part;
    const int result = io->status(part, &status);
    if (result < 0)
        return garim_error_output(output->part, "open", result, error);
    if (io->is_written(part))
        return garim_error_set_path(
            error, GARIM_OUTPUT, output->part,
            "something that the output command left running can still write "
            "the output; let the command wait for all that it starts");
    if (status.st_size == 0 && bytes > 0)
        return garim_error_set_path(
            error, GARIM_OUTPUT, output->part,
            "the output command took records and wrote nothing; let it write "
            "to its standard output");
    return GARIM_OK;
}

enum garim_status garim_output_drain(struct garim_output *output,
                                     uint64_t bytes, struct garim_error *error)
{
    const struct garim_filter *filter = output->filter;
    if (filter == NULL) return GARIM_OK;
    ASSERT(!output->published);
    close_sink(output);
    const enum garim_status status = filter->finish(filter->user, error);
    if (status != GARIM_OK || output->part == NULL) return status;
    return take_back(output, bytes, error);
}

enum garim_status garim_output_finish(struct garim_output *output,
                                      uint64_t bytes, struct garim_error *error)
{
    ASSERT(output->part != NULL && !output->published);
    ASSERT(!output->sink_owned);
    int result = output->filter != NULL
                     ? 0
                     : output->io->truncate(output->descriptor, bytes);
    if (result < 0)
        return garim_error_output(output->part, "cut", result, error);
    result = output->io->sync(output->descriptor);
    if (result < 0)
        return garim_error_output(output->part, "sync", result, error);
    return GARIM_OK;
}

/* The part gets its mode and its name, and what has the name is the part. */
static enum garim_status give_name(struct garim_output *output,
                                   struct garim_error *error)
{
    const struct garim_io *io = output->io;
    const char *name = garim_place_name(output->path);
    ASSERT(!output->published && (output->mode & ~07777U) == 0);
    const enum garim_status status = garim_output_check(output, error);
    if (status != GARIM_OK) return status;
    int result = io->set_mode(output->descriptor, output->mode);
    if (result < 0)
        return garim_error_output(output->part, "set the mode of", result,
                                  error);
    result = io->publish(output->folder, output->descriptor,
                         garim_place_name(output->part), name, output->force);
    if (result == -EEXIST)
        return garim_error_set_path(error, GARIM_IN_THE_WAY, output->path,
                                    "the output appeared during the run; give "
                                    "--force to replace it");
    if (result < 0)
        return garim_error_output(output->path, "publish", result, error);
    output->published = true;
    if (garim_place_holds_name(io, output->folder, name, output->descriptor))
        return GARIM_OK;
    return garim_error_set_path(
        error, GARIM_OUTPUT, output->path,
        "what has its name now is not, or cannot be told to be, what was "
        "written: do not use it, and find out who writes to this folder");
}

enum garim_status garim_output_publish(struct garim_output *output,
                                       struct garim_error *error)
{
    ASSERT(output->part != NULL && !output->settled);
    if (output->start != GARIM_START_PUBLISHED) {
        const enum garim_status status = give_name(output, error);
        if (status != GARIM_OK) return status;
    }
    output->published = true;
    const int result = output->io->sync_folder(output->folder);
    if (result < 0)
        return garim_error_set_path(
            error, GARIM_OUTPUT, output->path,
            "the output is whole and has its name, but its folder cannot be "
            "synced (%s): a power failure could take the name back; check the "
            "device",
            garim_error_text(-result));
    output->settled = true;
    return GARIM_OK;
}

/* The part goes only while it is the one that was written. */
static void remove_part(const struct garim_output *output)
{
    const char *name = garim_place_name(output->part);
    if (garim_place_holds_name(output->io, output->folder, name,
                               output->descriptor))
        (void)output->io->remove(output->folder, name);
}

void garim_output_close(struct garim_output *output, bool keep)
{
    ASSERT(output->published || !output->settled);
    if (output->part != NULL) {
        if (!output->published && !keep) remove_part(output);
        /* Last, since it says what the part is. */
        garim_journal_close(&output->journal,
                            output->published ? output->settled : !keep);
        (void)output->io->close(output->folder);
    }
    free(output->part);
    output->part = NULL;
    close_sink(output);
    if (output->owned) (void)output->io->close(output->descriptor);
    output->owned = false;
}
