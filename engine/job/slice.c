/* slice.c - what a job's input holds, and which of it is wanted
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job/slice.h"

#include "base/assert.h"
#include "base/error.h"

/* Narrow the geometry to the records that the options name. */
static enum garim_status slice(struct garim_geometry *geometry,
                               const struct garim_job *job,
                               const struct garim_input *input,
                               struct garim_error *error)
{
    const uint64_t begin = job->options->records_begin;
    const uint64_t end = job->options->records_end;
    const uint64_t records = geometry->records;
    ASSERT(geometry->first_record == 0);
    if (input->stream)
        return garim_error_set_path(error, GARIM_USAGE, input->path,
                                    "records of a stream cannot be chosen; "
                                    "name a regular file as input");
    if (end <= records && garim_geometry_slice(geometry, job->framing, begin,
                                               end == 0 ? records : end))
        return GARIM_OK;
    if (begin < records && end > records)
        return garim_error_set_path(
            error, GARIM_USAGE, input->path,
            "records up to %llu are more than the %llu there are; give %llu: "
            "for all from %llu on, or check that the input is complete",
            (unsigned long long)end, (unsigned long long)records,
            (unsigned long long)begin, (unsigned long long)begin);
    if (begin < records)
        return garim_error_set_path(
            error, GARIM_USAGE, input->path,
            "records %llu to %llu are none; give a first record before the "
            "last",
            (unsigned long long)begin, (unsigned long long)end);
    return garim_error_set_path(
        error, GARIM_USAGE, input->path,
        "there is no record %llu; the input holds %llu records, counted from 0",
        (unsigned long long)begin, (unsigned long long)records);
}

enum garim_status garim_slice_measure(struct garim_geometry *ret_geometry,
                                      const struct garim_job *job,
                                      const struct garim_input *input,
                                      size_t window_bytes,
                                      struct garim_error *error)
{
    const struct garim_framing *framing = job->framing;
    const struct garim_job_options *options = job->options;
    const uint64_t bytes = input->stream
                               ? framing->header.bytes + framing->trailer.bytes
                               : (uint64_t)input->identity.st_size;
    struct garim_extent extent;
    if (!garim_geometry_measure(ret_geometry, framing,
                                garim_job_out_stride(job), window_bytes, bytes,
                                &extent))
        return garim_framing_refuse(framing, input->path, bytes, &extent,
                                    error);
    enum garim_status status = GARIM_OK;
    if (options->records_begin != 0 || options->records_end != 0)
        status = slice(ret_geometry, job, input, error);
    if (status == GARIM_OK && !input->stream)
        status = garim_slice_check_count(job, input->path,
                                         ret_geometry->records, error);
    return status;
}

enum garim_status garim_slice_check_count(const struct garim_job *job,
                                          const char *input_path,
                                          uint64_t records,
                                          struct garim_error *error)
{
    const struct garim_job_options *options = job->options;
    const unsigned long long expected =
        (unsigned long long)options->expected_records;
    if (options->expects_records && records != options->expected_records)
        return garim_error_set_path(
            error, GARIM_INPUT, input_path,
            "the input holds %llu records, %llu were expected; see whether its "
            "producer failed",
            (unsigned long long)records, expected);
    if (records > 0 || options->allow_empty || options->expects_records)
        return GARIM_OK;
    return garim_error_set_path(error, GARIM_INPUT, input_path,
                                "the input holds no record; see whether its "
                                "producer failed, or give --allow-empty");
}
