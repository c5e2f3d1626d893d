/* test_slots.c - a checkpoint counts in its own place only
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "job_support.h"
#include "publish/journal.h"

enum { HEAD_BYTES = 4096 };

TestSuite(slots, .init = job_set_up, .fini = job_tear_down, .timeout = 60);

static const struct garim_journal_job job = {
    .resumable = 1,
    .window_bytes = 4096,
    .output_bytes = 1234567,
    .count_size = 1,
    .trait_count = 1,
    .traits = {{"input", "a"}},
};

static struct garim_journal open_state(int folder)
{
    static const struct garim_journal_bounds bounds = {
        .records = 100, .bytes_in = 1234567, .reject_breaches = 1};
    const struct garim_journal_request request = {
        .io = &garim_io_posix,
        .folder = folder,
        .output = job_out_path,
        .job = &job,
        .bounds = &bounds,
    };
    struct garim_journal state;
    struct garim_error error;
    cr_assert_eq(garim_journal_open(&state, &request, &error), GARIM_OK, "%s",
                 error.message);
    return state;
}

/* Checkpoints 1 (nothing is done), 2 and 3; returns the bytes of a slot. */
static size_t make_state(int folder)
{
    const uint64_t counts[1] = {0};
    struct garim_journal state = open_state(folder);
    cr_assert_eq(garim_journal_begin(&state, &job, NULL), GARIM_OK);
    for (uint64_t i = 1; i < 3; i++) {
        const struct garim_journal_point point = {.windows = i,
                                                  .bytes_out = i * 4096};
        cr_assert_eq(garim_journal_store(&state, &point, counts, NULL, NULL),
                     GARIM_OK);
    }
    const size_t bytes = state.slot_bytes;
    garim_journal_close(&state, false);
    return bytes;
}

/* What stands in slot `from` now stands in `to`, and nothing in `from`. */
static void move_slot(size_t bytes, size_t from, size_t to)
{
    const int file = open(job_state_path, O_RDWR);
    uint8_t *slot = calloc(2, bytes);
    cr_assert_not_null(slot);
    const off_t here = (off_t)(HEAD_BYTES + from * bytes);
    const off_t there = (off_t)(HEAD_BYTES + to * bytes);
    cr_assert_gt(pread(file, slot, bytes, here), 0);
    cr_assert_gt(pwrite(file, slot, bytes, there), 0);
    cr_assert_gt(pwrite(file, slot + bytes, bytes, here), 0);
    free(slot);
    (void)close(file);
}

Test(slots, even_and_odd)
{
    const int folder = garim_io_posix.open_folder(job_out_path);
    for (size_t from = 0; from < 2; from++) {
        const size_t bytes = make_state(folder);
        struct garim_journal state = open_state(folder);
        cr_assert(state.valid && state.point.windows == 2);
        garim_journal_close(&state, false);
        move_slot(bytes, from, 1 - from);
        state = open_state(folder);
        cr_assert(state.authentic && !state.valid, "slot %zu", from);
        garim_journal_close(&state, true);
    }
    (void)close(folder);
}
