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

#include "base/assert.h"
#include "base/error.h"
#include "crypto/crypto.h"
#include "pipeline/bounds.h"
#include "pipeline/geometry.h"
#include "pipeline/output.h"
#include "pipeline/place.h"

enum {
    STATE_FORMAT = 2,
    SEAL_BYTES = GARIM_STATE_SEAL_BYTES,
    HEAD_BYTES = 4096, /* where the slots begin */
};

static const char magic[8] = "garim\0st";

/* The beginning of the file. */
struct head {
    char magic[sizeof magic];
    uint64_t format;
    uint64_t slot_bytes;
    struct garim_state_job job;
    uint8_t seal[SEAL_BYTES];
};

static_assert(sizeof(struct head) <= HEAD_BYTES, "the head has its page");
static_assert(sizeof(struct garim_fault) == 16, "faults stand in the file");

/* ---- seals --------------------------------------------------------------- */

/* The seal of `a` and `b`, one behind the other. */
static int seal(const struct garim_state *state, const void *a, size_t a_bytes,
                const void *b, size_t b_bytes, uint8_t ret_seal[SEAL_BYTES])
{
    if (garim_sha256(a, a_bytes, b, b_bytes, ret_seal) != 0)
        return garim_crypto_is_short() ? -ENOMEM : -EIO;
    if (state->seal != NULL)
        state->seal->seal(state->seal->user, GARIM_SEAL_STATE, ret_seal);
    return 0;
}

/* In a time that does not tell how much of it is right. */
static bool is_same_seal(const uint8_t *a, const uint8_t *b)
{
    unsigned difference = 0;
    for (size_t i = 0; i < SEAL_BYTES; i++)
        difference |= (unsigned)(a[i] ^ b[i]);
    return difference == 0;
}

/* ---- slots --------------------------------------------------------------- */

static uint64_t slot_bytes_of(const struct garim_state_job *job)
{
    return garim_align_up(
        sizeof(struct garim_state_point) + job->count_size * sizeof(uint64_t) +
        job->faults_max * sizeof(struct garim_fault) + SEAL_BYTES);
}

static uint64_t slot_offset(const struct garim_state *state, uint64_t sequence)
{
    return HEAD_BYTES + sequence % 2 * state->slot_bytes;
}

/* Where in a slot its faults begin. */
static size_t faults_at(const struct garim_state *state)
{
    return sizeof(struct garim_state_point) +
           state->job.count_size * sizeof(uint64_t);
}

/* Bytes of a slot without its seal. */
static size_t used_bytes(const struct garim_state *state,
                         const struct garim_state_point *point)
{
    return faults_at(state) + point->fault_count * sizeof(struct garim_fault);
}

static int seal_slot(const struct garim_state *state, size_t bytes,
                     uint8_t ret_seal[SEAL_BYTES])
{
    return seal(state, state->head_seal, SEAL_BYTES, state->slot, bytes,
                ret_seal);
}

/* Read the slot of `sequence`, even or odd: 1, or 0 where it is not whole. */
static int read_slot(struct garim_state *state, uint64_t sequence,
                     const struct garim_state_bounds *bounds)
{
    uint8_t right[SEAL_BYTES];
    struct garim_state_point *point = (void *)state->slot;
    const int64_t moved =
        state->io->read_at(state->descriptor, state->slot, state->slot_bytes,
                           slot_offset(state, sequence));
    if (moved < 0) return (int)moved;
    if (moved < (int64_t)sizeof *point ||
        point->fault_count > state->job.faults_max)
        return 0;
    const size_t used = used_bytes(state, point);
    return moved >= (int64_t)(used + SEAL_BYTES) &&
           seal_slot(state, used, right) == 0 &&
           is_same_seal(state->slot + used, right) &&
           point->sequence % 2 == sequence % 2 &&
           garim_bounds_hold_point(&state->job, point, bounds) &&
           garim_bounds_hold_faults(
               (const void *)(state->slot + faults_at(state)),
               point->fault_count, bounds);
}

/* Let the members point at what the slot in memory holds. */
static void adopt_slot(struct garim_state *state)
{
    memcpy(&state->point, state->slot, sizeof state->point);
    state->counts = (const void *)(state->slot + sizeof state->point);
    state->faults = (const void *)(state->slot + faults_at(state));
    state->valid = true;
}

