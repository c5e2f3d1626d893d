/* test_pipeline.c - every way through a job, against a plain reference
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "job_support.h"

TestSuite(pipeline, .init = job_set_up, .fini = job_tear_down, .timeout = 300);

/* ---- every way through --------------------------------------------------- */

static struct garim_framing draw_shape(void)
{
    static const char *const texts[] = {"", "\n", "\r\n"};
    struct garim_framing framing = {
        .terminator_bytes = job_draw(3),
        .header.bytes = job_draw(3) ? job_draw(300) : job_draw(2) * 9000,
        .trailer.bytes = job_draw(2) ? job_draw(300) : 0,
        .header.action = (enum garim_edge_action)job_draw(3),
        .trailer.action = (enum garim_edge_action)job_draw(3),
        .blank = '_',
        .layout_name = "drawn",
    };
    framing.terminator = texts[framing.terminator_bytes];
    framing.stride =
        1 + job_draw(job_draw(2) ? 99 : 4099) + framing.terminator_bytes;
    return framing;
}

static struct scenario draw_scenario(void)
{
    static const unsigned threads[] = {1, 2, 5};
    static const size_t windows[] = {4096, 4096, 8192, 65536};
    struct scenario scenario = {
        .framing = draw_shape(),
        .broken = GARIM_NONE,
        .options =
            {
                .threads = threads[job_draw(3)],
                .window_bytes = windows[job_draw(4)],
                .io = job_draw(2) ? GARIM_IO_URING : GARIM_IO_POSIX,
                .max_rejects = 20,
            },
        .input = (enum medium)job_draw(3),
        .output = (enum medium)job_draw(3),
    };
    const size_t stride = scenario.framing.stride;
    scenario.records =
        job_draw(8) ? job_draw(600000 / stride + 2) : job_draw(2);
    scenario.options.allow_empty = true;
    scenario.unterminated = scenario.records > 0 &&
                            scenario.framing.terminator_bytes > 0 &&
                            scenario.framing.trailer.bytes == 0 && job_draw(2);
    if (job_draw(2) && scenario.records > 40) scenario.faults = job_draw(20);
    if (job_draw(3) == 0) scenario.widen = job_draw(2) ? 8 : job_draw(5000);
    scenario.drops = job_draw(4) == 0;
    return scenario;
}

Test(pipeline, every_way_through)
{
    for (int i = 0; i < 600; i++) {
        struct scenario scenario = draw_scenario();
        job_check(&scenario);
    }
}

Test(pipeline, default_window_and_many_lanes)
{
    for (int i = 0; i < 8; i++) {
        struct scenario scenario = {
            .framing = {.stride = 129,
                        .terminator_bytes = 1,
                        .terminator = "\n",
                        .header.bytes = 129,
                        .header.action =
                            i & 1 ? GARIM_EDGE_DROP : GARIM_EDGE_KEEP},
            .records = 100001,
            .broken = GARIM_NONE,
            .options = {.threads = 64,
                        .io = i & 2 ? GARIM_IO_URING : GARIM_IO_POSIX},
            .input = i & 4 ? MEDIUM_FILE : MEDIUM_FIFO,
            .output = i & 4 ? MEDIUM_FIFO : MEDIUM_FILE,
        };
        job_check(&scenario);
    }
}

/* ---- what is generated --------------------------------------------------- */

static void worker_generate(void *state, uint64_t first, size_t count,
                            uint8_t *out)
{
    const struct garim_framing *framing = state;
    const size_t bytes = framing->stride - framing->terminator_bytes;
    for (size_t i = 0; i < count; i++) {
        memset(out + i * framing->stride, 'A' + (int)((first + i) % 26), bytes);
        memcpy(out + i * framing->stride + bytes, framing->terminator,
               framing->terminator_bytes);
    }
}

