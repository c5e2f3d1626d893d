/* state.c - OUT.state: the lock of a job, and its last two checkpoints
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "pipeline/geometry.h"
#include "pipeline/output.h"

enum {
    STATE_MODE = 0600,
    STATE_FORMAT = 1,
    DIGEST_BYTES = 32,
    LOCK_PAUSE_MILLISECONDS = 20,
    HEAD_BYTES = 4096, /* where the slots begin */
};

static const char magic[8] = "garim\0st";

/* The beginning of the file. */
struct head {
    char magic[sizeof magic];
    uint64_t format;
    uint64_t slot_bytes;
    struct garim_state_job job;
    uint8_t digest[DIGEST_BYTES];
};

static_assert(sizeof(struct head) <= HEAD_BYTES, "the head has its page");
static_assert(sizeof(struct garim_fault) == 16, "faults stand in the file");

/* ---- locks --------------------------------------------------------------- */

static void pause_a_moment(void)
{
    static const struct timespec moment = {
        .tv_nsec = LOCK_PAUSE_MILLISECONDS * 1000L * 1000,
    };
    (void)nanosleep(&moment, NULL);
}

int garim_lock_patiently(const struct garim_io *io, int descriptor,
                         unsigned patience)
{
    int result = io->lock(descriptor);
    for (; patience > 0 && result == -EWOULDBLOCK; patience--) {
        pause_a_moment();
        result = io->lock(descriptor);
    }
    return result;
}

bool garim_is_held(const struct garim_io *io, const char *path, int descriptor)
{
    struct stat held;
    struct stat named;
    return io->status(descriptor, &held) == 0 &&
           io->path_status(path, &named) == 0 && held.st_dev == named.st_dev &&
           held.st_ino == named.st_ino;
}

/* Open the file, or create it: one that was there keeps its mode. */
static int open_or_create(const struct garim_io *io, const char *path)
{
    const int flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK;
    const int found = io->open(path, flags, 0);
    if (found != -ENOENT) return found;
    return io->open(path, flags | O_CREAT | O_EXCL, STATE_MODE);
}

/* One attempt to have the file that bears the name, locked: -EAGAIN where
 * another attempt may go better. */
static int open_locked(const struct garim_io *io, const char *path)
{
    const int descriptor = open_or_create(io, path);
    if (descriptor < 0) return descriptor == -EEXIST ? -EAGAIN : descriptor;
    struct stat status;
    int result = io->status(descriptor, &status);
    if (result == 0 && !S_ISREG(status.st_mode)) result = -EINVAL;
    if (result == 0) result = io->lock(descriptor);
    if (result == 0 && !garim_is_held(io, path, descriptor)) result = -EAGAIN;
    if (result == 0) return descriptor;
    (void)io->close(descriptor);
    return result;
}

/* ---- reading ------------------------------------------------------------- */

enum { COUNTS_MAX = 1 << 24 };

/* Whether the numbers are in bounds; a checksum does not keep anyone from
 * writing others. */
static bool is_sound(const struct garim_state_job *job)
{
    for (size_t i = 0; i < GARIM_STATE_TRAITS_MAX; i++) {
        const struct garim_trait *trait = &job->traits[i];
        if (memchr(trait->name, 0, sizeof trait->name) == NULL ||
            memchr(trait->value, 0, sizeof trait->value) == NULL)
            return false;
    }
    return job->trait_count <= GARIM_STATE_TRAITS_MAX &&
           job->count_size <= COUNTS_MAX &&
           job->faults_max <= GARIM_REJECTS_MAX;
}

static uint64_t slot_bytes_of(const struct garim_state_job *job)
{
    return garim_align_up(
        sizeof(struct garim_state_point) + job->count_size * sizeof(uint64_t) +
        job->faults_max * sizeof(struct garim_fault) + DIGEST_BYTES);
}

static uint64_t slot_offset(const struct garim_state *state, uint64_t sequence)
{
    return HEAD_BYTES + sequence % 2 * state->slot_bytes;
}

/* Bytes of a slot without its digest. */
static size_t used_bytes(const struct garim_state *state,
                         const struct garim_state_point *point)
{
    return sizeof *point + state->job.count_size * sizeof(uint64_t) +
           point->fault_count * sizeof(struct garim_fault);
}

static int digest_slot(const struct garim_state *state, size_t bytes,
                       uint8_t digest[DIGEST_BYTES])
{
    return garim_sha256(state->digest, sizeof state->digest, state->slot, bytes,
                        digest);
}

/* Take over the head, of which `moved` bytes were read.  False: it is not
 * whole. */
