/* power.c - a disk that forgets what was not synced when the power goes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES = 16, WRITES = 256, MEDIUM_BYTES = 1 << 17 };

struct range {
    uint64_t offset;
    size_t bytes;
    bool cut; /* zeros */
};

struct disk_file {
    ino_t inode;
    int descriptor; /* our own */
    size_t count;   /* of writes since the last sync */
    struct range writes[WRITES];
    uint8_t medium[MEDIUM_BYTES]; /* zeros beyond its end */
};

static bool on;
static struct disk_file files[FILES];
static size_t file_count;
static uint64_t state;
static int renamed_in; /* a folder */
static char renamed_from[160];
static char renamed_to[160]; /* "": the folder is synced */

/* Any thread of a process that is to be ended may find this. */
static void must(bool good)
{
    if (!good) _exit(POWER_BROKEN);
}

void power_begin(uint64_t seed)
{
    on = true;
    for (size_t i = 0; i < file_count; i++)
        (void)close(files[i].descriptor);
    file_count = 0;
    renamed_to[0] = '\0';
    state = seed;
}

static unsigned draw(unsigned limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % limit;
}

static struct disk_file *find(int descriptor)
{
    struct stat status;
    char path[64];
    must(fstat(descriptor, &status) == 0);
    for (size_t i = 0; i < file_count; i++)
        if (files[i].inode == status.st_ino) return &files[i];
    must(file_count < FILES);
    struct disk_file *file = &files[file_count++];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    memset(file, 0, sizeof *file);
    file->inode = status.st_ino;
    file->descriptor = open(path, O_RDWR | O_CLOEXEC);
    must(pread(file->descriptor, file->medium, MEDIUM_BYTES, 0) >= 0);
    return file;
}

static void note(int descriptor, const struct range *range)
{
    if (!on) return;
    struct disk_file *file = find(descriptor);
    must(range->offset + range->bytes <= MEDIUM_BYTES && file->count < WRITES);
    file->writes[file->count++] = *range;
}

void power_note_write(int descriptor, uint64_t offset, size_t bytes)
{
    const struct range range = {offset, bytes, false};
    note(descriptor, &range);
}

void power_note_cut(int descriptor, uint64_t offset)
{
    const struct range range = {offset, MEDIUM_BYTES - (size_t)offset, true};
    note(descriptor, &range);
}

/* The first `bytes` bytes of a write get to the medium. */
static void arrive(struct disk_file *file, const struct range *range,
                   size_t bytes)
{
    uint8_t *medium = file->medium + range->offset;
    memset(medium, 0, bytes);
    if (range->cut) return;
    must(pread(file->descriptor, medium, bytes, (off_t)range->offset) >= 0);
}

void power_note_sync(int descriptor, bool good)
{
    if (!on) return;
    struct disk_file *file = find(descriptor);
    for (size_t i = 0; i < file->count; i++) {
        const struct range *range = &file->writes[i];
        arrive(file, range, good ? range->bytes : range->bytes / 2);
    }
    file->count = 0;
}

void power_note_rename(int folder, const char *from, const char *to)
{
    renamed_in = folder;
    (void)snprintf(renamed_from, sizeof renamed_from, "%s", from);
    (void)snprintf(renamed_to, sizeof renamed_to, "%s", to);
}

void power_note_folder_sync(void)
{
    renamed_to[0] = '\0';
}

void power_cut(void)
{
    for (size_t i = 0; i < file_count; i++) {
        struct disk_file *file = &files[i];
        struct stat status;
        for (size_t k = 0; k < file->count; k++) {
            const struct range *range = &file->writes[k];
            arrive(file, range, range->bytes * draw(3) / 2);
        }
        must(fstat(file->descriptor, &status) == 0);
        must(pwrite(file->descriptor, file->medium, (size_t)status.st_size,
                    0) == status.st_size);
        const struct timespec times[] = {status.st_atim, status.st_mtim};
        must(futimens(file->descriptor, times) == 0);
    }
    if (renamed_to[0] != '\0' && draw(2) == 0)
        must(renameat(renamed_in, renamed_to, renamed_in, renamed_from) == 0);
}
