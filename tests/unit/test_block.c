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

static const struct garim_worker worker;

static void open_run(struct garim_flow *flow)
{
    *flow = (struct garim_flow){
        .geometry = {.in_stride = 100, .out_stride = 100, .header_bytes = 50},
        .worker = &worker,
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
        cr_assert(garim_sink_windows.place(&flow, &block));
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

/* Blocks of ten records, as they come to a sink. */
static struct garim_block make_rows(uint64_t first)
{
    struct garim_block block = make_block(0, 1000);
    block.offset = 0;
    block.batch = (struct garim_batch){.in_stride = 100,
                                       .out_stride = 100,
                                       .count = 10,
                                       .first_record = first};
    return block;
}

/* Nothing of the record at which the job stops; of a part, which will be
 * removed, nothing of its window. */
Test(block, the_record_that_stops_is_not_written)
{
    struct garim_flow flow;
    struct garim_error error = {0};
    open_run(&flow);
    flow.direct_out = false;
    garim_rejects_break(&flow.rejects, 213, &error);
    static const struct {
        uint64_t first;
        size_t of_pipe, of_part;
    } cases[] = {{200, 1000, 1000}, {203, 1000, 1000}, {204, 900, 0},
                 {210, 300, 0},     {213, 0, 0},       {220, 0, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct garim_block block = make_rows(cases[i].first);
        garim_block_cut(&flow, &block, NULL);
        cr_assert_eq(garim_sink_pipe.place(&flow, &block),
                     cases[i].of_pipe > 0);
        cr_assert_eq(block.tally.bytes_out, cases[i].of_pipe, "case %zu", i);
        block = make_rows(cases[i].first);
        cr_assert_eq(garim_sink_windows.place(&flow, &block),
                     cases[i].of_part > 0);
        cr_assert_eq(block.tally.bytes_out, cases[i].of_part, "case %zu", i);
    }
    struct garim_block block = make_rows(203);
    block.trailer.bytes = 1; /* it stands where the records are not trusted */
    cr_assert_not(garim_sink_windows.place(&flow, &block));
    flow.foreign = true;
    block = make_rows(0);
    cr_assert_not(garim_sink_windows.place(&flow, &block));
    block = make_rows(0);
    garim_block_cut(&flow, &block, NULL);
    cr_assert_eq(block.data_bytes, 0);
    garim_rejects_close(&flow.rejects);
}

/* What a block leaves of its last sector is written by the next. */
Test(block, sectors_of_a_file_that_grows_are_written_once)
{
    static const size_t sizes[] = {100, SECTOR - 100, 5, 2 * SECTOR, 0, 3, 7};
    struct garim_flow flow;
    uint8_t disk[8 * SECTOR];
    size_t done = 0;
    open_run(&flow);
    memset(disk, OLD, sizeof disk);
    cr_assert_eq(garim_append_open(&flow.append, SECTOR, false), 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct garim_block block = make_block(i % 3 * 77, sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++)
            block.data[k] = (uint8_t)((done + k) % 50);
        block.last = i + 1 == sizeof sizes / sizeof *sizes;
        const bool writes = garim_sink_append.place(&flow, &block);
        cr_assert_eq(block.tally.bytes_out, sizes[i]);
        cr_assert_eq(block.offset, done);
        done += sizes[i];
        if (!writes) continue;
        const struct garim_io_request *request = &block.request;
        cr_assert_eq((uintptr_t)request->buffer % SECTOR, 0);
        cr_assert_eq(request->offset % SECTOR, 0);
        cr_assert_eq(request->bytes % SECTOR, 0);
        cr_assert_eq(disk[request->offset], OLD, "written twice");
        memcpy(disk + request->offset, request->buffer, request->bytes);
    }
    cr_assert_eq(flow.append.bytes, done);
    for (size_t k = 0; k < garim_align_up(done); k++)
        cr_assert_eq(disk[k], k < done ? k % 50 : 0, "byte %zu", k);
    garim_append_close(&flow.append);
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
