/* verdict.c - what the lanes came to, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "pipeline/verdict.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"

static struct garim_reject describe(const struct garim_run *run,
                                    const struct garim_fault *fault)
{
    const struct garim_worker *worker = run->job->worker;
    const struct garim_shape *shape = run->job->shape;
    struct garim_reject reject = {.field = "", .reason = "is broken"};
    worker->describe(worker->user, fault, &reject);
    reject.record = fault->record;
    reject.offset += shape->header_bytes + fault->record * shape->stride;
    return reject;
}

static enum garim_status refuse_excess(const struct garim_run *run,
                                       const struct garim_fault *fault,
                                       struct garim_error *error)
{
    const struct garim_reject reject = describe(run, fault);
    const unsigned long long allowed =
        (unsigned long long)run->job->options->max_rejects;
    struct garim_error broken;
    if (allowed == 0)
        (void)garim_error_set_path(&broken, GARIM_DATA, run->input_path,
                                   "field %s %s; correct the record, or allow "
                                   "some with --max-rejects",
                                   reject.field, reject.reason);
    else
        (void)garim_error_set_path(&broken, GARIM_DATA, run->input_path,
                                   "field %s %s, one more broken record than "
                                   "the %llu of --max-rejects; correct the "
                                   "records, or allow more",
                                   reject.field, reject.reason, allowed);
    broken.record = reject.record;
    broken.offset = reject.offset;
    (void)snprintf(broken.field, sizeof broken.field, "%s", reject.field);
    if (error != NULL) *error = broken;
    return GARIM_DATA;
}

enum garim_status garim_verdict(const struct garim_run *run,
                                struct garim_error *error)
{
    const struct garim_error *found = NULL;
    const struct garim_fault *excess = garim_rejects_excess(&run->rejects);
    if (run->error.status != GARIM_OK)
        found = &run->error;
    else if (excess != NULL)
        return refuse_excess(run, excess, error);
    else if (run->rejects.break_record != GARIM_NONE)
        found = &run->rejects.break_error;
    if (found == NULL) return GARIM_OK;
    if (error != NULL) *error = *found;
    return found->status;
}

enum garim_status garim_verdict_list(const struct garim_run *run,
                                     struct garim_report *report,
                                     struct garim_error *error)
{
    const struct garim_rejects *rejects = &run->rejects;
    const size_t allowed = rejects->capacity - 1;
    const size_t count = rejects->count < allowed ? rejects->count : allowed;
    if (count == 0) return GARIM_OK;
    report->rejects = calloc(count, sizeof *report->rejects);
    if (report->rejects == NULL) return garim_error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        report->rejects[i] = describe(run, &rejects->faults[i]);
    report->reject_count = count;
    return GARIM_OK;
}
