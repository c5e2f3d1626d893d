/* example.c - a program that knows garim only by its installed header
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: example POLICY KEY     (transforms one sample record and a file of
 * them)
 */
#include <stdio.h>
#include <stdlib.h>

#include <garim/garim.h>

static int fail(const struct garim_error *error)
{
    (void)fprintf(stderr, "%s:%u:%u: %s\n", error->path, error->line,
                  error->column, error->message);
    return (int)error->status;
}

static int transform_one(const struct garim_engine *engine,
                         const struct garim_policy *policy)
{
    struct garim_error error;
    struct garim_policy_info info = {.size = sizeof info};
    struct garim_context *context = NULL;
    garim_policy_describe(policy, &info);
    if (garim_context_open(&context, engine, &error) != GARIM_OK)
        return fail(&error);
    unsigned char *record = malloc(info.input_bytes);
    if (record == NULL) return 1;
    garim_synth_fill(garim_policy_layout(policy), 1, 0, 1, record);
    enum garim_status status = garim_transform(context, record, 1, record,
                                               info.input_bytes, NULL, &error);
    if (status == GARIM_OK)
        (void)printf("%.*s\n", (int)info.output_bytes, (char *)record);
    free(record);
    garim_context_close(context);
    return status == GARIM_OK ? 0 : fail(&error);
}

static bool show_progress(void *user, const struct garim_progress *progress)
{
    *(uint64_t *)user = progress->records;
    return true;
}

static int run_file(const struct garim_engine *engine,
                    const struct garim_policy *policy)
{
    uint64_t seen = 0;
    struct garim_error error;
    struct garim_report report = {.size = sizeof report};
    struct garim_job_options synth = {.size = sizeof synth,
                                      .output = "example.dat"};
    struct garim_job_options run = {
        .size = sizeof run,
        .input = "example.dat",
        .output = "example.out",
        .progress = show_progress,
        .progress_user = &seen,
    };
    if (garim_synth(garim_policy_layout(policy), 1, 1000, &synth, &report,
                    &error) != GARIM_OK)
        return fail(&error);
    garim_report_clear(&report);
    if (garim_run(engine, &run, &report, &error) != GARIM_OK)
        return fail(&error);
    (void)printf("%llu records under key %s\n",
                 (unsigned long long)report.records_in, report.key_id);
    garim_report_clear(&report);
    return 0;
}

int main(int count, char **arguments)
{
    struct garim_error error;
    struct garim_policy *policy = NULL;
    struct garim_key *key = NULL;
    struct garim_engine *engine = NULL;
    if (count != 3) return 2;
    if (garim_policy_open(&policy, arguments[1], &error) != GARIM_OK ||
        garim_key_open_file(&key, arguments[2], &error) != GARIM_OK ||
        garim_engine_open(&engine, policy, key, NULL, &error) != GARIM_OK)
        return fail(&error);
    garim_key_close(key);
    int result = transform_one(engine, policy);
    if (result == 0) result = run_file(engine, policy);
    garim_engine_close(engine);
    garim_policy_close(policy);
    return result;
}
