/* journal.c - OUT.state: the lock of a job, and its last two checkpoints
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "publish/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "publish/bounds.h"
#include "flow/geometry.h"
#include "publish/output.h"
#include "publish/place.h"

enum {
    STATE_FORMAT = 3,
    SEAL_BYTES = GARIM_JOURNAL_SEAL_BYTES,
    HEAD_BYTES = 4096, /* where the slots begin */
};

/* No job writes so many checkpoints; a forged state may claim it, and the next
 * number would be 0. */
#define SEQUENCE_MAX (UINT64_MAX / 2)

static const char magic[8] = "garim\0st";

/* The beginning of the file. */
struct head {
    char magic[sizeof magic];
    uint64_t format;
    uint64_t slot_bytes;
    struct garim_journal_job job;
    uint8_t seal[SEAL_BYTES];
};

static_assert(sizeof(struct head) <= HEAD_BYTES, "the head has its page");
static_assert(sizeof(struct garim_reject) == 16, "rejects stand in the file");

/* ---- seals --------------------------------------------------------------- */

/* The seal of `a` and `b`, one behind the other. */
static int seal(const struct garim_journal *journal, const void *a,
                size_t a_bytes, const void *b, size_t b_bytes,
                uint8_t ret_seal[SEAL_BYTES])
{
    ASSERT(a != NULL && (b != NULL || b_bytes == 0));
    if (garim_sha256(a, a_bytes, b, b_bytes, ret_seal) != 0)
        return garim_crypto_is_short() ? -ENOMEM : -EIO;
    if (journal->seal != NULL)
        journal->seal->seal(journal->seal->user, GARIM_SEAL_STATE, ret_seal);
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

static uint64_t slot_bytes_of(const struct garim_journal_job *job)
{
    return garim_align_up(sizeof(struct garim_journal_point) +
                          job->count_size * sizeof(uint64_t) +
                          job->rejects_max * sizeof(struct garim_reject) +
                          SEAL_BYTES);
}

static uint64_t slot_offset(const struct garim_journal *journal,
                            uint64_t sequence)
{
    ASSERT(journal->slot_bytes > 0);
    ASSERT(journal->slot_bytes % GARIM_DIRECT_ALIGNMENT == 0);
    return HEAD_BYTES + sequence % 2 * journal->slot_bytes;
}

/* Where in a slot its rejects begin. */
static size_t rejects_at(const struct garim_journal *journal)
{
    return sizeof(struct garim_journal_point) +
           journal->job.count_size * sizeof(uint64_t);
}

/* Bytes of a slot without its seal. */
static size_t used_bytes(const struct garim_journal *journal,
                         const struct garim_journal_point *point)
{
    ASSERT(point->reject_count <= journal->job.rejects_max);
    const size_t bytes =
        rejects_at(journal) + point->reject_count * sizeof(struct garim_reject);
    ASSERT(bytes + SEAL_BYTES <= journal->slot_bytes);
    return bytes;
}

static int seal_slot(const struct garim_journal *journal, size_t bytes,
                     uint8_t ret_seal[SEAL_BYTES])
{
    return seal(journal, journal->head_seal, SEAL_BYTES, journal->slot, bytes,
                ret_seal);
}

/* Read the slot of `sequence`, even or odd: 1, or 0 where it is not whole. */
static int read_slot(struct garim_journal *journal, uint64_t sequence,
                     const struct garim_journal_bounds *bounds)
{
    uint8_t right[SEAL_BYTES];
    struct garim_journal_point *point = (void *)journal->slot;
    ASSERT(journal->authentic && journal->slot != NULL);
    const int64_t moved = journal->io->read_at(
        journal->descriptor, journal->slot, journal->slot_bytes,
        slot_offset(journal, sequence));
    if (moved < 0) return (int)moved;
    ASSERT((uint64_t)moved <= journal->slot_bytes);
    if (moved < (int64_t)sizeof *point ||
        point->reject_count > journal->job.rejects_max)
        return 0;
    const size_t used = used_bytes(journal, point);
    return moved >= (int64_t)(used + SEAL_BYTES) &&
           seal_slot(journal, used, right) == 0 &&
           is_same_seal(journal->slot + used, right) &&
           point->sequence % 2 == sequence % 2 && point->sequence > 0 &&
           point->sequence <= SEQUENCE_MAX &&
           garim_bounds_hold_point(&journal->job, point, bounds) &&
           garim_bounds_hold_rejects(
               (const void *)(journal->slot + rejects_at(journal)),
               point->reject_count, bounds);
}

/* Let the members point at what the slot in memory holds. */
static void adopt_slot(struct garim_journal *journal)
{
    memcpy(&journal->point, journal->slot, sizeof journal->point);
    ASSERT(journal->point.sequence > 0);
    ASSERT(journal->point.complete <= 1);
    journal->counts = (const void *)(journal->slot + sizeof journal->point);
    journal->rejects = (const void *)(journal->slot + rejects_at(journal));
    journal->valid = true;
}

/* Read the slot with the last good checkpoint: 1, or 0 where there is none. */
static int read_last_slot(struct garim_journal *journal,
                          const struct garim_journal_bounds *bounds)
{
    const struct garim_journal_point *point = (const void *)journal->slot;
    const int even = read_slot(journal, 0, bounds);
    const uint64_t even_sequence = even > 0 ? point->sequence : 0;
    const int odd = even < 0 ? even : read_slot(journal, 1, bounds);
    /* An even slot is never the first: its sequence is not 0. */
    if (odd < 0 || even == 0 || (odd > 0 && point->sequence > even_sequence))
        return odd;
    return read_slot(journal, 0, bounds);
}

/* ---- the head ------------------------------------------------------------ */

static int seal_head(const struct garim_journal *journal,
                     const struct head *head, uint8_t ret_seal[SEAL_BYTES])
{
    return seal(journal, head, offsetof(struct head, seal), NULL, 0, ret_seal);
}

static void adopt_head(struct garim_journal *journal, const struct head *head)
{
    journal->job = head->job;
    journal->slot_bytes = head->slot_bytes;
    memcpy(journal->head_seal, head->seal, SEAL_BYTES);
    journal->authentic = true;
}

/* Create the file with its head: its descriptor, locked. */
static int create(struct garim_journal *journal,
                  const struct garim_journal_job *job)
{
    struct head head = {.format = STATE_FORMAT, .job = *job};
    ASSERT(!journal->begun);
    memcpy(head.magic, magic, sizeof magic);
    head.slot_bytes = slot_bytes_of(job);
    const int sealed = seal_head(journal, &head, head.seal);
    if (sealed < 0) return sealed;
    const int descriptor = journal->io->create(
        journal->folder, garim_place_name(journal->path), &head, sizeof head);
    if (descriptor < 0) return descriptor;
    adopt_head(journal, &head);
    journal->begun = true;
    return descriptor;
}

/* Read the head, and the last checkpoint where it is one of `job`.  False: the
 * file is none of ours. */
static bool read_head(struct garim_journal *journal, int *ret_result)
{
    struct head head;
    uint8_t right[SEAL_BYTES];
    ASSERT(!journal->begun && !journal->authentic);
    const int64_t moved =
        journal->io->read_at(journal->descriptor, &head, sizeof head, 0);
    *ret_result = moved < 0 ? (int)moved : 0;
    if (moved < 0) return true;
    ASSERT(moved <= (int64_t)sizeof head);
    if (moved < (int64_t)sizeof magic ||
        memcmp(head.magic, magic, sizeof magic) != 0)
        return false;
    if (moved == sizeof head && head.format == STATE_FORMAT &&
        seal_head(journal, &head, right) == 0 &&
        is_same_seal(head.seal, right) && garim_bounds_hold_job(&head.job) &&
        head.slot_bytes == slot_bytes_of(&head.job))
        adopt_head(journal, &head);
    return true;
}

/* ---- opening ------------------------------------------------------------- */

static enum garim_status refuse_stranger(const struct garim_journal *journal,
                                         struct garim_error *error)
{
    return garim_error_set_path(
        error, GARIM_IN_THE_WAY, journal->path,
        "a file that is not a state of garim, or that others can write (its "
        "owner, mode or links), is in the way; move it, or name another "
        "output");
}

/* One attempt to have the file that bears the name, locked: -EAGAIN where
 * another attempt may go better, -EBADF where it is not our own. */
static int open_locked(struct garim_journal *journal,
                       const struct garim_journal_job *job)
{
    const struct garim_io *io = journal->io;
    const char *name = garim_place_name(journal->path);
    struct stat status;
    int result = io->name_status(journal->folder, name, &status);
    if (result == -ENOENT) {
        result = create(journal, job);
        return result == -EEXIST || result == -EWOULDBLOCK ? -EAGAIN : result;
    }
    if (result == 0 && !garim_place_is_own(&status, 0)) return -EBADF;
    const int descriptor =
        result < 0 ? result : io->open(journal->folder, name, O_RDWR, 0);
    if (descriptor < 0) return descriptor == -ENOENT ? -EAGAIN : descriptor;
    result = io->status(descriptor, &status);
    if (result == 0 && !garim_place_is_own(&status, 0)) result = -EAGAIN;
    if (result == 0) result = io->lock(descriptor);
    if (result == 0 &&
        !garim_place_holds_name(io, journal->folder, name, descriptor))
        result = -EAGAIN;
    if (result == 0) return descriptor;
    (void)io->close(descriptor);
    return result;
}

static enum garim_status lock_state(struct garim_journal *journal,
                                    const struct garim_journal_request *request,
                                    struct garim_error *error)
{
    const int64_t deadline = garim_place_deadline(request->timeout_ms);
    int result = open_locked(journal, request->job);
    while ((result == -EAGAIN || result == -EWOULDBLOCK) &&
           garim_place_wait(deadline))
        result = open_locked(journal, request->job);
    journal->descriptor = result;
    ASSERT(result >= 0 || !journal->begun);
    if (result >= 0) return GARIM_OK;
    if (result == -EBADF) return refuse_stranger(journal, error);
    if (result != -EAGAIN && result != -EWOULDBLOCK)
        return garim_error_output(journal->path, "create the state of", result,
                                  error);
    return garim_error_set_path(error, GARIM_TEMPORARY, journal->path,
                                "locked by another run, which writes this "
                                "output; run again when it has ended");
}

/* What the file of an earlier run holds. */
static enum garim_status read_state(struct garim_journal *journal,
                                    const struct garim_journal_request *request,
                                    struct garim_error *error)
{
    char differences[256];
    int result;
    if (journal->begun) return GARIM_OK;
    if (!read_head(journal, &result)) return refuse_stranger(journal, error);
    if (result == 0 && journal->authentic && journal->job.resumable == 1) {
        garim_journal_differ(journal, request->job, differences,
                             sizeof differences);
        if (differences[0] != '\0') return GARIM_OK;
        journal->slot = malloc(journal->slot_bytes);
        if (journal->slot == NULL) return garim_error_no_memory(error);
        result = read_last_slot(journal, request->bounds);
        if (result > 0) adopt_slot(journal);
    }
    return result < 0 ? garim_error_output(journal->path, "read the state of",
                                           result, error)
                      : GARIM_OK;
}

enum garim_status
garim_journal_open(struct garim_journal *ret_state,
                   const struct garim_journal_request *request,
                   struct garim_error *error)
{
    struct garim_journal journal = {
        .io = request->io, .seal = request->seal, .folder = request->folder};
    ASSERT(request->output != NULL && request->job != NULL);
    ASSERT(request->seal == NULL || request->seal->seal != NULL);
    if (asprintf(&journal.path, "%s.state", request->output) < 0)
        return garim_error_no_memory(error);
    enum garim_status status = lock_state(&journal, request, error);
    if (status != GARIM_OK) {
        free(journal.path);
        return status;
    }
    status = read_state(&journal, request, error);
    if (status == GARIM_OK)
        *ret_state = journal;
    else
        garim_journal_close(&journal, false);
    return status;
}

/* ---- comparing ----------------------------------------------------------- */

static const char *value_of(const struct garim_journal_job *job,
                            const char *name)
{
    for (uint64_t i = 0; i < job->trait_count; i++)
        if (strcmp(job->traits[i].name, name) == 0) return job->traits[i].value;
    return "";
}

static void list(char *text, size_t size, const char *word)
{
    const size_t used = strlen(text);
    ASSERT(used < size);
    (void)snprintf(text + used, size - used, "%sanother %s",
                   used == 0 ? "" : ", ", word);
}

void garim_journal_differ(const struct garim_journal *journal,
                          const struct garim_journal_job *job, char *text,
                          size_t size)
{
    const struct garim_journal_job *old = &journal->job;
    ASSERT(size > 0);
    ASSERT(old->trait_count <= GARIM_JOURNAL_TRAITS_MAX);
    ASSERT(job->trait_count <= GARIM_JOURNAL_TRAITS_MAX);
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
                            old->rejects_max != job->rejects_max))
        list(text, size, "version of garim");
}

