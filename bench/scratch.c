/* scratch.c - a folder for the files of a benchmark, and the disk below it
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/error.h"

static enum garim_status check_room(const char *directory, uint64_t bytes,
                                    struct garim_error *error)
{
    enum { MIB = 1 << 20 };
    struct statvfs room;
    if (statvfs(directory, &room) != 0)
        return garim_error_set_path(error, GARIM_OUTPUT, directory,
                                    "can not be used: %s",
                                    garim_error_text(errno));
    uint64_t free_bytes = (uint64_t)room.f_bavail * room.f_frsize;
    if (free_bytes >= bytes) return GARIM_OK;
    return garim_error_set_path(
        error, GARIM_OUTPUT, directory,
        "has room for %" PRIu64 " MiB, and %" PRIu64
        " MiB are needed; name another with --directory, or less with --bytes",
        free_bytes / MIB, (bytes + MIB - 1) / MIB);
}

enum garim_status
garim_bench_scratch_open(struct garim_bench_scratch *ret_scratch,
                         const char *directory, uint64_t bytes,
                         struct garim_error *error)
{
    struct garim_bench_scratch *scratch = ret_scratch;
    struct stat status;
    char name[PATH_MAX];
    enum garim_status room = check_room(directory, bytes, error);
    if (room != GARIM_OK) return room;
    int written =
        snprintf(name, sizeof name, "%s/garim-bench-XXXXXX", directory);
    if (written < 0 || (size_t)written >= sizeof name || mkdtemp(name) == NULL)
        return garim_error_set_path(error, GARIM_OUTPUT, directory,
                                    "takes no folder: %s",
                                    garim_error_text(errno));
    if (realpath(name, scratch->folder) == NULL || stat(name, &status) != 0)
        return garim_error_set_path(error, GARIM_OUTPUT, name,
                                    "can not be used: %s",
                                    garim_error_text(errno));
    (void)snprintf(scratch->input, sizeof scratch->input, "%s/input",
                   scratch->folder);
    (void)snprintf(scratch->output, sizeof scratch->output, "%s/output",
                   scratch->folder);
    (void)snprintf(scratch->device, sizeof scratch->device,
                   "/sys/dev/block/%u:%u/stat", major(status.st_dev),
                   minor(status.st_dev));
    return GARIM_OK;
}

static void remove_files(const struct garim_bench_scratch *scratch,
                         const char *but)
{
    DIR *folder = opendir(scratch->folder);
    if (folder == NULL) return;
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL)
        if (strcmp(entry->d_name, but) != 0)
            (void)unlinkat(dirfd(folder), entry->d_name, 0);
    (void)syncfs(dirfd(folder));
    (void)closedir(folder);
}

void garim_bench_scratch_clear(const struct garim_bench_scratch *scratch)
{
    remove_files(scratch, "input");
}

void garim_bench_scratch_close(struct garim_bench_scratch *scratch)
{
    if (scratch->folder[0] == '\0') return;
    remove_files(scratch, "");
    (void)rmdir(scratch->folder);
    scratch->folder[0] = '\0';
}

void garim_bench_scratch_cool(const struct garim_bench_scratch *scratch)
{
    int input = open(scratch->input, O_RDONLY | O_CLOEXEC);
    if (input < 0) return;
    (void)fdatasync(input);
    (void)posix_fadvise(input, 0, 0, POSIX_FADV_DONTNEED);
    (void)close(input);
}

struct garim_bench_requests
garim_bench_scratch_requests(const struct garim_bench_scratch *scratch)
{
    enum { SECTOR_BYTES = 512 };
    struct garim_bench_requests requests = {0};
    FILE *file = fopen(scratch->device, "re");
    if (file == NULL) return requests;
    /* Requests, merges, sectors, milliseconds; reads and then writes. */
    if (fscanf(file, "%" SCNu64 " %*u %" SCNu64 " %*u %" SCNu64 " %*u %" SCNu64,
               &requests.reads, &requests.read_bytes, &requests.writes,
               &requests.write_bytes) != 4)
        requests = (struct garim_bench_requests){0};
    (void)fclose(file);
    requests.read_bytes *= SECTOR_BYTES;
    requests.write_bytes *= SECTOR_BYTES;
    return requests;
}