static void generate(const struct garim_job *job, const uint8_t *expected,
                     size_t expected_bytes)
{
    struct garim_report report = {0};
    struct garim_error error;
    cr_assert_eq(garim_job_run(job, &report, NULL, &error), GARIM_OK, "%s",
                 error.message);
    cr_assert_eq(report.records_out, job->generate_records);
    uint8_t *data;
    size_t bytes;
    const int file = open(job_out_path, O_RDONLY);
    job_read_all(file, &data, &bytes);
    (void)close(file);
    cr_assert_eq(bytes, expected_bytes);
    cr_assert_eq(memcmp(data, expected, bytes), 0);
    free(data);
}

Test(pipeline, generated_records)
{
    const struct garim_framing framing = {
        .stride = 102,
        .terminator_bytes = 2,
        .terminator = "\r\n",
        .header.bytes = 7,
        .trailer.bytes = 5,
        .header.action = GARIM_EDGE_DROP, /* means nothing here */
        .blank = ' ',
        .layout_name = "made",
    };
    enum { RECORDS = 3001, BYTES = 7 + RECORDS * 102 + 5 };
    uint8_t *expected = malloc(BYTES);
    memcpy(expected, "     \r\n", 7);
    worker_generate((void *)(uintptr_t)&framing, 0, RECORDS, expected + 7);
    memcpy(expected + BYTES - 5, "   \r\n", 5);
    const struct garim_worker worker = {
        .user = &framing,
        .open = job_worker_open,
        .close = job_worker_close,
        .generate = worker_generate,
    };
    for (unsigned i = 0; i < 12; i++) {
        const struct garim_job_options options = {
            .output = job_out_path,
            .threads = 1 + i % 3,
            .window_bytes = 4096,
            .io = i & 1 ? GARIM_IO_URING : GARIM_IO_POSIX,
            .force = true,
        };
        const struct garim_job job = {
            .options = &options,
            .framing = &framing,
            .worker = &worker,
            .generate_records = RECORDS,
        };
        generate(&job, expected, BYTES);
    }
    free(expected);
}

/* ---- broken input -------------------------------------------------------- */

/* One error whatever the lanes, and a stream holds what comes before. */
static void check_stop(struct scenario *scenario, enum garim_status status,
                       uint64_t record, uint64_t offset)
{
    char text[400];
    uint8_t *input = job_make_input(scenario);
    for (unsigned i = 0; i < 36; i++) {
        static const unsigned threads[] = {1, 2, 5};
        scenario->options.threads = threads[i % 3];
        scenario->options.io = i % 6 < 3 ? GARIM_IO_URING : GARIM_IO_POSIX;
        scenario->input = i % 12 < 6 ? MEDIUM_FILE : MEDIUM_FIFO;
        scenario->output = i % 24 < 12 ? MEDIUM_FILE : MEDIUM_FIFO;
        job_describe(text, sizeof text, scenario);
        struct outcome outcome = job_run_scenario(scenario, input);
        cr_assert_eq(outcome.status, status, "%s: %s", text,
                     outcome.error.message);
        cr_assert_eq(outcome.error.record, record, "%s: %llu", text,
                     (unsigned long long)outcome.error.record);
        cr_assert_eq(outcome.error.offset, offset, "%s", text);
        cr_assert_str_eq(outcome.error.path, job_in_path);
        if (scenario->output == MEDIUM_FIFO) {
            size_t bytes;
            uint8_t *expected =
                job_make_output(scenario, input, record, false, &bytes);
            cr_assert_eq(outcome.bytes, bytes, "%s: %zu, not %zu", text,
                         outcome.bytes, bytes);
            cr_assert_eq(memcmp(outcome.data, expected, bytes), 0, "%s", text);
            free(expected);
        } else {
            cr_assert_null(outcome.data, "%s", text);
        }
        if (status == GARIM_DATA) {
            cr_assert_eq(outcome.report.reject_count,
                         scenario->options.max_rejects);
            for (size_t k = 1; k < outcome.report.reject_count; k++)
                cr_assert_lt(outcome.report.rejects[k - 1].record,
                             outcome.report.rejects[k].record);
        }
        job_clear(&outcome);
    }
    free(input);
}