/* ---- writing ------------------------------------------------------------- */

static enum garim_status fail(const struct garim_journal *journal, int result,
                              struct garim_error *error)
{
    return garim_error_output(journal->path, "write the state of", result,
                              error);
}

/* Write the slot in memory to its place and sync it. */
static int write_slot(struct garim_journal *journal)
{
    const struct garim_journal_point *point = (const void *)journal->slot;
    const size_t used = used_bytes(journal, point);
    ASSERT(journal->descriptor >= 0);
    int result = seal_slot(journal, used, journal->slot + used);
    if (result < 0) return result;
    result = journal->io->write_at(journal->descriptor, journal->slot,
                                   used + SEAL_BYTES,
                                   slot_offset(journal, point->sequence));
    return result < 0 ? result : journal->io->sync_data(journal->descriptor);
}

/* In place of another job's file; who waits for its lock looks again. */
static int replace(struct garim_journal *journal,
                   const struct garim_journal_job *job)
{
    const int old = journal->descriptor;
    ASSERT(!journal->begun && old >= 0);
    int result =
        journal->io->remove(journal->folder, garim_place_name(journal->path));
    if (result < 0) return result;
    result = create(journal, job);
    if (result < 0) return result;
    journal->descriptor = result;
    (void)journal->io->close(old);
    return 0;
}

