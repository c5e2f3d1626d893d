/* cmd_run.c - garim run POLICY: put a file or a stream through a policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <unistd.h>

#include "cli.h"
#include "streams.h"

static enum garim_status
check_options(const struct garim_cli_settings *settings,
              struct garim_error *error)
{
    if (settings->key_descriptor == STDIN_FILENO &&
        settings->input_command == NULL && garim_cli_is_stream(settings->input))
        return garim_cli_fail(error, GARIM_USAGE, "",
                              "the key and the records would both come from "
                              "standard input; name the input with -i");
    return garim_cli_streams_check(settings, error);
}

/* Without a key there can be no tokens. */
static enum garim_status allow_no_key(const struct garim_policy *policy,
                                      struct garim_error *error)
{
    struct garim_policy_info info = {.size = sizeof info};
    size_t keyed = 0;
    garim_policy_describe(policy, &info);
    for (size_t i = 0; i < info.rule_count; i++) {
        struct garim_rule_info rule = {.size = sizeof rule};
        garim_policy_rule(policy, i, &rule);
        keyed += rule.keyed ? rule.fields : 0;
    }
    if (keyed == 0) return GARIM_OK;
    return garim_cli_fail(error, GARIM_KEY, info.path,
                          "the policy has tokens and needs a key; give --key "
                          "FILE (garim keygen makes one)");
}

/* The policy under its key. */
static enum garim_status open_engine(const struct garim_cli_settings *settings,
                                     struct garim_policy **ret_policy,
                                     struct garim_engine **ret_engine,
                                     struct garim_error *error)
{
    struct garim_policy *policy;
    struct garim_key *key = NULL;
    enum garim_status status =
        garim_policy_open(&policy, settings->operands[0], error);
    if (status != GARIM_OK) return status;
    status = garim_cli_key_open(settings, &key, error);
    if (status == GARIM_OK && key == NULL) status = allow_no_key(policy, error);
    if (status == GARIM_OK) {
        const struct garim_engine_options options = {
            .size = sizeof options,
            .kernels = garim_cli_kernels[settings->kernels]};
        status = garim_engine_open(ret_engine, policy, key, &options, error);
        garim_key_close(key);
    }
    if (status == GARIM_OK)
        *ret_policy = policy;
    else
        garim_policy_close(policy);
    return status;
}

static void print_summary(const struct garim_cli_settings *settings,
                          const struct garim_policy *policy,
                          const struct garim_report *report)
{
    struct garim_policy_info info = {.size = sizeof info};
    struct garim_layout_info layout = {.size = sizeof layout};
    char *title;
    garim_policy_describe(policy, &info);
    garim_layout_describe(garim_policy_layout(policy), &layout);
    if (asprintf(&title, "%s -> %s, %s, epoch %s (%s)", layout.name,
                 info.recipient, info.purpose, info.epoch, info.basis) < 0)
        return;
    garim_cli_summary(title, settings, policy, report);
    free(title);
}

/* Whether the job began, so that there is something to report. */
static bool reportable(enum garim_status status,
                       const struct garim_report *report)
{
    const bool refused = status == GARIM_USAGE || status == GARIM_KEY ||
                         status == GARIM_IN_THE_WAY;
    return !refused || report->lanes > 0;
}

/* What the report is made of, beside its numbers. */
struct reporting {
    const struct garim_cli_settings *settings;
    const struct garim_policy *policy;
    struct garim_cli_report_file *file;
    struct garim_cli_streams *streams;
    bool ended; /* it says that the output has its name, or tried to */
};

/* No output has its name before its input is known to be whole, nor without a
 * report; and no state goes before that says how it ended. */
static enum garim_status report_whole(void *user,
                                      const struct garim_report *report,
                                      struct garim_error *error)
{
    struct reporting *reporting = user;
    const struct garim_error well = {.status = GARIM_OK};
    struct garim_error trouble;
    enum garim_status status =
        garim_cli_streams_judge(reporting->streams, error);
    const bool in_place = reporting->file->file != NULL;
    if (status != GARIM_OK || reporting->settings->report == NULL || in_place)
        return status;
    const struct garim_cli_outcome outcome = {
        .settings = reporting->settings,
        .policy = reporting->policy,
        .report = report,
        .error = &well,
        .whole = !report->published,
    };
    if (!report->published)
        return garim_cli_report_write(reporting->file, &outcome, error);
    /* What it says of the output stays. */
    if (garim_cli_report_write(reporting->file, &outcome, &trouble) != GARIM_OK)
        garim_cli_warn(&trouble);
    reporting->ended = true;
    return GARIM_OK;
}

