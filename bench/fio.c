/* fio.c - fio reads the input and writes an output at the same time
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fio.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "child.h"

enum { KIB = 1024, FINALISTS = 5, FINAL_ROUNDS = 3, SETTINGS_MAX = 128 };

const struct garim_bench_fio garim_bench_fio_plain = {
    "ordinary pages", "--mem=malloc", NULL, 1024, 32, 1,
};

/* Ways to buffers on huge pages: a pool that root has made, or advice of the C
 * library for what it maps. */
static const struct garim_bench_fio memories[] = {
    {"huge pages by advice", "--mem=malloc",
     "GLIBC_TUNABLES=glibc.malloc.hugetlb=1", 0, 0, 0},
    {"huge pages of the pool", "--mem=mmaphuge", NULL, 0, 0, 0},
    {"ordinary pages", "--mem=malloc", NULL, 0, 0, 0},
};

/* The longest of all runtimes in its report, in seconds; 0: there is none. */
static double read_seconds(const struct garim_bench_scratch *scratch)
{
    static const char key[] = "\"runtime\" :";
    char path[PATH_MAX + 16], line[256];
    unsigned long longest = 0;
    (void)snprintf(path, sizeof path, "%s/fio.json", scratch->folder);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *found = strstr(line, key);
        if (found == NULL) continue;
        unsigned long milliseconds = strtoul(found + strlen(key), NULL, 10);
        if (milliseconds > longest) longest = milliseconds;
    }
    if (file != NULL) (void)fclose(file);
    return 1e-3 * (double)longest;
}

/* The share of one thread, in whole blocks. */
static uint64_t thread_bytes(const struct garim_bench_fio *settings,
                             uint64_t bytes)
{
    uint64_t block_bytes = (uint64_t)settings->block_kib * KIB;
    return bytes / settings->threads / block_bytes * block_bytes;
}

/* Its two jobs, by relative names: a path may hold what fio splits at. */
static enum garim_status call(const struct garim_bench_fio *settings,
                              const struct garim_bench_scratch *scratch,
                              uint64_t share_bytes,
                              struct garim_bench_child *child,
                              struct garim_error *error)
{
    char block[32], depth[32], jobs[32], size[48], increment[56];
    double seconds;
    const char *const arguments[] = {"fio",
                                     "--output=fio.json",
                                     "--output-format=json",
                                     "--ioengine=io_uring",
                                     "--direct=1",
                                     "--fixedbufs=1",
                                     "--registerfiles=1",
                                     "--thread",
                                     "--fallocate=native",
                                     settings->option,
                                     block,
                                     depth,
                                     jobs,
                                     size,
                                     increment,
                                     "--name=read",
                                     "--rw=read",
                                     "--filename=input",
                                     "--name=write",
                                     "--rw=write",
                                     "--filename=output",
                                     NULL};
    (void)snprintf(block, sizeof block, "--bs=%uk", settings->block_kib);
    (void)snprintf(depth, sizeof depth, "--iodepth=%u", settings->depth);
    (void)snprintf(jobs, sizeof jobs, "--numjobs=%u", settings->threads);
    (void)snprintf(size, sizeof size, "--size=%" PRIu64, share_bytes);
    (void)snprintf(increment, sizeof increment, "--offset_increment=%" PRIu64,
                   share_bytes);
    *child = (struct garim_bench_child){
        .arguments = arguments,
        .folder = scratch->folder,
        .variable = settings->variable,
    };
    return garim_bench_children_run(child, 1, &seconds, error);
}