/* Both slots have their space, so that checkpoints need none on a disk that
 * has run full; the first of them says that nothing is done. */
static enum garim_status begin_slots(struct garim_journal *journal,
                                     struct garim_error *error)
{
    const struct garim_journal_job *job = &journal->job;
    ASSERT(journal->begun && journal->authentic);
    free(journal->slot);
    journal->slot = calloc(1, journal->slot_bytes);
    uint64_t *counts = calloc(job->count_size + 1, sizeof *counts);
    if (journal->slot == NULL || counts == NULL) {
        free(counts);
        return garim_error_no_memory(error);
    }
    const int result = journal->io->preallocate(
        journal->descriptor, HEAD_BYTES + 2 * journal->slot_bytes);
    journal->point = (struct garim_journal_point){0};
    const enum garim_status status =
        result < 0 ? fail(journal, result, error)
                   : garim_journal_store(journal, &journal->point, counts, NULL,
                                         error);
    free(counts);
    return status;
}

enum garim_status garim_journal_begin(struct garim_journal *journal,
                                      const struct garim_journal_job *job,
                                      struct garim_error *error)
{
    ASSERT(garim_bounds_hold_job(job));
    const int result = journal->begun ? 0 : replace(journal, job);
    if (result == -EEXIST)
        return garim_error_set_path(error, GARIM_TEMPORARY, journal->path,
                                    "another run has just begun this output; "
                                    "run again when it has ended");
    if (result < 0) return fail(journal, result, error);
    return job->resumable == 1 ? begin_slots(journal, error) : GARIM_OK;
}