/* Of a job without an output file, or one that failed, the first word is the
 * last. */
static enum garim_status report_end(const struct reporting *reporting,
                                    const struct garim_report *report,
                                    struct garim_error *error)
{
    struct garim_error trouble;
    const struct garim_cli_outcome outcome = {
        .settings = reporting->settings,
        .policy = reporting->policy,
        .report = report,
        .error = error,
    };
    if (reporting->ended && error->status == GARIM_OK) return GARIM_OK;
    if (garim_cli_report_write(reporting->file, &outcome, &trouble) ==
            GARIM_OK ||
        error->status != GARIM_OK)
        return error->status;
    *error = trouble;
    return error->status;
}

/* Run the job and report it; the report file is open. */
static enum garim_status run_job(struct reporting *reporting,
                                 const struct garim_engine *engine,
                                 struct garim_cli_job *job,
                                 struct garim_error *error)
{
    const struct garim_cli_settings *settings = reporting->settings;
    struct garim_report report = {.size = sizeof report};
    *error = (struct garim_error){.record = GARIM_NONE, .offset = GARIM_NONE};
    job->options.whole = report_whole;
    job->options.whole_user = reporting;
    enum garim_status status =
        garim_cli_streams_begin(reporting->streams, &job->options, error);
    if (status == GARIM_OK)
        status = garim_run(engine, &job->options, &report, error);
    garim_cli_job_close(job);
    status = garim_cli_streams_close(reporting->streams, status, error);
    if (status == GARIM_OK && !settings->quiet)
        print_summary(settings, reporting->policy, &report);
    if (reportable(status, &report))
        status = report_end(reporting, &report, error);
    garim_report_clear(&report);
    return status;
}

/* Everything that can be refused is, before a byte is read or written. */
static enum garim_status prepare(const struct garim_cli_settings *settings,
                                 const struct garim_policy *policy,
                                 struct garim_cli_job *job,
                                 struct garim_cli_report_file *report_file,
                                 struct garim_error *error)
{
    struct garim_layout_info layout = {.size = sizeof layout};
    garim_layout_describe(garim_policy_layout(policy), &layout);
    enum garim_status status = garim_cli_guard(settings, layout.path, error);
    if (status == GARIM_OK)
        status = garim_cli_job_open(job, settings, false, error);
    if (status == GARIM_OK)
        status = garim_cli_report_open(report_file, settings, error);
    return status;
}

/* All of a run but the end of its commands where it fails early. */
static enum garim_status run(const struct garim_cli_settings *settings,
                             struct garim_cli_streams *streams,
                             struct garim_error *error)
{
    struct garim_cli_job job;
    struct garim_cli_report_file report_file;
    struct garim_policy *policy;
    struct garim_engine *engine;
    enum garim_status status = open_engine(settings, &policy, &engine, error);
    if (status != GARIM_OK) return status;
    status = prepare(settings, policy, &job, &report_file, error);
    if (status == GARIM_OK) {
        struct reporting reporting = {settings, policy, &report_file, streams,
                                      false};
        status = run_job(&reporting, engine, &job, error);
        garim_cli_report_close(&report_file);
    }
    garim_engine_close(engine);
    garim_policy_close(policy);
    return status;
}

enum garim_status garim_cli_run(const struct garim_cli_settings *settings,
                                struct garim_error *error)
{
    struct garim_cli_streams streams;
    enum garim_status status = garim_cli_key_check(settings, error);
    if (status == GARIM_OK) status = check_options(settings, error);
    if (status != GARIM_OK) return status;
    status = garim_cli_streams_open(&streams, settings, error);
    if (status == GARIM_OK) status = run(settings, &streams, error);
    return garim_cli_streams_close(&streams, status, error);
}
