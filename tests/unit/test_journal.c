/* test_journal.c - the two slots of a state, its lock, and the watermark
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "job_support.h"
#include "publish/journal.h"
#include "flow/watermark.h"

enum { COUNTS = 3, REJECTS = 700, SLOT_BYTES = 12288, HEAD_BYTES = 4096 };

static struct garim_journal_job make_job(void)
{
    return (struct garim_journal_job){
        .resumable = 1,
        .window_bytes = 4096,
        .output_bytes = 1234567,
        .count_size = COUNTS,
        .rejects_max = REJECTS,
        .trait_count = 2,
        .traits = {{"input", "a"}, {"key", "b"}},
    };
}

static const struct garim_journal_bounds bounds = {
    .first_record = 100,
    .records = REJECTS,
    .bytes_in = 1234567,
    .reject_steps = 10,
    .reject_breaches = 1,
};

static int folder = -1;

static void set_up(void)
{
    job_set_up();
    folder = garim_io_posix.open_folder(job_out_path);
}

static void tear_down(void)
{
    (void)close(folder);
    job_tear_down();
}

static enum garim_status try_to_open(struct garim_journal *state,
                                     const struct garim_journal_job *job,
                                     struct garim_error *error)
{
    const struct garim_journal_request request = {
        .io = &garim_io_posix,
        .folder = folder,
        .output = job_out_path,
        .job = job,
        .bounds = &bounds,
        .timeout_ms = 40,
    };
    return garim_journal_open(state, &request, error);
}

static struct garim_journal open_state_of(const struct garim_journal_job *job)
{
    struct garim_journal state;
    struct garim_error error;
    cr_assert_eq(try_to_open(&state, job, &error), GARIM_OK, "%s",
                 error.message);
    return state;
}

static struct garim_journal open_state(void)
{
    const struct garim_journal_job job = make_job();
    return open_state_of(&job);
}

TestSuite(state, .init = set_up, .fini = tear_down, .timeout = 60);

/* Checkpoint `n`, with numbers that follow from it. */
static void store(struct garim_journal *state, uint64_t n)
{
    const uint64_t counts[COUNTS] = {n, 2 * n, 3 * n};
    struct garim_reject rejects[REJECTS];
    struct garim_journal_point point = {
        .windows = n, .bytes_out = 4096 * n, .reject_count = n};
    for (uint64_t i = 0; i < n; i++)
        rejects[i] =
            (struct garim_reject){.record = 100 + i, .step = (unsigned)n};
    cr_assert_eq(garim_journal_store(state, &point, counts, rejects, NULL),
                 GARIM_OK);
}

static void check(const struct garim_journal *state, uint64_t n)
{
    cr_assert(state->valid);
    cr_assert_eq(state->point.windows, n);
    cr_assert_eq(state->point.sequence, n + 1);
    cr_assert_eq(state->point.reject_count, n);
    for (uint64_t i = 0; i < COUNTS; i++)
        cr_assert_eq(state->counts[i], (i + 1) * n);
    for (uint64_t i = 0; i < n; i++)
        cr_assert(state->rejects[i].record == 100 + i &&
                  state->rejects[i].step == n);
}

/* A state whose last checkpoint is `n`, closed. */
static void make_state(uint64_t n)
{
    const struct garim_journal_job job = make_job();
    struct garim_journal state = open_state();
    cr_assert_eq(garim_journal_begin(&state, &job, NULL), GARIM_OK);
    for (uint64_t i = 1; i <= n; i++)
        store(&state, i);
    garim_journal_close(&state, false);
}

static void damage(off_t offset)
{
    const int file = open(job_state_path, O_RDWR);
    uint8_t byte;
    cr_assert_eq(pread(file, &byte, 1, offset), 1);
    byte ^= 1;
    cr_assert_eq(pwrite(file, &byte, 1, offset), 1);
    (void)close(file);
}

Test(state, last_checkpoint)
{
    for (uint64_t n = 0; n < 9; n++) {
        make_state(n);
        struct garim_journal state = open_state();
        check(&state, n);
        cr_assert_eq(garim_journal_confirm(&state, NULL), GARIM_OK);
        store(&state, n + 1);
        garim_journal_close(&state, false);
        state = open_state();
        check(&state, n + 1);
        garim_journal_close(&state, true);
        cr_assert_neq(access(job_state_path, F_OK), 0);
    }
}

