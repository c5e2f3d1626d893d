/* journal.h - OUT.state: the lock of a job, and its last two checkpoints
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file begins with what the job is, and has that as soon as it has its
 * name.  Two slots follow; checkpoints are written to them by turns, so that
 * one of them is whole whatever happens.  Everything bears a seal, and a slot's
 * covers the beginning of its file too: a SHA-256, and where the job has a key
 * the HMAC of that, so that nobody else can write a state.  Numbers are in the
 * order of the machine, and bounded before they are used.
 *
 *     0      magic, format, slot_bytes, struct garim_state_job, seal
 *     4096   slot 0: struct garim_state_point, counts, rejects, seal
 *     4096 + slot_bytes   slot 1
 */
#ifndef GARIM_PUBLISH_JOURNAL_H
#define GARIM_PUBLISH_JOURNAL_H

#include "io/io.h"
#include "flow/worker.h"
#include "publish/seal.h"

enum { GARIM_JOURNAL_TRAITS_MAX = 12, GARIM_JOURNAL_SEAL_BYTES = 32 };

struct garim_journal_job {
    uint64_t resumable; /* 1: slots follow; 0: it is a lock and no more */
    uint64_t window_bytes;
    uint64_t output_bytes;
    uint64_t count_size;
    uint64_t rejects_max;
    uint64_t trait_count;
    struct garim_trait traits[GARIM_JOURNAL_TRAITS_MAX];
};

/* What a checkpoint cannot go beyond: of the job at hand, not of the file. */
struct garim_journal_bounds {
    uint64_t first_record; /* records [first_record, first_record + records) */
    uint64_t records;
    uint64_t bytes_in;
    /* Bytes of input in a record, where the output grows window by window; 0:
     * windows are cut by its bytes. */
    size_t grows_by;
    unsigned reject_steps; /* as of struct garim_worker */
    unsigned reject_breaches;
};

/* One checkpoint.  In the file its counts and rejects follow. */
struct garim_journal_point {
    uint64_t sequence;
    uint64_t windows;  /* finished and on the disk, from the first on */
    uint64_t records;  /* of exactly those */
    uint64_t rows_out; /* that came of them */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t reject_count;
    uint64_t complete;   /* the part is whole and waits for its name */
    uint64_t part_inode; /* 0: not created yet */
    uint64_t part_bytes; /* with the times: of a complete part */
    int64_t part_seconds;
    int64_t part_nanoseconds;
};

struct garim_journal {
    const struct garim_io *io;
    const struct garim_seal *seal; /* NULL: the job has no key */
    int folder;
    char *path;
    int descriptor; /* locked */
    bool begun;     /* this run made it */
    bool authentic; /* its head bears the seal of a job under this key */
    bool valid;     /* of the same job, and it holds a checkpoint */
    struct garim_journal_job job;     /* of the head, where authentic */
    struct garim_journal_point point; /* the last good one */
    const uint64_t *counts;           /* of it, until the next is stored */
    const struct garim_reject *rejects;
    uint8_t head_seal[GARIM_JOURNAL_SEAL_BYTES];
    uint8_t *slot; /* slot_bytes of memory */
    uint64_t slot_bytes;
};

/* What a state is opened for. */
struct garim_journal_request {
    const struct garim_io *io;
    int folder;         /* of the output */
    const char *output; /* its path */
    const struct garim_seal *seal;
    const struct garim_journal_job *job;
    const struct garim_journal_bounds *bounds;
    unsigned timeout_ms; /* to wait for its lock */
};

/* Open the state and lock it, or create that of the job.  GARIM_IN_THE_WAY: a
 * file that is not this user's own state, which is left alone; GARIM_TEMPORARY:
 * another run holds it; GARIM_OUTPUT: it cannot be read, which says nothing of
 * what it holds. */
enum garim_status
garim_journal_open(struct garim_journal *ret_state,
                   const struct garim_journal_request *request,
                   struct garim_error *error);

/* In what its job and `job` differ, as "another key, another policy"; "" where
 * they are the same. */
void garim_journal_differ(const struct garim_journal *journal,
                          const struct garim_journal_job *job, char *text,
                          size_t size);

/* Make it the state of `job`, with nothing done: in place of what was there. */
enum garim_status garim_journal_begin(struct garim_journal *journal,
                                      const struct garim_journal_job *job,
                                      struct garim_error *error);

/* Before going on from the checkpoint that was read: it may stand in memory
 * only, so write it to its place again and sync it. */
enum garim_status garim_journal_confirm(struct garim_journal *journal,
                                        struct garim_error *error);

/* Write the next checkpoint and sync it; its sequence is set here. */
enum garim_status garim_journal_store(struct garim_journal *journal,
                                      const struct garim_journal_point *point,
                                      const uint64_t *counts,
                                      const struct garim_reject *rejects,
                                      struct garim_error *error);

/* Give the lock back; with `remove` the file goes first. */
void garim_journal_close(struct garim_journal *journal, bool remove);

#endif
