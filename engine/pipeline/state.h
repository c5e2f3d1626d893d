/* state.h - OUT.state: the lock of a job, and its last two checkpoints
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The file begins with what the job is, written once and synced before there
 * is a part.  Two slots follow; checkpoints are written to them by turns, so
 * that one of them is whole whatever happens.  Everything bears a checksum,
 * and a slot's covers the beginning of its file too.  Numbers are in the order
 * of the machine.
 *
 *     0      magic, format, slot_bytes, struct garim_state_job, SHA-256
 *     4096   slot 0: struct garim_state_point, counts, faults, SHA-256
 *     4096 + slot_bytes   slot 1
 */
#ifndef GARIM_PIPELINE_STATE_H
#define GARIM_PIPELINE_STATE_H

#include "io/io.h"
#include "pipeline/job.h"

enum { GARIM_STATE_TRAITS_MAX = 12 };

struct garim_state_job {
    uint64_t window_bytes;
    uint64_t output_bytes;
    uint64_t count_size;
    uint64_t faults_max;
    uint64_t trait_count;
    struct garim_trait traits[GARIM_STATE_TRAITS_MAX];
};

/* One checkpoint.  In the file its counts and faults follow. */
struct garim_state_point {
    uint64_t sequence;
    uint64_t windows; /* finished and on the disk, from the first on */
    uint64_t records; /* of exactly those */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t fault_count;
    uint64_t complete;   /* the part is whole and waits for its name */
    uint64_t part_inode; /* 0: not created yet */
    uint64_t part_bytes; /* with the times: of a complete part */
    int64_t part_seconds;
    int64_t part_nanoseconds;
};

struct garim_state {
    const struct garim_io *io;
    char *path;
    int descriptor; /* locked */
    bool valid;     /* it holds a job and at least one checkpoint */
    bool empty;     /* it holds nothing, or what this run began */
    struct garim_state_job job;
    struct garim_state_point point; /* the last good one */
    const uint64_t *counts;         /* of it, until the next is stored */
    const struct garim_fault *faults;
    uint8_t digest[32]; /* of the beginning of the file */
    uint8_t *slot;      /* slot_bytes of memory */
    uint64_t slot_bytes;
};

/* Create or open the state of `output`, lock it, waiting `patience` times 20
 * ms, and read what it holds.  GARIM_TEMPORARY: another run holds it;
 * GARIM_OUTPUT: it cannot be read, which says nothing of what it holds. */
enum garim_status garim_state_open(struct garim_state *ret_state,
                                   const struct garim_io *io,
                                   const char *output, unsigned patience,
                                   struct garim_error *error);

/* In what its job and `job` differ, as "another key, another policy"; "" where
 * they are the same. */
void garim_state_differ(const struct garim_state *state,
                        const struct garim_state_job *job, char *text,
                        size_t size);

/* Make it the state of `job`, with nothing done.  With NULL it is a lock and
 * no more. */
enum garim_status garim_state_begin(struct garim_state *state,
                                    const struct garim_state_job *job,
                                    struct garim_error *error);

/* Before going on from the checkpoint that was read: it may stand in memory
 * only, so write it to its place again and sync it. */
enum garim_status garim_state_confirm(struct garim_state *state,
                                      struct garim_error *error);

/* Write the next checkpoint and sync it; its sequence is set here. */
enum garim_status garim_state_store(struct garim_state *state,
                                    const struct garim_state_point *point,
                                    const uint64_t *counts,
                                    const struct garim_fault *faults,
                                    struct garim_error *error);

/* Give the lock back; with `remove` the file goes first. */
void garim_state_close(struct garim_state *state, bool remove);

/* An exclusive lock on `descriptor`, waiting `patience` times 20 ms:
 * -EWOULDBLOCK where it is held longer. */
int garim_lock_patiently(const struct garim_io *io, int descriptor,
                         unsigned patience);

/* Whether `path` still names the file that `descriptor` holds. */
bool garim_is_held(const struct garim_io *io, const char *path, int descriptor);

#endif
