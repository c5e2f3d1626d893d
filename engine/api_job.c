/* api_job.c - the public interface: jobs over whole files, sample files
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "api_size.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "evidence/verity.h"
#include "job/job.h"
#include "rules/rule.h"
#include "synth/synth.h"
#include "text/hex.h"

/* Of the bytes that a policy and a key make of a record: part of what a job
 * is, so that no output is begun by one version and ended by another. */
#define OUTPUT_FORMAT "2"

/* ---- what comes from the caller, and what goes back ------------------------
 */

/* A caller has room for all of this at least, so that no array of a report is
 * lost to it. */
enum {
    REPORT_BYTES_MIN = offsetof(struct garim_report, notes) +
                       sizeof(((struct garim_report *)0)->notes),
};

/* The structs of a caller in the sizes that the library knows. */
struct call {
    struct garim_job_options options;
    struct garim_filter filter;
    struct garim_report report;
};

static enum garim_status check_report(const struct garim_report *report,
                                      struct garim_error *error)
{
    return garim_size_check(report->size, REPORT_BYTES_MIN, "garim_report",
                            error);
}

static enum garim_status take(struct call *ret_call,
                              const struct garim_job_options *options,
                              const struct garim_report *report,
                              struct garim_error *error)
{
    *ret_call = (struct call){.report.size = sizeof ret_call->report};
    struct garim_job_options *taken = &ret_call->options;
    enum garim_status status =
        report == NULL ? GARIM_OK : check_report(report, error);
    if (status == GARIM_OK)
        status = garim_options_take(taken, sizeof *taken, options,
                                    "garim_job_options", error);
    if (status != GARIM_OK || taken->filter == NULL) return status;
    status = garim_options_take(&ret_call->filter, sizeof ret_call->filter,
                                taken->filter, "garim_filter", error);
    taken->filter = &ret_call->filter;
    return status;
}

static void give(struct call *call, struct garim_report *report)
{
    if (report != NULL && check_report(report, NULL) == GARIM_OK)
        garim_info_give(report, &call->report, sizeof call->report);
    else
        garim_report_clear(&call->report);
}

void garim_report_clear(struct garim_report *report)
{
    static const struct garim_report empty = {.size = sizeof empty};
    if (report == NULL || check_report(report, NULL) != GARIM_OK) return;
    free(report->fields);
    free(report->rejects);
    garim_info_give(report, &empty, sizeof empty);
}

/* ---- run: the worker that transforms ---------------------------------------
 */

static enum garim_status open_worker(const void *user, void **ret_state,
                                     struct garim_error *error)
{
    const struct garim_engine *engine = user;
    struct garim_workspace *workspace = NULL;
    enum garim_status status = garim_workspace_open(
        &workspace, engine->policy, engine->kernels, engine->secrets, error);
    if (status == GARIM_OK) *ret_state = workspace;
    return status;
}

static void close_worker(void *state)
{
    garim_workspace_close(state);
}

static void describe_reject(const void *user, const struct garim_reject *reject,
                            struct garim_reject_info *ret_info)
{
    const struct garim_engine *engine = user;
    ASSERT(reject->step < engine->policy->step_count);
    const struct garim_field *field = engine->policy->steps[reject->step].field;
    *ret_info = (struct garim_reject_info){
        .record = reject->record,
        .offset = field->at,
        .field = field->name,
        .reason = garim_breach_text((enum garim_breach)reject->breach),
    };
}

/* ---- run: the report -------------------------------------------------------
 */

static struct garim_field_report report_field(const struct garim_step *step,
                                              const uint64_t *counts)
{
    const struct garim_rule *rule = step->rule;
    struct garim_field_report report = {
        .field = step->field->name,
        .rule = rule->name,
        .nulls = counts[0],
        .counter_count = garim_rule_count_size(rule) - 1,
    };
    for (size_t i = 0; i < report.counter_count; i++)
        report.counters[i] =
            (struct garim_counter){rule->counters[i], counts[i + 1]};
    return report;
}

static enum garim_status report_fields(const struct garim_policy *policy,
                                       const uint64_t *counts,
                                       struct garim_report *report,
                                       struct garim_error *error)
{
    if (report->fields != NULL) return GARIM_OK;
    report->fields = calloc(policy->step_count, sizeof *report->fields);
    if (report->fields == NULL) return garim_error_no_memory(error);
    for (size_t i = 0; i < policy->step_count; i++) {
        const struct garim_step *step = &policy->steps[i];
        if (step->field->name[0] == '\0') continue;
        report->fields[report->field_count++] =
            report_field(step, counts + step->counts);
    }
    return GARIM_OK;
}

static void note_key(const struct garim_engine *engine,
                     struct garim_report *report)
{
    const size_t used = strlen(report->notes);
    if (!engine->key_published || report->fields != NULL) return;
    (void)snprintf(report->notes + used, sizeof report->notes - used,
                   "%sthe key is the one that the documentation prints: "
                   "anybody can compute its tokens; make one with garim keygen",
                   used == 0 ? "" : "; ");
}

