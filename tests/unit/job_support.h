/* job_support.h - whole jobs with a small worker, and what they should give
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * The worker XORs every byte of record i with a function of i.  A record that
 * begins with a certain byte is rejected; a line feed out of place breaks the
 * framing.  It may widen records, and leave out every tenth.
 */
#ifndef GARIM_TESTS_UNIT_JOB_SUPPORT_H
#define GARIM_TESTS_UNIT_JOB_SUPPORT_H

#include "job/job.h"

enum medium {
    MEDIUM_FILE,
    MEDIUM_FIFO,
    MEDIUM_DESCRIPTOR, /* file as standard input or output */
};

struct scenario {
    struct garim_framing framing;
    uint64_t records;
    bool unterminated;
    size_t faults;   /* how many records are faulty */
    uint64_t broken; /* record whose framing is broken, or GARIM_NONE */
    size_t extra;    /* bytes too many at the end */
    size_t widen;    /* bytes more that each record becomes */
    bool drops;      /* every tenth record is left out */
    bool observed;   /* its digest is wanted; of the simulator */
    struct garim_job_options options;
    enum medium input, output;
    const struct garim_io *io;     /* or NULL */
    struct garim_trait trait;      /* what makes the job another */
    const struct garim_seal *seal; /* or NULL */
};

struct outcome {
    enum garim_status status;
    struct garim_error error;
    struct garim_report report;
    uint64_t counts[2];
    uint8_t *data; /* what came out */
    size_t bytes;
};

struct pump {
    const char *path;
    uint8_t *data;
    size_t bytes;
};

extern char job_folder[];
extern char job_in_path[128];
extern char job_out_path[128];
extern char job_part_path[128];
extern char job_state_path[128];

/* A folder of its own for a test, and its removal. */
void job_set_up(void);

void job_tear_down(void);

/* A number below `limit`, from $GARIM_TEST_SEED or a fixed seed. */
uint64_t job_draw(uint64_t limit);

size_t job_input_size(const struct scenario *scenario);

/* How many records the worker leaves. */
uint64_t job_rows_out(const struct scenario *scenario);

/* Of a record that the worker made. */
size_t job_out_stride(const struct scenario *scenario);

/* 5,000 lines of 77 characters after a header. */
struct scenario job_line_scenario(void);

/* The input; faulty records are spread evenly. */
uint8_t *job_make_input(const struct scenario *scenario);

/* The output of the first `records` records, by the plainest of ways. */
uint8_t *job_make_output(const struct scenario *scenario, const uint8_t *input,
                         uint64_t records, bool whole, size_t *ret_bytes);

/* Run with the options as they are; the worker is the one above. */
struct outcome job_run(const struct scenario *scenario);

/* Set up both ends, run, and collect what came out. */
struct outcome job_run_scenario(struct scenario *scenario,
                                const uint8_t *input);

/* The same, and it must be what the reference says. */
void job_check(struct scenario *scenario);

void job_describe(char *text, size_t size, const struct scenario *scenario);

void job_clear(struct outcome *outcome);

/* Threads: write a struct pump to its FIFO in odd steps. */
void *job_feed(void *argument);

void job_read_all(int file, uint8_t **ret_data, size_t *ret_bytes);

void job_write_file(const char *path, const uint8_t *data, size_t bytes);

int job_redirect(const char *path, int flags, int standard);

/* The state of the worker is its `user`. */
enum garim_status job_worker_open(const void *user, void **ret_state,
                                  struct garim_error *error);

void job_worker_close(void *state);

#endif
