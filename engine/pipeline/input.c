/* input.c - the input of a job: what kind of file it is, and whether it stays
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "pipeline/descriptor.h"

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Standard input by a descriptor of our own, whose flags we may change. */
static void reopen_standard(struct garim_input *input)
{
    const int own = input->io->open("/proc/self/fd/0", O_RDONLY, 0);
    if (own < 0) return;
    struct stat status;
    if (input->io->status(own, &status) < 0 ||
        !is_same_file(&status, &input->identity)) {
        (void)input->io->close(own);
        return;
    }
    input->descriptor = own;
    input->owned = true;
}

static enum garim_status refuse(const struct garim_input *input, int result,
                                struct garim_error *error)
{
    if (result == -EINTR)
        return garim_error_set_path(error, GARIM_TEMPORARY, input->path,
                                    "interrupted; run again");
    return garim_error_set_path(
        error, GARIM_INPUT, input->path,
        "cannot open the input (%s); check its name and your rights",
        garim_error_text(-result));
}

/* Find out how the input is read. */
static void prepare(struct garim_input *input, bool standard)
{
    const struct garim_io *io = input->io;
    const bool regular = S_ISREG(input->identity.st_mode);
    const int64_t position =
        regular && standard ? io->position(STDIN_FILENO) : 0;
    input->stream = !regular || position != 0;
    input->base = position > 0 ? (uint64_t)position : GARIM_IO_STREAM;
    if (!regular)
        garim_stream_prepare(io, &input->descriptor, &input->owned, false);
    else if (standard && !input->stream)
        reopen_standard(input);
}

enum garim_status garim_input_open(struct garim_input *ret_input,
                                   const struct garim_io *io,
                                   const struct garim_job_options *options,
                                   struct garim_error *error)
{
    const char *path = options->input;
    const bool standard = path == NULL || strcmp(path, "-") == 0;
    struct garim_input input = {
        .io = io,
        .path = standard ? "standard input" : path,
        .descriptor = STDIN_FILENO,
        .owned = !standard,
    };
    if (!standard) input.descriptor = io->open(path, O_RDONLY | O_NOCTTY, 0);
    if (input.descriptor < 0) return refuse(&input, input.descriptor, error);
    const int result = io->status(input.descriptor, &input.identity);
    if (result < 0) {
        garim_input_close(&input);
        return refuse(&input, result, error);
    }
    if (S_ISDIR(input.identity.st_mode)) {
        garim_input_close(&input);
        return garim_error_set_path(error, GARIM_INPUT, input.path,
                                    "the input is a directory; name a file");
    }
    prepare(&input, standard);
    if (!input.stream && input.owned &&
        (options->without & GARIM_WITHOUT_DIRECT) == 0)
        input.direct =
            garim_direct_probe(io, input.descriptor, GARIM_IO_READ, 0);
    *ret_input = input;
    return GARIM_OK;
}

bool garim_input_is(const struct garim_input *input, const struct stat *status)
{
    return input != NULL && S_ISREG(status->st_mode) &&
           is_same_file(&input->identity, status);
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

enum garim_status garim_input_check(const struct garim_input *input,
                                    struct garim_error *error)
{
    const struct stat *old = &input->identity;
    struct stat now;
    if (!S_ISREG(old->st_mode)) return GARIM_OK;
    if (input->io->status(input->descriptor, &now) == 0 &&
        is_same_file(old, &now) && old->st_size == now.st_size &&
        is_same_time(old->st_mtim, now.st_mtim) &&
        is_same_time(old->st_ctim, now.st_ctim))
        return GARIM_OK;
    return garim_error_set_path(error, GARIM_INPUT, input->path,
                                "the input changed during the run; run again "
                                "when nothing writes to it any more");
}

void garim_input_close(struct garim_input *input)
{
    if (input->owned) (void)input->io->close(input->descriptor);
    input->owned = false;
}
