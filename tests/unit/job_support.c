/* job_support.c - whole jobs with a small worker, and what they should give
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job_support.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "toy_worker.h"

/* ---- scenarios ----------------------------------------------------------- */

char job_folder[64];
char job_in_path[128];
char job_out_path[128];
char job_part_path[128];
char job_state_path[128];
static uint64_t seed;

/* Where a test that dies leaves its folder, whoever runs it may clean up. */
static void name_folder(void)
{
    const char *top = getenv("GARIM_TEST_FOLDER");
    const int bytes =
        snprintf(job_folder, sizeof job_folder, "%s/garim-test-job-XXXXXX",
                 top == NULL ? "/var/tmp" : top);
    cr_assert_lt(bytes, (int)sizeof job_folder);
}

void job_set_up(void)
{
    name_folder();
    cr_assert_not_null(mkdtemp(job_folder));
    (void)snprintf(job_in_path, sizeof job_in_path, "%s/in", job_folder);
    (void)snprintf(job_out_path, sizeof job_out_path, "%s/out", job_folder);
    (void)snprintf(job_part_path, sizeof job_part_path, "%s/out.part",
                   job_folder);
    (void)snprintf(job_state_path, sizeof job_state_path, "%s/out.state",
                   job_folder);
    (void)signal(SIGPIPE, SIG_IGN);
    const char *wanted = getenv("GARIM_TEST_SEED");
    seed = wanted == NULL ? 7 : strtoull(wanted, NULL, 10);
}

void job_tear_down(void)
{
    DIR *folder = opendir(job_folder);
    struct dirent *entry;
    while (folder != NULL && (entry = readdir(folder)) != NULL)
        (void)unlinkat(dirfd(folder), entry->d_name, 0);
    if (folder != NULL) (void)closedir(folder);
    (void)rmdir(job_folder);
}

uint64_t job_draw(uint64_t limit)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (seed >> 33) % limit;
}

/* ---- running ------------------------------------------------------------- */

void *job_feed(void *argument)
{
    struct pump *pump = argument;
    const int fifo = open(pump->path, O_WRONLY);
    for (size_t done = 0, step = 1; done < pump->bytes;) {
        size_t bytes = pump->bytes - done;
        if (bytes > step) bytes = step;
        const ssize_t moved = write(fifo, pump->data + done, bytes);
        if (moved < 0) break;
        done += (size_t)moved;
        step = step * 7 % 99991;
    }
    (void)close(fifo);
    return NULL;
}

void job_read_all(int file, uint8_t **ret_data, size_t *ret_bytes)
{
    size_t room = 1 << 20;
    size_t bytes = 0;
    uint8_t *data = malloc(room);
    ssize_t moved;
    while ((moved = read(file, data + bytes, room - bytes)) > 0) {
        bytes += (size_t)moved;
        if (bytes == room) data = realloc(data, room *= 2);
    }
    *ret_data = data;
    *ret_bytes = bytes;
}

static void *drain(void *argument)
{
    struct pump *pump = argument;
    const int fifo = open(pump->path, O_RDONLY);
    job_read_all(fifo, &pump->data, &pump->bytes);
    (void)close(fifo);
    return NULL;
}

void job_write_file(const char *path, const uint8_t *data, size_t bytes)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert_eq(write(file, data, bytes), (ssize_t)bytes);
    (void)close(file);
}

/* Put the file `path` in the place of `standard`; returns what was there. */
int job_redirect(const char *path, int flags, int standard)
{
    const int saved = dup(standard);
    const int file = open(path, flags, 0600);
    cr_assert_eq(dup2(file, standard), standard);
    (void)close(file);
    return saved;
}

struct outcome job_run(const struct scenario *scenario)
{
    const struct garim_worker worker = toy_worker(scenario);
    const struct garim_job job = {
        .options = &scenario->options,
        .framing = &scenario->framing,
        .worker = &worker,
        .traits = &scenario->trait,
        .trait_count = 1,
        .seal = scenario->seal,
        .io = scenario->io,
    };
    struct outcome outcome = {0};
    outcome.status =
        garim_job_run(&job, &outcome.report, outcome.counts, &outcome.error);
    if (outcome.status != GARIM_OK)
        cr_assert_eq(outcome.error.status, outcome.status);
    return outcome;
}

void job_clear(struct outcome *outcome)
{
    free(outcome->report.rejects);
    free(outcome->data);
}

/* What the output file holds now; nothing where there is none. */
static void collect_file(struct outcome *outcome)
{
    const int file = open(job_out_path, O_RDONLY);
    if (file < 0) return;
    job_read_all(file, &outcome->data, &outcome->bytes);
    (void)close(file);
}

static void clear_folder(void)
{
    (void)unlink(job_in_path);
    (void)unlink(job_out_path);
}

