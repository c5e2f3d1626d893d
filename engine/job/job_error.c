/* job_error.c - what the lanes came to, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job/job_error.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"
#include "base/error.h"

static struct garim_reject_info describe(const struct garim_flow *flow,
                                         const struct garim_reject *reject)
{
    const struct garim_worker *worker = flow->worker;
    const struct garim_framing *framing = flow->framing;
    ASSERT_RECORD(reject->step < worker->reject_steps, reject->record);
    ASSERT_RECORD(reject->breach < worker->reject_breaches, reject->record);
    struct garim_reject_info info = {.field = "", .reason = "is broken"};
    worker->describe(worker->user, reject, &info);
    info.record = reject->record;
    info.offset += garim_framing_offset(framing, reject->record);
    return info;
}

static enum garim_status refuse_excess(const struct garim_flow *flow,
                                       const struct garim_reject *reject,
                                       struct garim_error *error)
{
    const struct garim_reject_info info = describe(flow, reject);
    const unsigned long long allowed =
        (unsigned long long)flow->options->max_rejects;
    struct garim_error broken;
    if (allowed == 0)
        (void)garim_error_set_path(&broken, GARIM_DATA, flow->input_path,
                                   "field %s %s; correct the record, or allow "
                                   "some with --max-rejects",
                                   info.field, info.reason);
    else
        (void)garim_error_set_path(&broken, GARIM_DATA, flow->input_path,
                                   "field %s %s, one more broken record than "
                                   "the %llu of --max-rejects; correct the "
                                   "records, or allow more",
                                   info.field, info.reason, allowed);
    broken.record = info.record;
    broken.offset = info.offset;
    (void)snprintf(broken.field, sizeof broken.field, "%s", info.field);
    if (error != NULL) *error = broken;
    return GARIM_DATA;
}

enum garim_status garim_job_judge(const struct garim_flow *flow,
                                  struct garim_error *error)
{
    const struct garim_error *found = NULL;
    const struct garim_reject *excess = garim_rejects_excess(&flow->rejects);
    if (flow->error.status != GARIM_OK)
        found = &flow->error;
    else if (excess != NULL)
        return refuse_excess(flow, excess, error);
    else if (flow->rejects.break_record != GARIM_NONE)
        found = &flow->rejects.break_error;
    if (found == NULL) return GARIM_OK;
    if (error != NULL) *error = *found;
    return found->status;
}

enum garim_status garim_job_list_rejects(const struct garim_flow *flow,
                                         struct garim_report *report,
                                         struct garim_error *error)
{
    const struct garim_rejects *rejects = &flow->rejects;
    const size_t allowed = rejects->capacity - 1;
    const size_t count = rejects->count < allowed ? rejects->count : allowed;
    if (count == 0) return GARIM_OK;
    ASSERT(report->rejects == NULL);
    report->rejects = calloc(count, sizeof *report->rejects);
    if (report->rejects == NULL) return garim_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        report->rejects[i] = describe(flow, &rejects->list[i]);
    report->reject_count = count;
    return GARIM_OK;
}
