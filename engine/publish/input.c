/* input.c - the input of a job: what kind of file it is, and whether it stays
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "publish/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"
#include "crypto/crypto.h"
#include "publish/fd_tuning.h"

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Standard input by a descriptor of our own, whose flags we may change. */
static void reopen_standard(struct garim_input *input)
{
    ASSERT(!input->owned && input->descriptor == STDIN_FILENO);
    const int own = input->io->open(AT_FDCWD, "/proc/self/fd/0", O_RDONLY, 0);
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
    if (result == -ENOMEM) return garim_error_no_memory(error);
    return garim_error_set_path(
        error, GARIM_INPUT, input->path,
        "cannot open the input (%s); check its name and your rights",
        garim_error_text(-result));
}

/* 1 where a file says that it is empty and is not, as in /proc and on mounts
 * that do not know sizes; a negative errno value where it cannot be read. */
static int has_hidden_bytes(const struct garim_input *input)
{
    uint8_t byte = 0;
    if (input->identity.st_size != 0) return 0;
    const int64_t moved =
        input->io->read_at(input->descriptor, &byte, sizeof byte, 0);
    explicit_bzero(&byte, sizeof byte);
    return moved > 0 ? 1 : (int)moved;
}

/* Find out how the input is read. */
static int prepare(struct garim_input *input, bool standard)
{
    const struct garim_io *io = input->io;
    const bool regular = S_ISREG(input->identity.st_mode);
    const int64_t position =
        regular && standard ? io->position(STDIN_FILENO) : 0;
    const int hidden = regular && position == 0 ? has_hidden_bytes(input) : 0;
    if (hidden < 0) return hidden;
    input->stream = !regular || position != 0 || hidden > 0;
    input->base = position > 0 ? (uint64_t)position : GARIM_IO_STREAM;
    if (!regular)
        garim_stream_prepare(io, &input->descriptor, &input->owned, false);
    else if (standard && !input->stream)
        reopen_standard(input);
    return 0;
}

/* ---- its print ----------------------------------------------------------- */

enum { END_BYTES = 1 << 16 };

/* The HMAC of the first and the last 64 KiB; what cannot be read is nothing. */
static enum garim_status take_print(const struct garim_input *input,
                                    uint8_t print[32],
                                    struct garim_error *error)
{
    const struct garim_io *io = input->io;
    const uint64_t size = (uint64_t)input->identity.st_size;
    const uint64_t last = size > END_BYTES ? size - END_BYTES : 0;
    memset(print, 0, 32);
    if (input->seal == NULL || input->stream) return GARIM_OK;
    uint8_t *ends = calloc(2, END_BYTES);
    if (ends == NULL) return garim_error_no_memory(error);
    const int64_t head = io->read_at(input->descriptor, ends, END_BYTES, 0);
    const int64_t tail =
        io->read_at(input->descriptor, ends + END_BYTES, END_BYTES, last);
    ASSERT(head <= END_BYTES && tail <= END_BYTES);
    const int result =
        garim_sha256(ends, head < 0 ? 0 : (size_t)head, ends + END_BYTES,
                     tail < 0 ? 0 : (size_t)tail, print);
    explicit_bzero(ends, 2 * (size_t)END_BYTES);
    free(ends);
    if (result != 0)
        return garim_crypto_failed(error, "the crypto library cannot do "
                                          "SHA-256; see whether its "
                                          "configuration forbids it");
    input->seal->seal(input->seal->user, GARIM_SEAL_INPUT, print);
    return GARIM_OK;
}

/* ---- opening ------------------------------------------------------------- */

enum garim_status garim_input_open(struct garim_input *ret_input,
                                   const struct garim_io *io,
                                   const struct garim_job_options *options,
                                   const struct garim_seal *seal,
                                   struct garim_error *error)
{
    const char *path = options->input;
    const bool standard = path == NULL || strcmp(path, "-") == 0;
    struct garim_input input = {
        .io = io,
        .path = standard ? "standard input" : path,
        .descriptor = STDIN_FILENO,
        .owned = !standard,
        .seal = seal,
    };
    if (!standard)
        input.descriptor = io->open(AT_FDCWD, path, O_RDONLY | O_NOCTTY, 0);
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
    const int prepared = prepare(&input, standard);
    if (prepared < 0) {
        garim_input_close(&input);
        return refuse(&input, prepared, error);
    }
    const enum garim_status status = take_print(&input, input.print, error);
    if (status != GARIM_OK) {
        garim_input_close(&input);
        return status;
    }
    if (!input.stream && input.owned &&
        (options->without & GARIM_WITHOUT_DIRECT) == 0)
        input.direct =
            garim_direct_probe(io, input.descriptor, GARIM_IO_READ, 0);
    ASSERT(input.stream || S_ISREG(input.identity.st_mode));
    ASSERT(input.base == GARIM_IO_STREAM || input.stream);
    *ret_input = input;
    return GARIM_OK;
}

bool garim_input_is(const struct garim_input *input, const struct stat *status)
{
    const struct stat *own = input == NULL ? NULL : &input->identity;
    if (own == NULL || (own->st_mode & S_IFMT) != (status->st_mode & S_IFMT))
        return false;
    return S_ISBLK(status->st_mode)
               ? own->st_rdev == status->st_rdev
               : S_ISREG(status->st_mode) && is_same_file(own, status);
}

static bool is_same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool is_same_status(const struct garim_input *input)
{
    const struct stat *old = &input->identity;
    struct stat now;
    return input->io->status(input->descriptor, &now) == 0 &&
           is_same_file(old, &now) && old->st_size == now.st_size &&
           is_same_time(old->st_mtim, now.st_mtim);
}

enum garim_status garim_input_check(const struct garim_input *input, bool end,
                                    struct garim_error *error)
{
    uint8_t print[32];
    enum garim_status status = GARIM_OK;
    if (!S_ISREG(input->identity.st_mode)) return GARIM_OK;
    ASSERT(input->descriptor >= 0);
    bool same = is_same_status(input);
    if (same && end) {
        /* Nothing else is read any more. */
        if (input->direct)
            (void)input->io->set_direct(input->descriptor, false);
        status = take_print(input, print, error);
        same = memcmp(print, input->print, sizeof print) == 0;
    }
    if (status != GARIM_OK || same) return status;
    return garim_error_set_path(error, GARIM_INPUT, input->path,
                                "the input changed during the run; run again "
                                "when nothing writes to it any more");
}

bool garim_input_was_touched(const struct garim_input *input)
{
    struct stat now;
    return S_ISREG(input->identity.st_mode) &&
           input->io->status(input->descriptor, &now) == 0 &&
           !is_same_time(input->identity.st_ctim, now.st_ctim);
}

void garim_input_close(struct garim_input *input)
{
    if (input->owned) (void)input->io->close(input->descriptor);
    input->owned = false;
}