/* A head whose seal is right and whose numbers are not. */
Test(state, wild_jobs)
{
    for (int i = 0; i < 7; i++) {
        struct garim_journal_job job = make_job();
        if (i == 0) job.trait_count = GARIM_JOURNAL_TRAITS_MAX + 1;
        if (i == 1) memset(job.traits[1].value, 'x', sizeof job.traits->value);
        if (i == 2) job.rejects_max = 1000001;
        if (i == 3) job.window_bytes = 12288;
        if (i == 4) job.window_bytes = 2048;
        if (i == 5) job.count_size = 1 << 30;
        if (i == 6) job.resumable = 2;
        struct garim_journal state = open_state_of(&job);
        cr_assert(state.begun);
        garim_journal_close(&state, false);
        state = open_state();
        cr_assert(!state.valid && !state.authentic);
        garim_journal_close(&state, true);
    }
}

/* The same of a checkpoint: the one before it counts. */
Test(state, wild_points)
{
    const uint64_t counts[COUNTS] = {0};
    const struct garim_journal_point good = {
        .windows = 2, .bytes_out = 8192, .records = 5, .reject_count = 2};
    for (int i = 0; i < 12; i++) {
        struct garim_journal_point point = good;
        struct garim_reject rejects[] = {{100, 9, 0}, {799, 0, 0}};
        if (i == 1) point.windows = 303;
        if (i == 2) point.bytes_out = 8191;
        if (i == 3) point.records = REJECTS + 1;
        if (i == 4) point.bytes_in = 1234568;
        if (i == 5) point.complete = 1;
        if (i == 6) rejects[1].record = 100;
        if (i == 7) rejects[1].record = 800;
        if (i == 8) rejects[0].record = 99;
        if (i == 9) rejects[1].step = 10;
        if (i == 10) rejects[0].breach = 1;
        if (i == 11) point.windows = UINT64_MAX;
        make_state(1);
        struct garim_journal state = open_state();
        cr_assert_eq(garim_journal_store(&state, &point, counts, rejects, NULL),
                     GARIM_OK);
        garim_journal_close(&state, false);
        state = open_state();
        cr_assert_eq(state.point.windows, i == 0 ? 2 : 1, "case %d", i);
        garim_journal_close(&state, true);
    }
}

/* Under a key nobody else can write a state. */
static void seal_with_letter(const void *user, enum garim_seal_use use,
                             uint8_t digest[32])
{
    const char *letter = user;
    cr_assert_eq(use, GARIM_SEAL_STATE);
    for (size_t i = 0; i < 32; i++)
        digest[i] = (uint8_t)(digest[i] ^ (uint8_t)*letter);
}

Test(state, seals)
{
    const struct garim_seal seals[] = {{"a", seal_with_letter},
                                       {"b", seal_with_letter}};
    const struct garim_seal *const keys[] = {NULL, &seals[0], &seals[1]};
    const struct garim_journal_job job = make_job();
    struct garim_journal_request request = {
        .io = &garim_io_posix,
        .folder = folder,
        .output = job_out_path,
        .job = &job,
        .bounds = &bounds,
    };
    for (size_t i = 0; i < 9; i++) {
        struct garim_journal state;
        request.seal = keys[i / 3];
        cr_assert_eq(garim_journal_open(&state, &request, NULL), GARIM_OK);
        cr_assert_eq(garim_journal_begin(&state, &job, NULL), GARIM_OK);
        garim_journal_close(&state, false);
        request.seal = keys[i % 3];
        cr_assert_eq(garim_journal_open(&state, &request, NULL), GARIM_OK);
        cr_assert_eq(state.authentic, i / 3 == i % 3);
        cr_assert_eq(state.valid, state.authentic);
        garim_journal_close(&state, true);
    }
}

/* What is not this user's own is left alone. */
Test(state, strangers)
{
    static const char *const changes[] = {
        "chmod 620 $f",     "chmod 602 $f",
        "ln $f $f.link",    "rm $f; mkdir $f",
        "rm $f; mkfifo $f", "mv $f $f.o; ln -s $f.o $f",
        "truncate -s 0 $f", "head -c 9000 /dev/zero > $f",
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct garim_journal state;
        struct garim_error error;
        struct stat before, after;
        const struct garim_journal_job job = make_job();
        char command[800];
        const char *const path = job_state_path;
        make_state(3);
        (void)snprintf(command, sizeof command, "f=%s; %s", path, changes[i]);
        cr_assert_eq(system(command), 0);
        cr_assert_eq(lstat(path, &before), 0);
        cr_assert_eq(try_to_open(&state, &job, &error), GARIM_IN_THE_WAY,
                     "case %zu", i);
        cr_assert_eq(lstat(path, &after), 0);
        cr_assert_eq(before.st_ino, after.st_ino);
        cr_assert_eq(before.st_size, after.st_size);
        (void)snprintf(command, sizeof command, "rm -r %s*", path);
        cr_assert_eq(system(command), 0);
    }
}