static void put_back(int saved, int standard)
{
    if (saved < 0) return;
    (void)dup2(saved, standard);
    (void)close(saved);
}

static void check_nothing_left(void)
{
    cr_assert_neq(access(job_part_path, F_OK), 0, "a part was left");
    cr_assert_neq(access(job_state_path, F_OK), 0, "a state was left");
}

struct outcome job_run_scenario(struct scenario *scenario, const uint8_t *input)
{
    struct pump feeder = {job_in_path, (uint8_t *)(uintptr_t)input,
                          job_input_size(scenario)};
    struct pump drainer = {job_out_path, NULL, 0};
    pthread_t threads[2];
    int saved_in = -1, saved_out = -1;
    clear_folder();
    scenario->options.input = job_in_path;
    scenario->options.output = job_out_path;
    if (scenario->input == MEDIUM_FIFO) {
        cr_assert_eq(mkfifo(job_in_path, 0600), 0);
        (void)pthread_create(&threads[0], NULL, job_feed, &feeder);
    } else {
        job_write_file(job_in_path, input, feeder.bytes);
    }
    if (scenario->input == MEDIUM_DESCRIPTOR) {
        saved_in = job_redirect(job_in_path, O_RDONLY, 0);
        scenario->options.input = NULL;
    }
    if (scenario->output == MEDIUM_FIFO) {
        cr_assert_eq(mkfifo(job_out_path, 0600), 0);
        (void)pthread_create(&threads[1], NULL, drain, &drainer);
    }
    if (scenario->output == MEDIUM_DESCRIPTOR) {
        saved_out =
            job_redirect(job_out_path, O_WRONLY | O_CREAT | O_APPEND, 1);
        scenario->options.output = "-";
    }
    struct outcome outcome = job_run(scenario);
    put_back(saved_in, 0);
    put_back(saved_out, 1);
    if (scenario->input == MEDIUM_FIFO) (void)pthread_join(threads[0], NULL);
    if (scenario->output == MEDIUM_FIFO) {
        (void)pthread_join(threads[1], NULL);
        outcome.data = drainer.data;
        outcome.bytes = drainer.bytes;
    } else {
        collect_file(&outcome);
    }
    check_nothing_left();
    return outcome;
}

void job_describe(char *text, size_t size, const struct scenario *scenario)
{
    const struct garim_framing *framing = &scenario->framing;
    (void)snprintf(
        text, size,
        "stride %zu terminator %zu header %zu/%d trailer %zu/%d "
        "records %llu window %zu threads %u io %d from %d to %d "
        "unterminated %d faults %zu broken %lld widened by %zu drops %d",
        framing->stride, framing->terminator_bytes, framing->header.bytes,
        (int)framing->header.action, framing->trailer.bytes,
        (int)framing->trailer.action, (unsigned long long)scenario->records,
        scenario->options.window_bytes, scenario->options.threads,
        (int)scenario->options.io, (int)scenario->input, (int)scenario->output,
        scenario->unterminated, scenario->faults, (long long)scenario->broken,
        scenario->widen, scenario->drops);
}

void job_check(struct scenario *scenario)
{
    char text[500];
    job_describe(text, sizeof text, scenario);
    uint8_t *input = job_make_input(scenario);
    struct outcome outcome = job_run_scenario(scenario, input);
    cr_assert_eq(outcome.status, GARIM_OK, "%s: %s", text,
                 outcome.error.message);
    size_t bytes;
    uint8_t *expected =
        job_make_output(scenario, input, scenario->records, true, &bytes);
    cr_assert_eq(outcome.bytes, bytes, "%s: %zu bytes, not %zu", text,
                 outcome.bytes, bytes);
    if (bytes > 0)
        cr_assert_eq(memcmp(outcome.data, expected, bytes), 0, "%s", text);
    cr_assert_eq(outcome.counts[1], scenario->records, "%s", text);
    cr_assert_eq(outcome.report.records_out, job_rows_out(scenario));
    cr_assert_eq(outcome.report.bytes_in, job_input_size(scenario), "%s", text);
    cr_assert_eq(outcome.report.bytes_out, bytes);
    cr_assert_eq(outcome.report.reject_count, scenario->faults);
    cr_assert_eq(outcome.report.published, scenario->output == MEDIUM_FILE);
    job_clear(&outcome);
    free(expected);
    free(input);
}

struct scenario job_line_scenario(void)
{
    return (struct scenario){
        .framing = {.stride = 78,
                    .terminator_bytes = 1,
                    .terminator = "\n",
                    .header.bytes = 30,
                    .header.action = GARIM_EDGE_BLANK,
                    .blank = '_',
                    .layout_name = "lines"},
        .records = 5000,
        .broken = GARIM_NONE,
        .options = {.window_bytes = 4096},
    };
}
