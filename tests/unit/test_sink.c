/* test_sink.c - filters that swallow the records, or still hold the output
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "job_support.h"

TestSuite(sink, .init = job_set_up, .fini = job_tear_down, .timeout = 60);

/* Takes all records and writes one byte, or none. */
struct sink {
    bool writes, holds; /* the output, beyond its end */
    int ends[2], output;
    pthread_t thread;
};

static void *swallow(void *argument)
{
    const struct sink *sink = argument;
    char bytes[4096];
    while (read(sink->ends[0], bytes, sizeof bytes) > 0)
        continue;
    return NULL;
}

static enum garim_status begin(void *user, int output, int *ret_descriptor,
                               struct garim_error *error)
{
    struct sink *sink = user;
    (void)error;
    sink->output = fcntl(output, F_DUPFD_CLOEXEC, 3);
    cr_assert_geq(sink->output, 0);
    cr_assert_eq(pipe2(sink->ends, O_CLOEXEC), 0);
    cr_assert_eq(pthread_create(&sink->thread, NULL, swallow, sink), 0);
    *ret_descriptor = sink->ends[1];
    return GARIM_OK;
}

static enum garim_status finish(void *user, struct garim_error *error)
{
    struct sink *sink = user;
    (void)error;
    (void)close(sink->ends[1]);
    cr_assert_eq(pthread_join(sink->thread, NULL), 0);
    (void)close(sink->ends[0]);
    if (sink->writes) cr_assert_eq(write(sink->output, "x", 1), 1);
    if (!sink->holds) (void)close(sink->output);
    return GARIM_OK;
}

static void expect(bool writes, bool holds, const char *word)
{
    struct scenario scenario = job_line_scenario();
    struct sink sink = {.writes = writes, .holds = holds};
    const struct garim_filter filter = {sizeof filter, begin, finish, &sink};
    uint8_t *data = job_make_input(&scenario);
    scenario.options.filter = &filter;
    struct outcome outcome = job_run_scenario(&scenario, data);
    cr_assert_eq(outcome.status, word == NULL ? GARIM_OK : GARIM_OUTPUT, "%s",
                 outcome.error.message);
    cr_assert_eq(access(job_out_path, F_OK) == 0, word == NULL);
    if (word != NULL)
        cr_assert_not_null(strstr(outcome.error.message, word), "%s",
                           outcome.error.message);
    if (holds) (void)close(sink.output);
    job_clear(&outcome);
    free(data);
}

Test(sink, what_it_leaves_is_looked_at)
{
    expect(true, false, NULL);
    expect(false, false, "wrote nothing");
    expect(true, true, "can still write");
}
