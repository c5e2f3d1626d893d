/* description.h - what a job is asked to do
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_JOB_DESCRIPTION_H
#define GARIM_JOB_DESCRIPTION_H

#include "flow/observer.h"
#include "flow/worker.h"
#include "garim/garim.h"
#include "publish/seal.h"

struct garim_job {
    const struct garim_job_options *options;
    const struct garim_framing *framing;
    const struct garim_worker *worker;
    struct garim_observers observers; /* of the output */
    uint64_t generate_records;        /* of a job without input */
    const struct garim_trait *traits;
    size_t trait_count;
    const struct garim_seal *seal; /* NULL: there is no key */
    const struct garim_io *io;     /* a test's, or NULL: as the options say */
    /* Or NULL: called once the output, a file, is whole and before it gets its
     * name, where what is not GARIM_OK ends the job, whose part can be resumed;
     * and again when it has its name. */
    enum garim_status (*whole)(const struct garim_job *job,
                               struct garim_report *report, uint64_t *counts,
                               struct garim_error *error);
};

/* Bytes that a record of the output takes. */
static inline size_t garim_job_out_stride(const struct garim_job *job)
{
    return job->worker->out_stride == 0 ? job->framing->stride
                                        : job->worker->out_stride;
}

/* Words of what it counts and its observers see. */
static inline size_t garim_job_count_size(const struct garim_job *job)
{
    return job->worker->count_size + garim_observers_words(&job->observers);
}

#endif