Test(pipeline, faults_stop_at_the_same_record)
{
    for (size_t variant = 0; variant < 4; variant++) {
        struct scenario scenario = job_line_scenario();
        scenario.widen = variant % 2 * 8;
        scenario.drops = variant / 2 == 1;
        scenario.faults = 99;
        check_stop(&scenario, GARIM_DATA, 50, 30 + 50 * 78);
        scenario.options.max_rejects = 70;
        check_stop(&scenario, GARIM_DATA, 3550, 30 + 3550 * 78);
    }
}

Test(pipeline, framing_stops_at_the_same_record)
{
    struct scenario scenario = job_line_scenario();
    scenario.broken = 2499;
    check_stop(&scenario, GARIM_INPUT, 2499, 30 + 2499 * 78);
    scenario.drops = true;
    check_stop(&scenario, GARIM_INPUT, 2499, 30 + 2499 * 78);
    scenario.drops = false;
    scenario.faults = 99;
    scenario.options.max_rejects = 60;
    check_stop(&scenario, GARIM_INPUT, 2499, 30 + 2499 * 78);
    scenario.options.max_rejects = 30;
    check_stop(&scenario, GARIM_DATA, 1550, 30 + 1550 * 78);
}

Test(pipeline, stream_that_ends_inside_a_record)
{
    struct scenario scenario = job_line_scenario();
    scenario.extra = 5;
    for (unsigned i = 0; i < 12; i++) {
        scenario.input = MEDIUM_FIFO;
        scenario.output = i & 1 ? MEDIUM_FIFO : MEDIUM_FILE;
        scenario.options.io = i & 2 ? GARIM_IO_URING : GARIM_IO_POSIX;
        scenario.options.threads = 1 + i / 4;
        uint8_t *input = job_make_input(&scenario);
        struct outcome outcome = job_run_scenario(&scenario, input);
        cr_assert_eq(outcome.status, GARIM_INPUT);
        cr_assert_eq(outcome.error.record, 5000);
        cr_assert_eq(outcome.error.offset, 30 + 5000 * 78);
        cr_assert_not_null(strstr(outcome.error.message, " 5 bytes of 78"));
        size_t bytes;
        uint8_t *expected =
            job_make_output(&scenario, input, 5000, false, &bytes);
        if (scenario.output == MEDIUM_FIFO) {
            cr_assert_eq(outcome.bytes, bytes);
            cr_assert_eq(memcmp(outcome.data, expected, bytes), 0);
        } else {
            cr_assert_null(outcome.data);
        }
        job_clear(&outcome);
        free(expected);
        free(input);
    }
}

Test(pipeline, size_that_is_no_multiple)
{
    struct scenario scenario = job_line_scenario();
    scenario.extra = 5;
    uint8_t *input = job_make_input(&scenario);
    struct outcome outcome = job_run_scenario(&scenario, input);
    cr_assert_eq(outcome.status, GARIM_INPUT);
    cr_assert_not_null(strstr(outcome.error.message, "390035"));
    cr_assert_not_null(strstr(outcome.error.message, ": 5 bytes"));
    cr_assert_null(outcome.data);
    job_clear(&outcome);
    free(input);
}

/* A stream shorter than its header and trailer gives nothing. */
Test(pipeline, stream_shorter_than_its_edges)
{
    for (size_t extra = 0; extra < 2; extra++) {
        struct scenario scenario = job_line_scenario();
        (void)unlink(job_in_path);
        cr_assert_eq(mkfifo(job_in_path, 0600), 0);
        scenario.framing.trailer.bytes = 20;
        scenario.options.input = job_in_path;
        scenario.options.output = job_out_path;
        uint8_t bytes[49] = "abc";
        struct pump feeder = {job_in_path, bytes, 48 + extra};
        pthread_t thread;
        (void)pthread_create(&thread, NULL, job_feed, &feeder);
        struct outcome outcome = job_run(&scenario);
        (void)pthread_join(thread, NULL);
        cr_assert_eq(outcome.status, GARIM_INPUT);
        cr_assert_eq(access(job_out_path, F_OK), -1);
    }
}
