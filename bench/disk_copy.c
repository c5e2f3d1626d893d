/* disk_copy.c - one copy of the input by one contender, and the disk's share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/assert.h"
#include "disk.h"

static double mean(uint64_t bytes, uint64_t count)
{
    return count == 0 ? 0 : (double)bytes / (double)count;
}

enum garim_status garim_bench_disk_copy(struct garim_bench_copier *copier,
                                        struct garim_bench_sample *ret_sample)
{
    struct garim_bench_disk *disk = copier->disk;
    garim_bench_scratch_cool(&disk->scratch);
    struct garim_bench_requests before =
        garim_bench_scratch_requests(&disk->scratch);
    enum garim_status status = copier->run(copier, ret_sample);
    struct garim_bench_requests after =
        garim_bench_scratch_requests(&disk->scratch);
    if (status != GARIM_OK) return status;
    ret_sample->read_request_bytes =
        mean(after.read_bytes - before.read_bytes, after.reads - before.reads);
    ret_sample->write_request_bytes = mean(
        after.write_bytes - before.write_bytes, after.writes - before.writes);
    return GARIM_OK;
}

/* After a failure the rounds go by without work; measure_workload tells. */
static void sample_copy(struct garim_bench_contender *contender, double seconds,
                        struct garim_bench_sample *ret_sample)
{
    struct garim_bench_copier *copier = contender->context;
    struct garim_bench_disk *disk = copier->disk;
    (void)seconds;
    if (disk->status != GARIM_OK) return;
    garim_bench_progress(contender->name);
    disk->status = garim_bench_disk_copy(copier, ret_sample);
    garim_bench_scratch_clear(&disk->scratch);
}

struct garim_bench_contender *
garim_bench_disk_add(struct garim_bench_disk *disk,
                     struct garim_bench_case *one, const char *name,
                     const struct garim_bench_copier *copier)
{
    ASSERT(disk->copier_count < GARIM_BENCH_COPIERS_MAX);
    struct garim_bench_copier *kept = &disk->copiers[disk->copier_count++];
    *kept = *copier;
    kept->disk = disk;
    struct garim_bench_contender *contender =
        garim_bench_add_contender(one, name, kept, NULL);
    contender->sample = sample_copy;
    return contender;
}

enum garim_status garim_bench_disk_try(struct garim_bench_disk *disk,
                                       struct garim_bench_case *one,
                                       const char *name,
                                       const struct garim_bench_copier *copier)
{
    struct garim_bench_copier tried = *copier;
    struct garim_bench_sample sample;
    tried.disk = disk;
    garim_bench_progress(name);
    enum garim_status status = garim_bench_disk_copy(&tried, &sample);
    garim_bench_scratch_clear(&disk->scratch);
    if (status == GARIM_OK)
        garim_bench_disk_add(disk, one, name, copier)->peer = true;
    return status;
}