enum garim_status garim_journal_confirm(struct garim_journal *journal,
                                        struct garim_error *error)
{
    ASSERT(journal->valid && journal->authentic);
    ASSERT(journal->job.resumable == 1);
    const int result = write_slot(journal);
    return result < 0 ? fail(journal, result, error) : GARIM_OK;
}

enum garim_status garim_journal_store(struct garim_journal *journal,
                                      const struct garim_journal_point *point,
                                      const uint64_t *counts,
                                      const struct garim_reject *rejects,
                                      struct garim_error *error)
{
    ASSERT(journal->job.resumable == 1 && journal->slot != NULL);
    ASSERT(point->reject_count <= journal->job.rejects_max);
    ASSERT(rejects != NULL || point->reject_count == 0);
    ASSERT(point->windows >= journal->point.windows);
    ASSERT(journal->point.sequence < UINT64_MAX);
    struct garim_journal_point next = *point;
    next.sequence = journal->point.sequence + 1;
    uint8_t *at = journal->slot;
    memcpy(at, &next, sizeof next);
    memcpy(at + sizeof next, counts, journal->job.count_size * sizeof *counts);
    if (next.reject_count > 0)
        memcpy(at + rejects_at(journal), rejects,
               next.reject_count * sizeof *rejects);
    const int result = write_slot(journal);
    if (result < 0) return fail(journal, result, error);
    adopt_slot(journal);
    return GARIM_OK;
}

/* ---- the end ------------------------------------------------------------- */

void garim_journal_close(struct garim_journal *journal, bool remove)
{
    if (remove)
        (void)journal->io->remove(journal->folder,
                                  garim_place_name(journal->path));
    (void)journal->io->close(journal->descriptor);
    ASSERT(journal->path != NULL);
    free(journal->slot);
    free(journal->path);
    *journal = (struct garim_journal){.descriptor = -1};
}