/* Read the slot with the last good checkpoint: 1, or 0 where there is none. */
static int read_last_slot(struct garim_state *state,
                          const struct garim_state_bounds *bounds)
{
    const struct garim_state_point *point = (const void *)state->slot;
    const int even = read_slot(state, 0, bounds);
    const uint64_t even_sequence = even > 0 ? point->sequence : 0;
    const int odd = even < 0 ? even : read_slot(state, 1, bounds);
    /* An even slot is never the first: its sequence is not 0. */
    if (odd < 0 || even == 0 || (odd > 0 && point->sequence > even_sequence))
        return odd;
    return read_slot(state, 0, bounds);
}

/* ---- the head ------------------------------------------------------------ */

static int seal_head(const struct garim_state *state, const struct head *head,
                     uint8_t ret_seal[SEAL_BYTES])
{
    return seal(state, head, offsetof(struct head, seal), NULL, 0, ret_seal);
}

static void adopt_head(struct garim_state *state, const struct head *head)
{
    state->job = head->job;
    state->slot_bytes = head->slot_bytes;
    memcpy(state->head_seal, head->seal, SEAL_BYTES);
    state->authentic = true;
}

/* Create the file with its head: its descriptor, locked. */
static int create(struct garim_state *state, const struct garim_state_job *job)
{
    struct head head = {.format = STATE_FORMAT, .job = *job};
    memcpy(head.magic, magic, sizeof magic);
    head.slot_bytes = slot_bytes_of(job);
    const int sealed = seal_head(state, &head, head.seal);
    if (sealed < 0) return sealed;
    const int descriptor = state->io->create(
        state->folder, garim_place_name(state->path), &head, sizeof head);
    if (descriptor < 0) return descriptor;
    adopt_head(state, &head);
    state->begun = true;
    return descriptor;
}

/* Read the head, and the last checkpoint where it is one of `job`.  False: the
 * file is none of ours. */
static bool read_head(struct garim_state *state, int *ret_result)
{
    struct head head;
    uint8_t right[SEAL_BYTES];
    const int64_t moved =
        state->io->read_at(state->descriptor, &head, sizeof head, 0);
    *ret_result = moved < 0 ? (int)moved : 0;
    if (moved < 0) return true;
    if (moved < (int64_t)sizeof magic ||
        memcmp(head.magic, magic, sizeof magic) != 0)
        return false;
    if (moved == sizeof head && head.format == STATE_FORMAT &&
        seal_head(state, &head, right) == 0 && is_same_seal(head.seal, right) &&
        garim_bounds_hold_job(&head.job) &&
        head.slot_bytes == slot_bytes_of(&head.job))
        adopt_head(state, &head);
    return true;
}

/* ---- opening ------------------------------------------------------------- */

static enum garim_status refuse_stranger(const struct garim_state *state,
                                         struct garim_error *error)
{
    return garim_error_set_path(
        error, GARIM_IN_THE_WAY, state->path,
        "a file that is no state of garim, or that others can write (its "
        "owner, mode or links), is in the way; move it, or name another "
        "output");
}

/* One attempt to have the file that bears the name, locked: -EAGAIN where
 * another attempt may go better, -EBADF where it is not our own. */
static int open_locked(struct garim_state *state,
                       const struct garim_state_job *job)
{
    const struct garim_io *io = state->io;
    const char *name = garim_place_name(state->path);
    struct stat status;
    int result = io->name_status(state->folder, name, &status);
    if (result == -ENOENT) {
        result = create(state, job);
        return result == -EEXIST || result == -EWOULDBLOCK ? -EAGAIN : result;
    }
    if (result == 0 && !garim_place_is_own(&status, 0)) return -EBADF;
    const int descriptor =
        result < 0 ? result : io->open(state->folder, name, O_RDWR, 0);
    if (descriptor < 0) return descriptor == -ENOENT ? -EAGAIN : descriptor;
    result = io->status(descriptor, &status);
    if (result == 0 && !garim_place_is_own(&status, 0)) result = -EAGAIN;
    if (result == 0) result = io->lock(descriptor);
    if (result == 0 &&
        !garim_place_is_held(io, state->folder, name, descriptor))
        result = -EAGAIN;
    if (result == 0) return descriptor;
    (void)io->close(descriptor);
    return result;
}

static enum garim_status lock_state(struct garim_state *state,
                                    const struct garim_state_request *request,
                                    struct garim_error *error)
{
    unsigned patience = request->patience;
    int result = open_locked(state, request->job);
    for (; patience > 0 && (result == -EAGAIN || result == -EWOULDBLOCK);
         patience--) {
        garim_place_pause();
        result = open_locked(state, request->job);
    }
    state->descriptor = result;
    if (result >= 0) return GARIM_OK;
    if (result == -EBADF) return refuse_stranger(state, error);
    if (result != -EAGAIN && result != -EWOULDBLOCK)
        return garim_output_fail(state->path, "create the state of", result,
                                 error);
    return garim_error_set_path(error, GARIM_TEMPORARY, state->path,
                                "locked by another run, which writes this "
                                "output; run again when it has ended");
}