/* Whatever byte of the last slot is wrong, the one before it counts. */
Test(state, damaged_slots)
{
    const uint64_t n = 7; /* sequence 8: slot 0 */
    const size_t used = sizeof(struct garim_journal_point) +
                        COUNTS * sizeof(uint64_t) +
                        n * sizeof(struct garim_reject) + 32;
    for (size_t i = 0; i < used; i++) {
        make_state(n);
        damage((off_t)(HEAD_BYTES + i));
        struct garim_journal state = open_state();
        check(&state, n - 1);
        garim_journal_close(&state, false);
        damage((off_t)(HEAD_BYTES + SLOT_BYTES));
        state = open_state();
        cr_assert(state.authentic && !state.valid);
        garim_journal_close(&state, true);
    }
}

Test(state, damaged_head)
{
    for (off_t at = 8; at < 64; at++) {
        make_state(3);
        damage(at);
        struct garim_journal state = open_state();
        cr_assert(!state.authentic && !state.valid);
        garim_journal_close(&state, true);
    }
}

/* Slots of an earlier job in the same file mean nothing. */
Test(state, slots_of_another_job)
{
    make_state(5);
    struct garim_journal_job other = make_job();
    struct garim_journal state = open_state();
    char text[200];
    strcpy(other.traits[1].value, "c");
    garim_journal_differ(&state, &other, text, sizeof text);
    cr_assert_str_eq(text, "another key");
    strcpy(other.traits[0].value, "");
    garim_journal_differ(&state, &other, text, sizeof text);
    cr_assert_str_eq(text, "another input, another key");
    const int old = open(job_state_path, O_RDONLY);
    uint8_t slot[SLOT_BYTES];
    cr_assert_eq(pread(old, slot, SLOT_BYTES, HEAD_BYTES), SLOT_BYTES);
    (void)close(old);
    cr_assert_eq(garim_journal_begin(&state, &other, NULL), GARIM_OK);
    const int file = open(job_state_path, O_WRONLY);
    cr_assert_eq(pwrite(file, slot, SLOT_BYTES, HEAD_BYTES), SLOT_BYTES);
    (void)close(file);
    garim_journal_close(&state, false);
    state = open_state_of(&other);
    check(&state, 0);
    garim_journal_close(&state, false);
}

Test(state, locked)
{
    struct garim_journal state = open_state();
    struct garim_journal other;
    struct garim_error error;
    const struct garim_journal_job job = make_job();
    cr_assert_eq(try_to_open(&other, &job, &error), GARIM_TEMPORARY);
    cr_assert_not_null(strstr(error.message, "locked by another run"));
    garim_journal_close(&state, false);
    state = open_state();
    garim_journal_close(&state, true);
}

/* ---- the watermark ------------------------------------------------------- */

Test(state, watermark_in_any_order)
{
    enum { REACH = 16, WINDOWS = 5000 };
    static const struct garim_observers nobody;
    struct garim_watermark watermark;
    bool finished[WINDOWS + REACH] = {false};
    uint64_t counts[2];
    struct garim_tally tally = {.counts = counts};
    cr_assert_eq(garim_watermark_open(&watermark, REACH, 2, &nobody), 0);
    for (uint64_t low = 0; low < WINDOWS;) {
        const uint64_t index = low + job_draw(REACH);
        if (finished[index]) continue;
        finished[index] = true;
        tally.records = index + 1;
        tally.bytes_in = tally.bytes_out = counts[0] = 2 * index;
        counts[1] = 1;
        cr_assert_eq(garim_watermark_finish(&watermark, index, &tally),
                     index == low);
        while (finished[low])
            low++;
        const struct garim_tally *below = &watermark.below;
        cr_assert_eq(watermark.windows, low);
        cr_assert_eq(below->records, low * (low + 1) / 2);
        cr_assert_eq(below->bytes_in, low * (low - 1));
        cr_assert_eq(below->bytes_out, low * (low - 1));
        cr_assert_eq(below->counts[0], low * (low - 1));
        cr_assert_eq(below->counts[1], low);
    }
    garim_watermark_close(&watermark);
}