/* What observers saw of an output that is whole. */
static enum garim_status report_digest(const struct garim_job *job,
                                       uint64_t *counts,
                                       struct garim_report *report,
                                       struct garim_error *error)
{
    uint8_t digest[GARIM_VERITY_DIGEST_BYTES];
    if (job->observers.count == 0) return GARIM_OK;
    const uint64_t *state = garim_observers_area(
        &job->observers, counts + job->worker->count_size, 0);
    if (garim_verity_digest(state, digest) != 0)
        return garim_crypto_failed(error,
                                   "the crypto library cannot do SHA-256; see "
                                   "whether its configuration forbids it");
    static_assert(sizeof report->digest == 2 * sizeof digest + 1, "in hex");
    garim_hex_encode(report->digest, digest, sizeof digest);
    return GARIM_OK;
}

static enum garim_status complete_report(const struct garim_job *job,
                                         const uint64_t *counts,
                                         struct garim_report *report,
                                         struct garim_error *error)
{
    const struct garim_engine *engine = job->worker->user;
    memcpy(report->key_id, engine->key_id, sizeof report->key_id);
    report->kernels = engine->kernels->name;
    note_key(engine, report);
    return report_fields(engine->policy, counts, report, error);
}

/* The caller's hook before the output gets its name. */
static enum garim_status tell_whole(const struct garim_job *job,
                                    struct garim_report *report,
                                    uint64_t *counts, struct garim_error *error)
{
    const struct garim_job_options *options = job->options;
    enum garim_status status = complete_report(job, counts, report, error);
    if (status == GARIM_OK) status = report_digest(job, counts, report, error);
    if (status != GARIM_OK || options->whole == NULL) return status;
    return options->whole(options->whole_user, report, error);
}

static enum garim_status run_job(const struct garim_job *job,
                                 struct garim_report *report,
                                 struct garim_error *error)
{
    uint64_t *counts = calloc(garim_job_count_size(job) + 1, sizeof *counts);
    if (counts == NULL) return garim_error_no_memory(error);
    enum garim_status status = garim_job_run(job, report, counts, error);
    if (status == GARIM_OK) status = report_digest(job, counts, report, error);
    const enum garim_status completed =
        complete_report(job, counts, report, status == GARIM_OK ? error : NULL);
    free(counts);
    return status == GARIM_OK ? completed : status;
}

static enum garim_status run(const struct garim_engine *engine,
                             const struct garim_job_options *options,
                             struct garim_report *report,
                             struct garim_error *error)
{
    const struct garim_worker worker = {
        .user = engine,
        .count_size = engine->policy->count_size,
        .reject_steps = (unsigned)engine->policy->step_count,
        .reject_breaches = GARIM_BREACH_COUNT,
        .open = open_worker,
        .close = close_worker,
        .transform = garim_policy_transform,
        .describe = describe_reject,
    };
    const struct garim_seal seal = {engine, garim_engine_seal};
    struct garim_trait traits[] = {
        {.name = "policy"},
        {.name = "key"},
        {.name = "version of garim", .value = OUTPUT_FORMAT},
        {.name = "--digest"},
    };
    static const struct garim_observer *const observers[] = {&garim_verity};
    strcpy(traits[0].value, engine->policy->digest);
    strcpy(traits[1].value, engine->key_id);
    strcpy(traits[3].value, options->digest ? "yes" : "no");
    const struct garim_job job = {
        .options = options,
        .framing = &engine->policy->framing,
        .worker = &worker,
        .observers = {observers, options->digest ? 1 : 0},
        .traits = traits,
        .trait_count = sizeof traits / sizeof traits[0],
        .seal = engine->seals == NULL ? NULL : &seal,
        .whole = tell_whole,
    };
    return run_job(&job, report, error);
}

enum garim_status garim_run(const struct garim_engine *engine,
                            const struct garim_job_options *options,
                            struct garim_report *report,
                            struct garim_error *error)
{
    struct call call;
    enum garim_status status = take(&call, options, report, error);
    if (status == GARIM_OK)
        status = run(engine, &call.options, &call.report, error);
    give(&call, report);
    return status;
}

/* ---- synth: the worker that generates ---------------------------------------
 */

struct sample {
    const struct garim_layout *layout;
    uint64_t seed;
};

static enum garim_status open_sample(const void *user, void **ret_state,
                                     struct garim_error *error)
{
    (void)error;
    *ret_state = (void *)(uintptr_t)user;
    return GARIM_OK;
}

static void close_sample(void *state)
{
    (void)state;
}

static void generate(void *state, uint64_t first, size_t count, uint8_t *out)
{
    const struct sample *sample = state;
    garim_synth_records(sample->layout, sample->seed, first, count, out);
}

void garim_synth_fill(const struct garim_layout *layout, uint64_t seed,
                      uint64_t first, size_t count, void *out)
{
    garim_synth_records(layout, seed, first, count, out);
}

enum garim_status garim_synth(const struct garim_layout *layout, uint64_t seed,
                              uint64_t records,
                              const struct garim_job_options *options,
                              struct garim_report *report,
                              struct garim_error *error)
{
    struct sample sample = {.layout = layout, .seed = seed};
    struct garim_worker worker = {
        .user = &sample,
        .open = open_sample,
        .close = close_sample,
        .generate = generate,
    };
    struct call call;
    const struct garim_job job = {
        .options = &call.options,
        .framing = &layout->framing,
        .worker = &worker,
        .generate_records = records,
    };
    uint64_t no_counts = 0;
    enum garim_status status = take(&call, options, report, error);
    if (status == GARIM_OK)
        status = garim_job_run(&job, &call.report, &no_counts, error);
    call.report.kernels = "scalar";
    give(&call, report);
    return status;
}
