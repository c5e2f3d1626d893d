/* output.c - the output of a job: a stream, or a part that is published whole
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"
#include "pipeline/geometry.h"

enum {
    MODE_DEFAULT = 0600,
    /* The lock of a killed process is still held while its writes end. */
    LOCK_ATTEMPTS_MAX = 50,
    LOCK_PAUSE_MILLISECONDS = 20,
};

enum garim_status garim_output_fail(const char *path, const char *verb,
                                    int result, struct garim_error *error)
{
    static const struct {
        int number;
        const char *advice;
    } advices[] = {
        {EINTR, "run again"},
        {ENOSPC, "free some space and run again"},
        {EDQUOT, "free some space and run again"},
        {EFBIG, "it is over a limit (ulimit -f) or too large for the disk"},
        {ELOOP, "it is a symbolic link: remove it or name another file"},
        {EPIPE, "its reader has gone away"},
        {ENOENT, "create its folder first"},
        {EACCES, "check your rights in its folder"},
    };
    const char *advice = "check the path and the device";
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].number == -result) advice = advices[i].advice;
    return garim_error_set_path(
        error, result == -EINTR ? GARIM_TEMPORARY : GARIM_OUTPUT, path,
        "cannot %s the output (%s); %s", verb, garim_error_text(-result),
        advice);
}

static enum garim_status usage(const char *path, struct garim_error *error,
                               const char *message)
{
    return garim_error_set_path(error, GARIM_USAGE, path, "%s", message);
}

static bool is_input(const struct garim_input *input, const struct stat *status)
{
    return input != NULL && S_ISREG(status->st_mode) &&
           input->identity.st_dev == status->st_dev &&
           input->identity.st_ino == status->st_ino;
}

/* ---- the part ------------------------------------------------------------ */

static int lock_patiently(const struct garim_io *io, int descriptor)
{
    static const struct timespec wait = {
        .tv_nsec = LOCK_PAUSE_MILLISECONDS * 1000L * 1000,
    };
    int result = io->lock(descriptor);
    for (int i = 0; i < LOCK_ATTEMPTS_MAX && result == -EWOULDBLOCK; i++) {
        (void)nanosleep(&wait, NULL);
        result = io->lock(descriptor);
    }
    return result;
}

static enum garim_status locked_by_another(const struct garim_output *output,
                                           struct garim_error *error)
{
    return garim_error_set_path(error, GARIM_TEMPORARY, output->part,
                                "another run is writing this part; run again "
                                "when it has ended");
}