enum garim_status garim_bench_fio_run(const struct garim_bench_fio *settings,
                                      const struct garim_bench_scratch *scratch,
                                      uint64_t bytes,
                                      struct garim_bench_sample *ret_sample,
                                      struct garim_error *error)
{
    struct garim_bench_child child;
    uint64_t share_bytes = thread_bytes(settings, bytes);
    if (share_bytes == 0)
        return garim_bench_fail(error, "too few bytes for a block of fio");
    enum garim_status status =
        call(settings, scratch, share_bytes, &child, error);
    if (status != GARIM_OK) return status;
    double seconds = child.code == 0 ? read_seconds(scratch) : 0;
    if (seconds <= 0)
        return garim_error_set(error, GARIM_OUTPUT, "fio with %s ended with %d",
                               settings->memory, child.code);
    garim_bench_sample_set(ret_sample, share_bytes * settings->threads, seconds,
                           child.core_seconds, child.peak_bytes);
    return GARIM_OK;
}

/* ---- its best ------------------------------------------------------------ */

struct candidate {
    struct garim_bench_fio settings;
    double rates[1 + FINAL_ROUNDS];
    size_t count;
};

static int by_rate(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    double a_rate = garim_bench_figure(a->rates, a->count).median;
    double b_rate = garim_bench_figure(b->rates, b->count).median;
    return (a_rate < b_rate) - (a_rate > b_rate);
}

/* `*ret_went` is false where fio refuses these settings. */
static enum garim_status try(struct candidate *candidate,
                             const struct garim_bench_scratch *scratch,
                             uint64_t bytes, bool *ret_went,
                             struct garim_error *error)
{
    struct garim_bench_sample sample;
    enum garim_status status = garim_bench_fio_run(
        &candidate->settings, scratch, bytes, &sample, error);
    garim_bench_scratch_clear(scratch);
    *ret_went = status == GARIM_OK;
    if (*ret_went) candidate->rates[candidate->count++] = sample.rate;
    return status == GARIM_TEMPORARY ? status : GARIM_OK;
}

/* All sizes with one kind of memory; none where that is refused. */
static enum garim_status try_memory(struct candidate *candidates, size_t *count,
                                    const struct garim_bench_fio *memory,
                                    const struct garim_bench_scratch *scratch,
                                    uint64_t bytes, bool smoke,
                                    struct garim_error *error)
{
    static const unsigned blocks[] = {1024, 256, 4096};
    static const unsigned depths[] = {4, 8, 16, 32};
    size_t settings_count = smoke ? 1 : 3 * 4 * 2;
    enum garim_status status = GARIM_OK;
    bool went = true;
    for (size_t i = 0; i < settings_count && status == GARIM_OK && went; i++) {
        struct candidate *candidate = &candidates[*count];
        *candidate = (struct candidate){.settings = *memory};
        candidate->settings.block_kib = blocks[i / 8];
        candidate->settings.depth = depths[i % 4];
        candidate->settings.threads = 1 + (i / 4) % 2;
        if (thread_bytes(&candidate->settings, bytes) == 0) continue;
        status = try(candidate, scratch, bytes, &went, error);
        *count += went;
    }
    return status;
}

enum garim_status
garim_bench_fio_search(struct garim_bench_fio *ret_best, unsigned *ret_tried,
                       const struct garim_bench_scratch *scratch,
                       uint64_t bytes, bool smoke, struct garim_error *error)
{
    struct candidate candidates[SETTINGS_MAX];
    size_t count = 0;
    enum garim_status status = GARIM_OK;
    for (size_t i = 0; i < sizeof memories / sizeof memories[0]; i++)
        if (status == GARIM_OK)
            status = try_memory(candidates, &count, &memories[i], scratch,
                                bytes, smoke, error);
    if (status != GARIM_OK) return status;
    if (count == 0) return error->status;
    qsort(candidates, count, sizeof candidates[0], by_rate);
    size_t finalists = count < FINALISTS ? count : FINALISTS;
    for (size_t i = 0; i < FINAL_ROUNDS * finalists; i++) {
        bool went;
        status = try(&candidates[i % finalists], scratch, bytes, &went, error);
        if (status != GARIM_OK) return status;
    }
    qsort(candidates, finalists, sizeof candidates[0], by_rate);
    *ret_best = candidates[0].settings;
    *ret_tried = (unsigned)count;
    return GARIM_OK;
}