static bool take_head(struct garim_state *state, const struct head *head,
                      int64_t moved)
{
    uint8_t digest[DIGEST_BYTES];
    if (moved != sizeof *head ||
        memcmp(head->magic, magic, sizeof magic) != 0 ||
        head->format != STATE_FORMAT ||
        garim_sha256(head, offsetof(struct head, digest), NULL, 0, digest) !=
            0 ||
        memcmp(head->digest, digest, sizeof digest) != 0 ||
        !is_sound(&head->job) || head->slot_bytes != slot_bytes_of(&head->job))
        return false;
    state->slot_bytes = head->slot_bytes;
    state->job = head->job;
    memcpy(state->digest, digest, sizeof digest);
    return true;
}

/* Read the slot of `sequence`, even or odd: 1, or 0 where it is not whole. */
static int read_slot(struct garim_state *state, uint64_t sequence)
{
    uint8_t digest[DIGEST_BYTES];
    struct garim_state_point *point = (void *)state->slot;
    const int64_t moved =
        state->io->read_at(state->descriptor, state->slot, state->slot_bytes,
                           slot_offset(state, sequence));
    if (moved < 0) return (int)moved;
    if (moved < (int64_t)sizeof *point ||
        point->fault_count > state->job.faults_max)
        return 0;
    const size_t used = used_bytes(state, point);
    return moved >= (int64_t)(used + DIGEST_BYTES) &&
           digest_slot(state, used, digest) == 0 &&
           memcmp(state->slot + used, digest, sizeof digest) == 0 &&
           point->sequence % 2 == sequence % 2;
}

/* Let the members point at what the slot in memory holds. */
static void adopt_slot(struct garim_state *state)
{
    memcpy(&state->point, state->slot, sizeof state->point);
    const uint8_t *counts = state->slot + sizeof state->point;
    state->counts = (const void *)counts;
    state->faults =
        (const void *)(counts + state->job.count_size * sizeof *state->counts);
}

/* Read the slot with the last good checkpoint: 1, or 0 where there is none. */
static int read_last_slot(struct garim_state *state)
{
    const struct garim_state_point *point = (const void *)state->slot;
    const int even = read_slot(state, 0);
    const uint64_t even_sequence = even > 0 ? point->sequence : 0;
    const int odd = even < 0 ? even : read_slot(state, 1);
    /* An even slot is never the first: its sequence is not 0. */
    if (odd < 0 || even == 0 || (odd > 0 && point->sequence > even_sequence))
        return odd;
    return read_slot(state, 0);
}

/* Whether the file may be ours: begun, or with our magic. */
static bool is_ours(const struct head *head, int64_t moved)
{
    static const char nothing[sizeof magic] = {0};
    return moved >= (int64_t)sizeof magic &&
           (memcmp(head->magic, magic, sizeof magic) == 0 ||
            memcmp(head->magic, nothing, sizeof magic) == 0);
}

static enum garim_status read_state(struct garim_state *state,
                                    struct garim_error *error)
{
    struct head head;
    const int64_t moved =
        state->io->read_at(state->descriptor, &head, sizeof head, 0);
    int result = moved < 0 ? (int)moved : 0;
    state->empty = moved == 0;
    if (moved > 0 && !is_ours(&head, moved))
        return garim_error_set_path(error, GARIM_USAGE, state->path,
                                    "a file that is no state of garim is in "
                                    "the way; move it, or name another output");
    if (moved > 0 && take_head(state, &head, moved)) {
        state->slot = malloc(state->slot_bytes);
        if (state->slot == NULL) return garim_error_no_memory(error);
        result = read_last_slot(state);
        state->valid = result > 0;
    }
    if (state->valid) adopt_slot(state);
    return result < 0 ? garim_output_fail(state->path, "read the state of",
                                          result, error)
                      : GARIM_OK;
}

enum garim_status garim_state_open(struct garim_state *ret_state,
                                   const struct garim_io *io,
                                   const char *output, unsigned patience,
                                   struct garim_error *error)
{
    struct garim_state state = {.io = io};
    if (asprintf(&state.path, "%s.state", output) < 0)
        return garim_error_no_memory(error);
    int result = open_locked(io, state.path);
    for (; patience > 0 && (result == -EAGAIN || result == -EWOULDBLOCK);
         patience--) {
        pause_a_moment();
        result = open_locked(io, state.path);
    }
    state.descriptor = result;
    enum garim_status status = GARIM_OK;
    if (result == -EAGAIN || result == -EWOULDBLOCK)
        status = garim_error_set_path(error, GARIM_TEMPORARY, state.path,
                                      "locked by another run, which writes "
                                      "this output; run again when it has "
                                      "ended");
    else if (result < 0)
        status =
            garim_output_fail(state.path, "create the state of", result, error);
    else
        status = read_state(&state, error);
    if (status == GARIM_OK) {
        *ret_state = state;
        return GARIM_OK;
    }
    if (result >= 0) garim_state_close(&state, false);
    if (result < 0) free(state.path);
    return status;
}

/* ---- comparing ----------------------------------------------------------- */

static const char *value_of(const struct garim_state_job *job, const char *name)
{
    for (uint64_t i = 0; i < job->trait_count; i++)
        if (strcmp(job->traits[i].name, name) == 0) return job->traits[i].value;
    return "";
}

