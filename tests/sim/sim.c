/* sim.c - whole jobs over memory, cut off and gone on with, seed by seed
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: garim-sim [--seeds N] [--from SEED]
 *
 * A seed draws a job of eight lanes and what befalls it: in which order lanes
 * step and requests end, which transfers fail, when the process or the power
 * ends.  Whatever happens, the output is there whole or not at all, and a run
 * that was cut off can be gone on with to the very same end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "evidence/verity.h"
#include "sim_io.h"
#include "sim_lanes.h"
#include "toy_worker.h"

enum { LANES = 8, RUNS_MAX = 8, TEXT_BYTES = 400, WORDS_MAX = 1 << 13 };

static const struct garim_observer *const observers[] = {&garim_verity};

static char text[TEXT_BYTES]; /* what is wrong */
static char last_error[640];

#define CHECK(condition)                                                       \
    do {                                                                       \
        if (!(condition) && text[0] == '\0')                                   \
            (void)snprintf(text, sizeof text, "line %d: not %s", __LINE__,     \
                           #condition);                                        \
    } while (0)

/* ---- a job ----------------------------------------------------------------
 */

static struct garim_framing draw_framing(void)
{
    static const char *const terminators[] = {"", "\n", "\r\n"};
    struct garim_framing framing = {
        .terminator_bytes = sim_draw(3),
        .header.bytes = sim_draw(2) ? sim_draw(200) : 0,
        .trailer.bytes = sim_draw(2) ? sim_draw(200) : 0,
        .header.action = (enum garim_edge_action)sim_draw(3),
        .trailer.action = (enum garim_edge_action)sim_draw(3),
        .blank = '_',
        .layout_name = "simulated",
    };
    framing.terminator = terminators[framing.terminator_bytes];
    framing.stride =
        1 + sim_draw(sim_draw(8) ? 300 : 5000) + framing.terminator_bytes;
    return framing;
}

static struct scenario draw_scenario(void)
{
    struct scenario scenario = {
        .framing = draw_framing(),
        .broken = GARIM_NONE,
        .options = {.input = "/sim/in",
                    .output = "/sim/out",
                    .threads = LANES,
                    .window_bytes = 4096,
                    .max_rejects = 3,
                    .allow_empty = true,
                    .checkpoint_bytes = sim_draw(2) ? 1 : 0},
        .input = sim_draw(3) ? MEDIUM_FILE : MEDIUM_FIFO,
        .output = sim_draw(6) ? MEDIUM_FILE : MEDIUM_FIFO,
        .io = &sim_io,
        .trait = {"key", "one"},
    };
    if (sim_draw(3) == 0) scenario.widen = 1 + sim_draw(20);
    scenario.records = sim_draw(4096 * 16 / job_out_stride(&scenario) + 2);
    scenario.unterminated = scenario.records > 0 &&
                            scenario.framing.terminator_bytes > 0 &&
                            scenario.framing.trailer.bytes == 0 && sim_draw(2);
    if (scenario.records > 10) scenario.faults = sim_draw(4);
    scenario.drops = sim_draw(3) == 0;
    scenario.observed = sim_draw(3) == 0;
    return scenario;
}

static bool can_resume(const struct scenario *scenario)
{
    return scenario->input == MEDIUM_FILE && scenario->output == MEDIUM_FILE;
}

/* ---- a run ----------------------------------------------------------------
 */

/* How to begin. */
enum way { PLAIN, RESUME, RESTART };

static enum garim_status run(const struct scenario *scenario, enum way way,
                             struct garim_report *report, uint64_t *counts)
{
    const struct garim_worker worker = toy_worker(scenario);
    struct garim_job_options options = scenario->options;
    struct garim_error error = {0};
    options.resume = way == RESUME;
    options.restart = way == RESTART;
    const struct garim_job job = {
        .options = &options,
        .framing = &scenario->framing,
        .worker = &worker,
        .observers = {observers, scenario->observed},
        .traits = &scenario->trait,
        .trait_count = 1,
        .io = scenario->io,
    };
    *report = (struct garim_report){0};
    CHECK(garim_job_count_size(&job) <= WORDS_MAX);
    const enum garim_status status =
        garim_job_run(&job, report, counts, &error);
    free(report->rejects);
    (void)snprintf(last_error, sizeof last_error, "%s", error.message);
    if (sim_stalled != NULL && text[0] == '\0')
        (void)snprintf(text, sizeof text, "stalled: %s", sim_stalled);
    return status;
}

/* What befalls the next run. */
static void draw_fate(const struct scenario *scenario, bool last)
{
    const uint64_t when = sim_draw(sim_draw(2) ? 40 : 200);
    const uint64_t what = sim_draw(4);
    sim_io_start();
    sim_io_fail(0);
    sim_drain_after = 0;
    if (last) return;
    if (what == 0)
        sim_io_end(when, false);
    else if (what == 1)
        sim_io_end(when, true);
    else if (what == 2 && can_resume(scenario))
        sim_drain_after = 1 + 10 * when;
    if (sim_draw(2)) sim_io_fail(20 + sim_draw(300));
}

/* The output is whole, or it is not there. */
static bool is_there(const uint8_t *expected, size_t bytes)
{
    size_t found_bytes = 0;
    const uint8_t *found = sim_io_look("out", &found_bytes);
    if (found == NULL) return false;
    CHECK(found_bytes == bytes);
    if (found_bytes == bytes) CHECK(memcmp(found, expected, bytes) == 0);
    return true;
}

/* A stream that was cut off ends where a prefix of the output does. */
static void check_pipe(const uint8_t *expected, size_t bytes, bool whole)
{
    size_t found_bytes = 0;
    const uint8_t *found = sim_io_look("out", &found_bytes);
    CHECK(found != NULL && found_bytes <= bytes);
    if (found == NULL || found_bytes > bytes) return;
    CHECK(memcmp(found, expected, found_bytes) == 0);
    if (whole) CHECK(found_bytes == bytes);
}

/* As if all had been written at once. */
static void check_digest(const uint64_t *state, const uint8_t *expected,
                         size_t bytes)
{
    static uint64_t note[WORDS_MAX], right[WORDS_MAX];
    uint8_t digests[2][GARIM_VERITY_DIGEST_BYTES] = {{0}};
    const struct garim_view view = {expected, bytes, 0};
    memset(note, 0, garim_verity.note_bytes);
    memset(right, 0, garim_verity.state_bytes);
    if (bytes > 0) garim_verity.see(note, &view);
    garim_verity.fold(right, note);
    CHECK(garim_verity_digest(right, digests[0]) == 0);
    CHECK(garim_verity_digest(state, digests[1]) == 0);
    CHECK(memcmp(digests[0], digests[1], sizeof digests[0]) == 0);
}

static void check_end(const struct scenario *scenario,
                      const struct garim_report *report, const uint64_t *counts,
                      const uint8_t *expected, size_t bytes)
{
    size_t left;
    if (scenario->observed) check_digest(counts + 2, expected, bytes);
    CHECK(counts[1] == scenario->records);
    CHECK(report->records_out == job_rows_out(scenario));
    CHECK(report->bytes_out == bytes);
    CHECK(report->reject_count == scenario->faults);
    CHECK(sim_io_look("out.part", &left) == NULL);
    CHECK(sim_io_look("out.state", &left) == NULL);
}

/* Run until it is done, each run going on where the last one ended, or, where
 * that cannot be, from the beginning. */
static void run_to_the_end(const struct scenario *scenario,
                           const uint8_t *expected, size_t bytes)
{
    const bool file = scenario->output == MEDIUM_FILE;
    struct garim_report report;
    static uint64_t counts[WORDS_MAX];
    size_t left;
    enum way way = PLAIN;
    for (int i = 0; i < RUNS_MAX && text[0] == '\0'; i++) {
        const bool last = i >= RUNS_MAX - 2;
        draw_fate(scenario, last);
        enum garim_status status = run(scenario, way, &report, counts);
        if (sim_io_has_ended()) status = GARIM_TEMPORARY; /* nobody heard */
        if (!file) check_pipe(expected, bytes, status == GARIM_OK);
        const bool there = file && is_there(expected, bytes);
        if (status == GARIM_OK) {
            CHECK(there || !file);
            check_end(scenario, &report, counts, expected, bytes);
            return;
        }
        if (there && sim_io_look("out.state", &left) == NULL) return;
        if (!can_resume(scenario)) return;
        way = status == GARIM_IN_THE_WAY && way == RESUME ? RESTART : RESUME;
    }
    CHECK(!can_resume(scenario));
}

/* ---- a seed ---------------------------------------------------------------
 */

static bool try_seed(uint64_t seed)
{
    size_t bytes;
    text[0] = '\0';
    sim_stalled = NULL;
    sim_io_begin(seed);
    const struct scenario scenario = draw_scenario();
    uint8_t *input = job_make_input(&scenario);
    uint8_t *expected =
        job_make_output(&scenario, input, scenario.records, true, &bytes);
    sim_io_make("in", scenario.input == MEDIUM_FILE ? S_IFREG : S_IFIFO, input,
                job_input_size(&scenario));
    if (scenario.output == MEDIUM_FIFO) sim_io_make("out", S_IFIFO, NULL, 0);
    run_to_the_end(&scenario, expected, bytes);
    free(expected);
    free(input);
    if (text[0] == '\0') return true;
    printf("seed %" PRIu64
           ": %s; %s (stride %zu, terminator %zu, header %zu/%d, "
           "trailer %zu/%d, records %" PRIu64 ", from %d to %d, widened by "
           "%zu, drops %d)\n",
           seed, text, last_error, scenario.framing.stride,
           scenario.framing.terminator_bytes, scenario.framing.header.bytes,
           (int)scenario.framing.header.action, scenario.framing.trailer.bytes,
           (int)scenario.framing.trailer.action, scenario.records,
           (int)scenario.input, (int)scenario.output, scenario.widen,
           scenario.drops);
    return false;
}

static double seconds_of_process(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

int main(int argc, char **argv)
{
    uint64_t seeds = 1000, from = 1, passed = 0, failed = 0;
    for (int i = 1; i + 1 < argc; i += 2) {
        uint64_t *value = strcmp(argv[i], "--seeds") == 0 ? &seeds : &from;
        *value = strtoull(argv[i + 1], NULL, 0);
    }
    const double begin = seconds_of_process();
    for (uint64_t seed = from; seed < from + seeds && failed < 10; seed++)
        *(try_seed(seed) ? &passed : &failed) += 1;
    const double seconds = seconds_of_process() - begin;
    printf("seeds from %" PRIu64 ": %.0f a second of a core, %" PRIu64
           " steps\n%" PRIu64 " passed, %" PRIu64 " failed\n",
           from, (double)(passed + failed) / seconds, sim_steps, passed,
           failed);
    return failed > 0 || passed == 0;
}