/* Whether `path` still names the file that `descriptor` holds. */
static bool is_held(const struct garim_io *io, const char *path, int descriptor)
{
    struct stat held;
    struct stat named;
    return io->status(descriptor, &held) == 0 &&
           io->path_status(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

static enum garim_status discard(const struct garim_output *output,
                                 struct garim_error *error)
{
    const int result = output->io->remove(output->part);
    return result < 0 ? garim_output_fail(output->part, "discard the part of",
                                          result, error)
                      : GARIM_OK;
}

/* Whether another run holds the part: looked at twice, since one that has just
 * created its part needs a moment to lock it. */
static bool is_busy(const struct garim_io *io, int part)
{
    static const struct timespec moment = {
        .tv_nsec = LOCK_PAUSE_MILLISECONDS * 1000L * 1000,
    };
    if (lock_patiently(io, part) == -EWOULDBLOCK) return true;
    (void)io->unlock(part);
    (void)nanosleep(&moment, NULL);
    return io->lock(part) == -EWOULDBLOCK;
}

/* A part is in the way: refuse it, or discard it where `restart` says so. */
static enum garim_status meet_part(const struct garim_output *output,
                                   const struct garim_input *input,
                                   bool restart, struct garim_error *error)
{
    const struct garim_io *io = output->io;
    const int found =
        io->open(output->part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
    if (found == -ENOENT) return GARIM_OK;
    if (found < 0) return garim_output_fail(output->part, "open", found, error);
    struct stat status;
    enum garim_status result = GARIM_OK;
    if (is_busy(io, found))
        result = locked_by_another(output, error);
    else if (!is_held(io, output->part, found))
        result = GARIM_OK; /* it went away meanwhile */
    else if (!restart)
        result = usage(output->part, error,
                       "an unfinished part exists; give --restart to discard "
                       "it and begin again");
    else if (io->status(found, &status) == 0 && is_input(input, &status))
        result = usage(output->part, error,
                       "the input is this part; name another output");
    else
        result = discard(output, error);
    (void)io->close(found);
    return result;
}

static enum garim_status create_part(struct garim_output *output,
                                     const struct garim_input *input,
                                     const struct garim_job_options *options,
                                     struct garim_error *error)
{
    const struct garim_io *io = output->io;
    const unsigned mode =
        options->output_mode == 0 ? MODE_DEFAULT : options->output_mode;
    int part = -EEXIST;
    for (int i = 0; i < LOCK_ATTEMPTS_MAX && part == -EEXIST; i++) {
        part = io->open(output->part, O_RDWR | O_CREAT | O_EXCL, mode & 0777);
        if (part != -EEXIST) break;
        const enum garim_status status =
            meet_part(output, input, options->restart, error);
        if (status != GARIM_OK) return status;
    }
    if (part < 0) return garim_output_fail(output->part, "create", part, error);
    /* Another run may have met our part before we locked it. */
    if (lock_patiently(io, part) == -EWOULDBLOCK ||
        !is_held(io, output->part, part)) {
        (void)io->close(part);
        return locked_by_another(output, error);
    }
    output->descriptor = part;
    output->owned = true;
    return GARIM_OK;
}

/* ---- opening ------------------------------------------------------------- */

static enum garim_status open_stream(struct garim_output *output,
                                     struct garim_error *error)
{
    output->stream = true;
    output->base = GARIM_IO_STREAM;
    output->descriptor = output->io->open(output->path, O_WRONLY | O_NOCTTY, 0);
    if (output->descriptor < 0)
        return garim_output_fail(output->path, "open", output->descriptor,
                                 error);
    output->owned = true;
    return GARIM_OK;
}

/* What stands under the path now, links followed.  `*ret_free`: nothing. */
static enum garim_status look(const struct garim_output *output,
                              struct stat *ret_status, bool *ret_free,
                              struct garim_error *error)
{
    const struct garim_io *io = output->io;
    struct stat link;
    const int found = io->open(output->path, O_PATH, 0);
    *ret_free = found == -ENOENT && io->path_status(output->path, &link) < 0;
    if (*ret_free) return GARIM_OK;
    if (found == -ENOENT)
        return usage(output->path, error,
                     "the output is a symbolic link to nothing; name a file");
    if (found < 0) return garim_output_fail(output->path, "open", found, error);
    const int result = io->status(found, ret_status);
    (void)io->close(found);
    return result < 0 ? garim_output_fail(output->path, "open", result, error)
                      : GARIM_OK;
}

static enum garim_status check_file(const struct garim_output *output,
                                    const struct garim_input *input,
                                    const struct stat *status,
                                    struct garim_error *error)
{
    struct stat link;
    if (is_input(input, status))
        return usage(output->path, error,
                     "the output is the input; name another output");
    if (output->io->path_status(output->path, &link) == 0 &&
        S_ISLNK(link.st_mode))
        return usage(output->path, error,
                     "the output is a symbolic link; name the file itself");
    if (!output->force)
        return usage(output->path, error,
                     "the output exists; give --force to replace it");
    return GARIM_OK;
}

static enum garim_status open_path(struct garim_output *output,
                                   const struct garim_job_options *options,
                                   const struct garim_input *input,
                                   struct garim_error *error)
{
    struct stat found;
    bool is_free;
    enum garim_status status = look(output, &found, &is_free, error);
    if (status != GARIM_OK) return status;
    if (!is_free && S_ISDIR(found.st_mode))
        return garim_error_set_path(error, GARIM_OUTPUT, output->path,
                                    "the output is a directory; name a file");
    if (!is_free && !S_ISREG(found.st_mode)) return open_stream(output, error);
    if (!is_free) status = check_file(output, input, &found, error);
    if (status != GARIM_OK) return status;
    if (asprintf(&output->part, "%s.part", output->path) < 0) {
        output->part = NULL;
        return garim_error_no_memory(error);
    }
    status = create_part(output, input, options, error);
    if (status == GARIM_OK) return GARIM_OK;
    free(output->part);
    return status;
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
        return garim_output_fail(output->path, "write to", result, error);
    if (is_input(input, &status))
        return usage(output->path, error,
                     "the output is the input; name another output");
    if (!S_ISREG(status.st_mode)) return GARIM_OK;
    const int64_t position = output->io->position(STDOUT_FILENO);
    if (position < 0)
        return garim_output_fail(output->path, "write to", (int)position,
                                 error);
    output->base = (uint64_t)position;
    return GARIM_OK;
}

enum garim_status garim_output_open(struct garim_output *ret_output,
                                    const struct garim_io *io,
                                    const struct garim_job_options *options,
                                    const struct garim_input *input,
                                    struct garim_error *error)
{
    const char *path = options->output;
    const bool standard = path == NULL || strcmp(path, "-") == 0;
    struct garim_output output = {
        .io = io,
        .path = standard ? "standard output" : path,
        .force = options->force,
    };
    const enum garim_status status =
        standard ? open_standard(&output, input, error)
                 : open_path(&output, options, input, error);
    if (status == GARIM_OK) *ret_output = output;
    return status;
}

void garim_output_advance(const struct garim_output *output, uint64_t bytes)
{
    if (output->stream && output->base != GARIM_IO_STREAM)
        (void)output->io->set_position(output->descriptor,
                                       output->base + bytes);
}

/* ---- the end ------------------------------------------------------------- */

enum garim_status garim_output_reserve(struct garim_output *output,
                                       uint64_t bytes,
                                       struct garim_error *error)
{
    ASSERT(output->part != NULL);
    if (bytes == 0) return GARIM_OK;
    const int result =
        output->io->preallocate(output->descriptor, garim_align_up(bytes));
    if (result < 0)
        return garim_output_fail(output->part, "reserve space for", result,
                                 error);
    output->direct =
        garim_direct_probe(output->io, output->descriptor, GARIM_IO_WRITE);
    return GARIM_OK;
}

enum garim_status garim_output_publish(struct garim_output *output,
                                       uint64_t bytes,
                                       struct garim_error *error)
{
    const struct garim_io *io = output->io;
    int result = io->truncate(output->descriptor, bytes);
    if (result < 0)
        return garim_output_fail(output->part, "cut", result, error);
    result = io->sync(output->descriptor);
    if (result < 0)
        return garim_output_fail(output->part, "sync", result, error);
    result = io->publish(output->part, output->path, output->force);
    if (result == -EEXIST)
        return usage(output->path, error,
                     "the output appeared during the run; give --force to "
                     "replace it");
    if (result < 0)
        return garim_output_fail(output->path, "publish", result, error);
    output->published = true;
    result = io->sync_directory_of(output->path);
    if (result < 0)
        return garim_output_fail(output->path, "sync the folder of", result,
                                 error);
    return GARIM_OK;
}

void garim_output_close(struct garim_output *output)
{
    if (output->part != NULL && !output->published)
        (void)output->io->remove(output->part);
    free(output->part);
    output->part = NULL;
    if (output->owned) (void)output->io->close(output->descriptor);
    output->owned = false;
}