static void list(char *text, size_t size, const char *word)
{
    const size_t used = strlen(text);
    (void)snprintf(text + used, size - used, "%sanother %s",
                   used == 0 ? "" : ", ", word);
}

void garim_state_differ(const struct garim_state *state,
                        const struct garim_state_job *job, char *text,
                        size_t size)
{
    const struct garim_state_job *old = &state->job;
    text[0] = '\0';
    for (uint64_t i = 0; i < job->trait_count; i++)
        if (strcmp(value_of(old, job->traits[i].name), job->traits[i].value) !=
            0)
            list(text, size, job->traits[i].name);
    /* What follows from the traits, but for an error in this program. */
    if (text[0] == '\0' && (old->trait_count != job->trait_count ||
                            old->output_bytes != job->output_bytes ||
                            old->count_size != job->count_size ||
                            old->faults_max != job->faults_max))
        list(text, size, "version of garim");
}

/* ---- writing ------------------------------------------------------------- */

static enum garim_status fail(const struct garim_state *state, int result,
                              struct garim_error *error)
{
    return garim_output_fail(state->path, "write the state of", result, error);
}

/* Write the slot in memory to its place and sync it. */
static int write_slot(struct garim_state *state)
{
    const struct garim_state_point *point = (const void *)state->slot;
    const size_t used = used_bytes(state, point);
    if (digest_slot(state, used, state->slot + used) != 0) return -EIO;
    const int result =
        state->io->write_at(state->descriptor, state->slot, used + DIGEST_BYTES,
                            slot_offset(state, point->sequence));
    return result < 0 ? result : state->io->sync_data(state->descriptor);
}

static int write_head(struct garim_state *state,
                      const struct garim_state_job *job)
{
    struct head head = {.format = STATE_FORMAT, .job = *job};
    memcpy(head.magic, magic, sizeof magic);
    head.slot_bytes = slot_bytes_of(job);
    if (garim_sha256(&head, offsetof(struct head, digest), NULL, 0,
                     head.digest) != 0)
        return -EIO;
    state->job = *job;
    state->slot_bytes = head.slot_bytes;
    memcpy(state->digest, head.digest, sizeof head.digest);
    return state->io->write_at(state->descriptor, &head, sizeof head, 0);
}

enum garim_status garim_state_begin(struct garim_state *state,
                                    const struct garim_state_job *job,
                                    struct garim_error *error)
{
    free(state->slot);
    state->slot = NULL;
    state->valid = false;
    state->empty = true;
    int result = state->io->truncate(state->descriptor, 0);
    if (result < 0) return fail(state, result, error);
    if (job == NULL) return GARIM_OK;
    /* Checkpoints need no space then, on a disk that has run full. */
    const uint64_t slot_bytes = slot_bytes_of(job);
    state->slot = calloc(1, slot_bytes);
    uint64_t *counts = calloc(job->count_size + 1, sizeof *counts);
    if (state->slot == NULL || counts == NULL) {
        free(counts);
        return garim_error_no_memory(error);
    }
    result = write_head(state, job);
    if (result == 0)
        result = state->io->preallocate(state->descriptor,
                                        HEAD_BYTES + 2 * slot_bytes);
    enum garim_status status =
        result < 0 ? fail(state, result, error) : GARIM_OK;
    state->point = (struct garim_state_point){0};
    if (status == GARIM_OK)
        status = garim_state_store(state, &state->point, counts, NULL, error);
    free(counts);
    return status;
}

enum garim_status garim_state_confirm(struct garim_state *state,
                                      struct garim_error *error)
{
    ASSERT(state->valid);
    const int result = write_slot(state);
    return result < 0 ? fail(state, result, error) : GARIM_OK;
}

enum garim_status garim_state_store(struct garim_state *state,
                                    const struct garim_state_point *point,
                                    const uint64_t *counts,
                                    const struct garim_fault *faults,
                                    struct garim_error *error)
{
    ASSERT(point->fault_count <= state->job.faults_max);
    struct garim_state_point next = *point;
    next.sequence = state->point.sequence + 1;
    uint8_t *at = state->slot;
    memcpy(at, &next, sizeof next);
    at += sizeof next;
    memcpy(at, counts, state->job.count_size * sizeof *counts);
    at += state->job.count_size * sizeof *counts;
    if (next.fault_count > 0)
        memcpy(at, faults, next.fault_count * sizeof *faults);
    const int result = write_slot(state);
    if (result < 0) return fail(state, result, error);
    adopt_slot(state);
    state->valid = true;
    return GARIM_OK;
}

/* ---- the end ------------------------------------------------------------- */

void garim_state_close(struct garim_state *state, bool remove)
{
    if (remove) (void)state->io->remove(state->path);
    (void)state->io->close(state->descriptor);
    free(state->slot);
    free(state->path);
    *state = (struct garim_state){.descriptor = -1};
}