/* What the file of an earlier run holds. */
static enum garim_status read_state(struct garim_state *state,
                                    const struct garim_state_request *request,
                                    struct garim_error *error)
{
    char differences[256];
    int result;
    if (state->begun) return GARIM_OK;
    if (!read_head(state, &result)) return refuse_stranger(state, error);
    if (result == 0 && state->authentic && state->job.resumable == 1) {
        garim_state_differ(state, request->job, differences,
                           sizeof differences);
        if (differences[0] != '\0') return GARIM_OK;
        state->slot = malloc(state->slot_bytes);
        if (state->slot == NULL) return garim_error_no_memory(error);
        result = read_last_slot(state, request->bounds);
        if (result > 0) adopt_slot(state);
    }
    return result < 0 ? garim_output_fail(state->path, "read the state of",
                                          result, error)
                      : GARIM_OK;
}

enum garim_status garim_state_open(struct garim_state *ret_state,
                                   const struct garim_state_request *request,
                                   struct garim_error *error)
{
    struct garim_state state = {
        .io = request->io, .seal = request->seal, .folder = request->folder};
    if (asprintf(&state.path, "%s.state", request->output) < 0)
        return garim_error_no_memory(error);
    enum garim_status status = lock_state(&state, request, error);
    if (status != GARIM_OK) {
        free(state.path);
        return status;
    }
    status = read_state(&state, request, error);
    if (status == GARIM_OK)
        *ret_state = state;
    else
        garim_state_close(&state, false);
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
    if (text[0] == '\0' && (old->resumable != job->resumable ||
                            old->trait_count != job->trait_count ||
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
    int result = seal_slot(state, used, state->slot + used);
    if (result < 0) return result;
    result =
        state->io->write_at(state->descriptor, state->slot, used + SEAL_BYTES,
                            slot_offset(state, point->sequence));
    return result < 0 ? result : state->io->sync_data(state->descriptor);
}

/* In place of another job's file; who waits for its lock looks again. */
static int replace(struct garim_state *state, const struct garim_state_job *job)
{
    const int old = state->descriptor;
    int result =
        state->io->remove(state->folder, garim_place_name(state->path));
    if (result < 0) return result;
    result = create(state, job);
    if (result < 0) return result;
    state->descriptor = result;
    (void)state->io->close(old);
    return 0;
}

/* Both slots have their space, so that checkpoints need none on a disk that
 * has run full; the first of them says that nothing is done. */
static enum garim_status begin_slots(struct garim_state *state,
                                     struct garim_error *error)
{
    const struct garim_state_job *job = &state->job;
    free(state->slot);
    state->slot = calloc(1, state->slot_bytes);
    uint64_t *counts = calloc(job->count_size + 1, sizeof *counts);
    if (state->slot == NULL || counts == NULL) {
        free(counts);
        return garim_error_no_memory(error);
    }
    const int result = state->io->preallocate(
        state->descriptor, HEAD_BYTES + 2 * state->slot_bytes);
    state->point = (struct garim_state_point){0};
    const enum garim_status status =
        result < 0
            ? fail(state, result, error)
            : garim_state_store(state, &state->point, counts, NULL, error);
    free(counts);
    return status;
}

enum garim_status garim_state_begin(struct garim_state *state,
                                    const struct garim_state_job *job,
                                    struct garim_error *error)
{
    const int result = state->begun ? 0 : replace(state, job);
    if (result == -EEXIST)
        return garim_error_set_path(error, GARIM_TEMPORARY, state->path,
                                    "another run has just begun this output; "
                                    "run again when it has ended");
    if (result < 0) return fail(state, result, error);
    return job->resumable == 1 ? begin_slots(state, error) : GARIM_OK;
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
    memcpy(at + sizeof next, counts, state->job.count_size * sizeof *counts);
    if (next.fault_count > 0)
        memcpy(at + faults_at(state), faults,
               next.fault_count * sizeof *faults);
    const int result = write_slot(state);
    if (result < 0) return fail(state, result, error);
    adopt_slot(state);
    return GARIM_OK;
}

/* ---- the end ------------------------------------------------------------- */

void garim_state_close(struct garim_state *state, bool remove)
{
    if (remove)
        (void)state->io->remove(state->folder, garim_place_name(state->path));
    (void)state->io->close(state->descriptor);
    free(state->slot);
    free(state->path);
    *state = (struct garim_state){.descriptor = -1};
}
