/* resume_support.c - a small job that is cut off, and what should come of it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "resume_support.h"

/* ---- a small job --------------------------------------------------------- */

uint8_t *resume_input;
static uint8_t *expected;
static size_t expected_bytes;

/* Some ten windows, broken records among them, a checkpoint whenever there is
 * something new. */
struct scenario resume_job(void)
{
    struct scenario scenario = job_line_scenario();
    scenario.records = 500;
    scenario.faults = 3;
    scenario.options.max_rejects = 5;
    scenario.options.threads = 1;
    scenario.options.checkpoint_bytes = 1;
    scenario.options.input = job_in_path;
    scenario.options.output = job_out_path;
    scenario.trait = (struct garim_trait){"key", "one"};
    scenario.io = &fault_io;
    return scenario;
}

/* Workers that make less, or more, or both, of a record. */
struct scenario resume_job_of(size_t variant)
{
    struct scenario scenario = resume_job();
    scenario.widen = variant % 2 == 0 ? 0 : 8;
    scenario.drops = variant / 2 != 0;
    return scenario;
}

void resume_make_files(const struct scenario *scenario)
{
    resume_input = job_make_input(scenario);
    expected = job_make_output(scenario, resume_input, scenario->records, true,
                               &expected_bytes);
    job_write_file(job_in_path, resume_input, job_input_size(scenario));
}

void resume_free_files(void)
{
    free(expected);
    free(resume_input);
}

bool resume_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The output is whole, or it is not there. */
bool resume_is_there(void)
{
    if (!resume_exists(job_out_path)) return false;
    uint8_t *data;
    size_t bytes;
    const int file = open(job_out_path, O_RDONLY);
    job_read_all(file, &data, &bytes);
    (void)close(file);
    cr_assert_eq(bytes, expected_bytes);
    cr_assert_eq(memcmp(data, expected, bytes), 0);
    free(data);
    return true;
}

/* The numbers are those of a run that nobody cut off. */
void resume_check_numbers(const struct scenario *scenario,
                          const struct outcome *outcome)
{
    const struct garim_report *report = &outcome->report;
    uint64_t sum = 0;
    for (uint64_t i = 0; i < scenario->records; i++)
        sum += resume_input[scenario->framing.header.bytes +
                            i * scenario->framing.stride];
    cr_assert_eq(outcome->status, GARIM_OK, "%s", outcome->error.message);
    cr_assert_eq(outcome->counts[0], sum);
    cr_assert_eq(outcome->counts[1], scenario->records);
    cr_assert_eq(report->records_out, job_rows_out(scenario));
    cr_assert_eq(report->bytes_in, job_input_size(scenario));
    cr_assert_eq(report->bytes_out, expected_bytes);
    cr_assert_eq(report->reject_count, scenario->faults);
    for (size_t i = 0; i < scenario->faults; i++)
        cr_assert_eq(report->rejects[i].record,
                     scenario->records * (i + 1) / (scenario->faults + 1));
    cr_assert(report->published);
    cr_assert_leq(report->resumed_records, scenario->records);
}

/* Run in a process of its own, so that a plan may end it. */
int resume_run_apart(const struct scenario *scenario,
                     const struct fault_plan *plan)
{
    const pid_t child = fork();
    if (child == 0) {
        fault_begin(plan);
        _exit((int)job_run(scenario).status);
    }
    int status;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status), "wait status %d", status);
    return WEXITSTATUS(status);
}

/* After whatever happened: the same command goes on, and all is as it should
 * be. */
void resume_to_the_end(const struct scenario *scenario)
{
    if (resume_is_there() && !resume_exists(job_state_path)) return;
    struct scenario again = *scenario;
    again.options.resume = true;
    fault_begin(NULL);
    struct outcome outcome = job_run(&again);
    resume_check_numbers(&again, &outcome);
    job_clear(&outcome);
    cr_assert(resume_is_there());
    cr_assert(!resume_exists(job_part_path));
    cr_assert(!resume_exists(job_state_path));
}

/* A bit of its head. */
static void damage_state(void)
{
    const int file = open(job_state_path, O_RDWR);
    uint8_t byte;
    cr_assert_eq(pread(file, &byte, 1, 100), 1);
    byte ^= 1;
    cr_assert_eq(pwrite(file, &byte, 1, 100), 1);
    (void)close(file);
}

void resume_leave(enum left left, const struct scenario *scenario)
{
    static const struct fault_plan plans[LEFT_COUNT] = {
        [LEFT_STATE] = {FAULT_PREALLOCATE, 1, 0},
        [LEFT_BEGUN] = {FAULT_WRITE, 2, 0},
        [LEFT_SAME] = {FAULT_WRITE, 6, 0},
        [LEFT_OTHER] = {FAULT_WRITE, 6, 0},
        [LEFT_COMPLETE] = {FAULT_PUBLISH, 1, 0},
        [LEFT_DAMAGED] = {FAULT_WRITE, 6, 0},
        [LEFT_RENAMED] = {FAULT_REMOVE, 1, 0},
        [LEFT_LINKED] = {FAULT_REMOVE, 1, 0},
        [LEFT_RENAMED_OTHER] = {FAULT_REMOVE, 1, 0},
    };
    struct scenario other = *scenario;
    (void)unlink(job_out_path);
    (void)unlink(job_part_path);
    (void)unlink(job_state_path);
    if (left == LEFT_OTHER || left == LEFT_RENAMED_OTHER)
        strcpy(other.trait.value, "two");
    if (left == LEFT_FOREIGN) job_write_file(job_part_path, resume_input, 10);
    if (left == LEFT_OUTPUT) job_write_file(job_out_path, resume_input, 10);
    if (plans[left].when > 0)
        cr_assert_eq(resume_run_apart(&other, &plans[left]), FAULT_EXIT);
    if (left == LEFT_DAMAGED) damage_state();
    if (left == LEFT_LINKED) cr_assert_eq(link(job_out_path, job_part_path), 0);
}
