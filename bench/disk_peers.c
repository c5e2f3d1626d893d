/* disk_peers.c - what others copy a file with: fio, dd, cp
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "disk.h"

/* ---- choice -------------------------------------------------------------- */

static const char *const names[] = {"fio", "dd", "cp"};
enum { NAME_COUNT = sizeof names / sizeof names[0] };

/* Whether the list, with commas, holds the name. */
static bool holds(const char *list, const char *name, size_t length)
{
    while (*list != '\0') {
        size_t item = strcspn(list, ",");
        if (item == length && strncmp(list, name, length) == 0) return true;
        list += item + (list[item] == ',');
    }
    return false;
}

static bool is_known(const char *item, size_t length)
{
    for (size_t i = 0; i < NAME_COUNT; i++)
        if (strlen(names[i]) == length && strncmp(item, names[i], length) == 0)
            return true;
    return false;
}

enum garim_status garim_bench_disk_check_peers(const struct garim_bench *bench,
                                               struct garim_error *error)
{
    const char *list = bench->options.peers;
    if (list == NULL || strcmp(list, "none") == 0) return GARIM_OK;
    for (const char *item = list;; item++) {
        size_t length = strcspn(item, ",");
        if (!is_known(item, length))
            return garim_bench_fail(error,
                                    "--peers: fio, dd and cp with commas "
                                    "between them, or none; not \"%s\"",
                                    list);
        item += length;
        if (*item == '\0') return GARIM_OK;
    }
}

/* Whether it is asked for and installed. */
static bool is_wanted(struct garim_bench *bench, const char *name)
{
    const char *list = bench->options.peers;
    if (list != NULL && !holds(list, name, strlen(name))) return false;
    if (garim_bench_child_exists(name)) return true;
    garim_bench_add_note(bench, "%s is not installed: skipped", name);
    return false;
}

/* ---- running ------------------------------------------------------------- */

/* One after the other; their times are added. */
static enum garim_status run_steps(struct garim_bench_copier *copier,
                                   struct garim_bench_sample *ret_sample)
{
    struct garim_bench_disk *disk = copier->disk;
    double seconds = 0, core_seconds = 0;
    uint64_t peak_bytes = 0;
    for (size_t i = 0; i < GARIM_BENCH_STEPS_MAX && copier->steps[i] != NULL;
         i++) {
        struct garim_bench_child child = {
            .arguments = copier->steps[i],
            .folder = disk->scratch.folder,
        };
        double taken;
        enum garim_status status =
            garim_bench_children_run(&child, 1, &taken, disk->error);
        if (status == GARIM_OK && child.code != 0)
            status = garim_bench_fail(disk->error, "%s ended with %d",
                                      copier->steps[i][0], child.code);
        if (status != GARIM_OK) return status;
        seconds += taken;
        core_seconds += child.core_seconds;
        if (child.peak_bytes > peak_bytes) peak_bytes = child.peak_bytes;
    }
    garim_bench_sample_set(ret_sample, disk->input_bytes, seconds, core_seconds,
                           peak_bytes);
    struct stat output;
    if (stat(disk->scratch.output, &output) == 0 &&
        (uint64_t)output.st_size == disk->input_bytes)
        return GARIM_OK;
    return garim_bench_fail(disk->error, "%s leaves out a part",
                            copier->steps[0][0]);
}

static enum garim_status run_fio(struct garim_bench_copier *copier,
                                 struct garim_bench_sample *ret_sample)
{
    const struct garim_bench_disk *disk = copier->disk;
    return garim_bench_fio_run(&copier->fio, &disk->scratch, disk->input_bytes,
                               ret_sample, disk->error);
}

/* ---- adding -------------------------------------------------------------- */

/* A peer that can not work here is no failure; an interrupt is. */
static enum garim_status try_peer(struct garim_bench_disk *disk,
                                  struct garim_bench_case *one,
                                  const char *name,
                                  const struct garim_bench_copier *copier)
{
    enum garim_status status = garim_bench_disk_try(disk, one, name, copier);
    if (status == GARIM_OK || status == GARIM_TEMPORARY) return status;
    garim_bench_add_note(disk->bench, "%s: skipped, %.100s", name,
                         disk->error->message);
    return GARIM_OK;
}

static enum garim_status add_fio(struct garim_bench_disk *disk,
                                 struct garim_bench_case *one)
{
    static const uint64_t search_bytes = 1 << 30;
    struct garim_bench_copier best = {.run = run_fio};
    const struct garim_bench_copier plain = {.run = run_fio,
                                             .fio = garim_bench_fio_plain};
    unsigned tried;
    enum garim_status status = try_peer(disk, one, "fio 1 MiB x 32", &plain);
    if (status != GARIM_OK) return status;
    garim_bench_progress("looking for the best of fio");
    status = garim_bench_fio_search(
        &best.fio, &tried, &disk->scratch,
        disk->input_bytes < search_bytes ? disk->input_bytes : search_bytes,
        disk->bench->options.smoke, disk->error);
    if (status == GARIM_TEMPORARY) return status;
    if (status != GARIM_OK) return GARIM_OK; /* the plain one has told why */
    garim_bench_add_note(disk->bench,
                         "fio best: of %u settings, blocks of %u KiB, depth "
                         "%u, threads %u a side, %s; its own time, no sync",
                         tried, best.fio.block_kib, best.fio.depth,
                         best.fio.threads, best.fio.memory);
    return try_peer(disk, one, "fio best", &best);
}

static enum garim_status add_steps(struct garim_bench_disk *disk,
                                   struct garim_bench_case *one)
{
    static const char *const dd[] = {
        "dd",           "if=input",     "of=output",   "bs=1M",
        "iflag=direct", "oflag=direct", "status=none", NULL};
    static const char *const cp[] = {"cp", "input", "output", NULL};
    static const char *const sync[] = {"sync", "output", NULL};
    static const struct {
        const char *program;
        const char *name;
        const char *const *steps[GARIM_BENCH_STEPS_MAX];
    } peers[] = {
        {"dd", "dd direct 1 MiB", {dd, NULL}},
        {"cp", "cp + sync", {cp, sync}},
    };
    enum garim_status status = GARIM_OK;
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        if (status != GARIM_OK || !is_wanted(disk->bench, peers[i].program))
            continue;
        struct garim_bench_copier copier = {.run = run_steps};
        memcpy(copier.steps, peers[i].steps, sizeof copier.steps);
        status = try_peer(disk, one, peers[i].name, &copier);
    }
    return status;
}

enum garim_status garim_bench_disk_add_peers(struct garim_bench_disk *disk,
                                             struct garim_bench_case *one)
{
    enum garim_status status = GARIM_OK;
    if (is_wanted(disk->bench, "fio")) status = add_fio(disk, one);
    return status == GARIM_OK ? add_steps(disk, one) : status;
}
