/* resume_support.h - a small job that is cut off, and what should come of it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TESTS_UNIT_RESUME_SUPPORT_H
#define GARIM_TESTS_UNIT_RESUME_SUPPORT_H

#include "fault_io.h"
#include "job_support.h"

enum left {
    LEFT_NOTHING,
    LEFT_FOREIGN, /* a part and nothing else */
    LEFT_STATE,   /* killed before there was a part */
    LEFT_BEGUN,   /* killed before the first checkpoint */
    LEFT_SAME,
    LEFT_OTHER,
    LEFT_COMPLETE,
    LEFT_DAMAGED, /* a part, and a state that cannot be made out */
    LEFT_RENAMED,
    LEFT_LINKED, /* killed between the two halves of a rename */
    LEFT_RENAMED_OTHER,
    LEFT_OUTPUT, /* OUT alone */
    LEFT_COUNT,
};

/* Of the scenario that resume_make_files() was called with. */
extern uint8_t *resume_input;

/* Some ten windows, broken records among them, a checkpoint after each. */
struct scenario resume_job(void);

/* The same with each worker of RESUME_VARIANTS. */
enum { RESUME_VARIANTS = 4 };
struct scenario resume_job_of(size_t variant);

void resume_make_files(const struct scenario *scenario);

void resume_free_files(void);

bool resume_exists(const char *path);

/* The output is whole, or it is not there. */
bool resume_is_there(void);

/* The numbers are those of a run that nobody cut off. */
void resume_check_numbers(const struct scenario *scenario,
                          const struct outcome *outcome);

/* Run in a process of its own, so that a plan may end it; its exit code. */
int resume_run_apart(const struct scenario *scenario,
                     const struct fault_plan *plan);

/* After whatever happened: the same command goes on, and all is as it should
 * be. */
void resume_to_the_end(const struct scenario *scenario);

/* Make the folder one in which an earlier run left this. */
void resume_leave(enum left left, const struct scenario *scenario);

#endif
