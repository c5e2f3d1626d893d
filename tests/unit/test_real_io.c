/* test_real_io.c - what the real back ends do when the kernel does not play
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "io/io_file.h"
#include "job_support.h"
#include "real_io.h"

static void tear_down(void)
{
    real_plan = (struct real_plan){0};
    job_tear_down();
}

TestSuite(real_io, .init = job_set_up, .fini = tear_down, .timeout = 60);

enum { BYTES = 10000 };

static uint8_t data[BYTES], found[BYTES + 1];

static int make_file(void)
{
    for (size_t i = 0; i < BYTES; i++)
        data[i] = (uint8_t)(i * 31 >> 3);
    const int file = open(job_out_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    cr_assert_geq(file, 0);
    return file;
}

static void check_file(int file)
{
    real_plan = (struct real_plan){0};
    cr_assert_eq(pread(file, found, sizeof found, 0), BYTES);
    cr_assert_arr_eq(found, data, BYTES);
    (void)close(file);
}

Test(real_io, notes_are_written_whole)
{
    const int file = make_file();
    real_plan = (struct real_plan){
        .transfer_error = EINTR, .errors_left = 3, .transfer_max = 777};
    cr_assert_eq(garim_file_write_at(file, data, BYTES, 0), 0);
    cr_assert_eq(real_plan.calls, 3 + (BYTES + 776) / 777);
    real_plan.transfer_error = EINTR;
    real_plan.errors_left = 2;
    cr_assert_eq(garim_file_read_at(file, found, sizeof found, 0), BYTES);
    cr_assert_arr_eq(found, data, BYTES);
    check_file(file);
}

Test(real_io, notes_that_fail)
{
    const int file = make_file();
    real_plan = (struct real_plan){.transfer_error = EIO, .errors_left = 9};
    cr_assert_eq(garim_file_write_at(file, data, BYTES, 0), -EIO);
    cr_assert_eq(garim_file_read_at(file, found, BYTES, 0), -EIO);
    cr_assert_eq(real_plan.calls, 2);
    (void)close(file);
}

static int64_t transfer(enum garim_io_operation operation, int file,
                        void *buffer)
{
    const struct garim_io_queue_options options = {.depth = 1};
    struct garim_io_queue *queue;
    struct garim_io_request request = {
        .operation = operation,
        .descriptor = file,
        .buffer = buffer,
        .bytes = BYTES,
    };
    cr_assert_eq(garim_io_posix.queue_open(&queue, &options), 0);
    garim_io_posix.submit(queue, &request);
    cr_assert_eq(garim_io_posix.reap(queue, true), &request);
    garim_io_posix.queue_close(queue);
    return request.result;
}

Test(real_io, transfers_are_made_whole)
{
    const int file = make_file();
    real_plan = (struct real_plan){
        .transfer_error = EAGAIN, .errors_left = 5, .transfer_max = 999};
    cr_assert_eq(transfer(GARIM_IO_WRITE, file, data), BYTES);
    cr_assert_eq(transfer(GARIM_IO_READ, file, found), BYTES);
    check_file(file);
}

/* Nothing is tried for ever. */
Test(real_io, interruptions_without_end)
{
    static const int errors[] = {EINTR, EAGAIN};
    for (size_t i = 0; i < 2; i++) {
        const int file = make_file();
        real_plan = (struct real_plan){.transfer_error = errors[i],
                                       .errors_left = 1 << 30};
        cr_assert_eq(transfer(GARIM_IO_WRITE, file, data), -errors[i]);
        cr_assert_eq(transfer(GARIM_IO_READ, file, found), -errors[i]);
        cr_assert_leq(real_plan.calls, 2 * GARIM_IO_ATTEMPTS_MAX);
        (void)close(file);
    }
}

/* The rule itself, which io_uring has from the same place. */
Test(real_io, advance)
{
    struct garim_io_request request = {.bytes = 100};
    unsigned tries = 1;
    while (!garim_io_request_advance(&request, -EINTR, NULL))
        tries++;
    cr_assert(request.result == -EINTR && tries == GARIM_IO_ATTEMPTS_MAX);
    /* What moves something begins to count anew. */
    request = (struct garim_io_request){.bytes = 100};
    for (unsigned i = 0; i < 50; i++) {
        for (unsigned k = 0; k < GARIM_IO_ATTEMPTS_MAX - 1; k++)
            cr_assert(!garim_io_request_advance(&request, -EAGAIN, NULL));
        cr_assert_eq(garim_io_request_advance(&request, 2, NULL), i == 49);
    }
    cr_assert_eq(request.result, 100);
    request = (struct garim_io_request){.bytes = 100};
    cr_assert(garim_io_request_advance(&request, -EIO, NULL));
    cr_assert_eq(request.result, -EIO);
    request =
        (struct garim_io_request){.operation = GARIM_IO_WRITE, .bytes = 100};
    cr_assert(garim_io_request_advance(&request, 0, NULL));
    cr_assert_eq(request.result, -EIO);
}

/* A name is on the disk once its folder is: the real one is synced, and what it
 * says counts. */
Test(real_io, folders_are_synced)
{
    struct stat status;
    const int folder = garim_file_open_folder(job_out_path);
    cr_assert_eq(stat(job_folder, &status), 0);
    cr_assert_eq(garim_file_sync_folder(folder), 0);
    cr_assert_eq(real_plan.synced, status.st_ino);
    real_plan.sync_error = EIO;
    cr_assert_eq(garim_file_sync_folder(folder), -EIO);
    real_plan.sync_error = EINVAL;
    cr_assert_eq(garim_file_sync_folder(folder), 0);
    (void)close(folder);
}

Test(real_io, published_outputs_are_synced)
{
    struct scenario scenario = job_line_scenario();
    struct stat status;
    uint8_t *input = job_make_input(&scenario);
    job_write_file(job_in_path, input, job_input_size(&scenario));
    scenario.options.input = job_in_path;
    scenario.options.output = job_out_path;
    scenario.options.io = GARIM_IO_POSIX;
    struct outcome outcome = job_run(&scenario);
    cr_assert_eq(outcome.status, GARIM_OK);
    cr_assert_eq(stat(job_folder, &status), 0);
    cr_assert_eq(real_plan.synced, status.st_ino, "the folder comes last");
    job_clear(&outcome);
    free(input);
}

Test(real_io, no_direct_transfers_through_fuse)
{
    const int file = make_file();
    cr_assert_eq(garim_file_set_direct(file, true), 0);
    real_plan.file_system = FUSE_SUPER_MAGIC;
    cr_assert_eq(garim_file_set_direct(file, true), -EOPNOTSUPP);
    cr_assert_eq(garim_file_set_direct(file, false), 0);
    (void)close(file);
}
