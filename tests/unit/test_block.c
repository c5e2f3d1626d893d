/* test_block.c - what a block hands to the disk, and what it believes of it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdalign.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "flow/block.h"
#include "flow/flow.h"
#include "resume_support.h"

TestSuite(block, .init = job_set_up, .fini = job_tear_down, .timeout = 60);

enum { SECTOR = GARIM_DIRECT_ALIGNMENT, BUFFER_BYTES = 4 * SECTOR, OLD = 'Q' };

static alignas(SECTOR) uint8_t buffer[BUFFER_BYTES];

/* The buffer as the input left it, with `bytes` of output at `at`. */
static struct garim_block make_block(size_t at, size_t bytes)
{
    memset(buffer, OLD, sizeof buffer);
    for (size_t i = 0; i < bytes; i++)
        buffer[at + i] = (uint8_t)(i % 50);
    return (struct garim_block){
        .buffer = buffer,
        .data = buffer + at,
        .data_bytes = bytes,
        .offset = 5 * SECTOR,
    };
}

static void open_run(struct garim_flow *flow)
{
    *flow = (struct garim_flow){
        .geometry = {.stride = 100, .header_bytes = 50},
        .direct_out = true,
        .output_base = 0,
    };
    cr_assert_eq(garim_rejects_open(&flow->rejects, 0), 0);
}

/* Whole sectors, and none of the input behind the output: a run that is killed
 * before it cuts the part would leave it on the disk. */
Test(block, sectors_hold_the_output_and_zeros)
{
    static const size_t places[] = {0, 1, 100, SECTOR, SECTOR + 7};
    static const size_t sizes[] = {1, 100, SECTOR - 1, SECTOR, SECTOR + 1};
    struct garim_flow flow;
    open_run(&flow);
    for (size_t i = 0; i < 25; i++) {
        const size_t bytes = sizes[i % 5];
        struct garim_block block = make_block(places[i / 5], bytes);
        cr_assert(garim_block_ask_write(&flow, &block));
        const uint8_t *written = block.request.buffer;
        cr_assert_eq((uintptr_t)written % SECTOR, 0);
        cr_assert_eq(block.request.bytes, garim_align_up(bytes));
        cr_assert_eq(block.request.offset, 5 * SECTOR);
        cr_assert_eq(block.tally.bytes_out, bytes);
        for (size_t k = 0; k < block.request.bytes; k++)
            cr_assert_eq(written[k], k < bytes ? k % 50 : 0, "byte %zu", k);
    }
    garim_rejects_close(&flow.rejects);
}

/* Nothing of the record at which the job stops; of a part, which will be
 * removed, nothing of its window. */
Test(block, the_record_that_stops_is_not_written)
{
    struct garim_flow flow;
    struct garim_error error = {0};
    open_run(&flow);
    garim_rejects_break(&flow.rejects, 210, &error); /* at 21,050 */
    const size_t left = 50 + 210 * 100 - 5 * SECTOR;
    for (int ordered = 0; ordered < 2; ordered++)
        for (int direct = 0; direct < 2; direct++) {
            struct garim_block block = make_block(0, SECTOR);
            flow.ordered = ordered;
            flow.direct_out = direct;
            cr_assert_eq(garim_block_ask_write(&flow, &block), ordered);
            cr_assert_eq(block.tally.bytes_out, ordered ? left : 0);
            block = make_block(0, left);
            cr_assert(garim_block_ask_write(&flow, &block));
            cr_assert_eq(block.tally.bytes_out, left);
        }
    flow.foreign = true;
    struct garim_block block = make_block(0, left);
    cr_assert_not(garim_block_ask_write(&flow, &block));
    garim_rejects_close(&flow.rejects);
}

/* ---- parts that are read short ------------------------------------------- */

static struct garim_io short_io;
static unsigned shortened;

static void submit_short(struct garim_io_queue *queue,
                         struct garim_io_request *request)
{
    struct stat part, file;
    fault_io.submit(queue, request);
    if (request->operation == GARIM_IO_WRITE || request->result < 2 ||
        stat(job_part_path, &part) != 0 ||
        fstat(request->descriptor, &file) != 0 || part.st_ino != file.st_ino)
        return;
    request->result--;
    shortened++;
}

Test(block, a_part_that_is_read_short_is_not_taken_for_right)
{
    const struct scenario scenario = resume_job();
    struct scenario again = scenario;
    resume_make_files(&scenario);
    resume_leave(LEFT_SAME, &scenario);
    short_io = fault_io;
    short_io.submit = submit_short;
    again.io = &short_io;
    again.options.resume = true;
    again.options.verify_part = true;
    fault_begin(NULL);
    struct outcome outcome = job_run(&again);
    cr_assert_gt(shortened, 0);
    cr_assert_eq(outcome.error.status, GARIM_VERIFY, "%s",
                 outcome.error.message);
    cr_assert(resume_exists(job_part_path) && !resume_exists(job_out_path));
    job_clear(&outcome);
    resume_free_files();
}
