/* sim_disk.c - files, their names and the medium: what a power failure leaves
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

enum { FILES = 32, NAMES = 8, CHANGES = 32 };

/* A name given or, with file -1, taken away. */
struct change {
    char name[64];
    int file;
};

static struct sim_file files[FILES];
static int file_count;
static struct change names[NAMES];     /* as they are */
static struct change old_names[NAMES]; /* when the folder was synced last */
static struct change changes[CHANGES]; /* since then */
static size_t change_count;
static uint64_t state, fail_one_in;
static bool failed, end_with_power;
static uint64_t end_calls;
bool sim_dark;
uint64_t sim_now;

/* ---- drawing ------------------------------------------------------------- */

uint64_t sim_draw(uint64_t limit)
{
    state += 0x9e3779b97f4a7c15u;
    uint64_t x = state;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (x ^ x >> 31) % limit;
}

void sim_io_fail(uint64_t one_in)
{
    fail_one_in = one_in;
    failed = false;
}

bool sim_io_has_failed(void)
{
    return failed;
}

bool sim_strikes(void)
{
    if (sim_dark || fail_one_in == 0 || sim_draw(fail_one_in) != 0)
        return false;
    failed = true;
    return true;
}

/* ---- names --------------------------------------------------------------- */

const char *sim_base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static struct change *find(struct change *list, const char *name)
{
    for (size_t i = 0; i < NAMES; i++)
        if (list[i].file >= 0 && strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

static void apply(struct change *list, const struct change *change)
{
    struct change *there = find(list, change->name);
    for (size_t i = 0; there == NULL && i < NAMES; i++)
        if (list[i].file < 0) there = &list[i];
    ASSERT(there != NULL);
    *there = *change;
}

void sim_set_name(const char *name, int file)
{
    struct change change = {.file = file};
    if (!sim_acts()) return;
    ASSERT(strlen(name) < sizeof change.name && change_count < CHANGES);
    strcpy(change.name, name);
    apply(names, &change);
    changes[change_count++] = change;
}

static void settle(size_t count)
{
    for (size_t i = 0; i < count; i++)
        apply(old_names, &changes[i]);
    change_count = 0;
    memcpy(names, old_names, sizeof names);
}

unsigned sim_count_names(int file)
{
    unsigned count = 0;
    for (size_t i = 0; i < NAMES; i++)
        count += names[i].file == file;
    return count;
}

int sim_file_of(const char *path)
{
    const struct change *there = find(names, sim_base_of(path));
    return there == NULL ? -ENOENT : there->file;
}

int sim_new_file(mode_t mode)
{
    ASSERT(file_count < FILES);
    struct sim_file *file = &files[file_count];
    memset(file->now, 0, sizeof file->now);
    memset(file->medium, 0, sizeof file->medium);
    memset(file->dirty, 0, sizeof file->dirty);
    file->bytes = file->medium_bytes = file->position = 0;
    file->mode = mode;
    file->locked = 0;
    file->modified = (int64_t)sim_now;
    return file_count++;
}

/* ---- the world outside --------------------------------------------------- */

void sim_io_begin(uint64_t seed)
{
    state = seed;
    sim_now = 1000000000;
    file_count = 0;
    change_count = 0;
    fail_one_in = 0;
    for (size_t i = 0; i < NAMES; i++)
        names[i].file = old_names[i].file = -1;
    sim_io_start();
}

void sim_disk_start(void)
{
    sim_dark = failed = false;
    end_calls = UINT64_MAX;
    for (int i = 0; i < file_count; i++)
        files[i].locked = 0;
}

void sim_io_make(const char *name, mode_t type, const void *data, size_t bytes)
{
    const int file = sim_new_file(type | 0600);
    ASSERT(bytes <= SIM_FILE_BYTES_MAX);
    if (bytes > 0) {
        memcpy(files[file].now, data, bytes);
        memcpy(files[file].medium, data, bytes);
    }
    files[file].bytes = files[file].medium_bytes = bytes;
    sim_set_name(name, file);
    settle(change_count);
}

const uint8_t *sim_io_look(const char *name, size_t *ret_bytes)
{
    const int file = sim_file_of(name);
    if (file < 0) return NULL;
    *ret_bytes = files[file].bytes;
    return files[file].now;
}

static void forget_sectors(struct sim_file *file)
{
    if (S_ISFIFO(file->mode)) return;
    for (size_t i = 0; i < SIM_SECTORS; i++) {
        const size_t at = i * SIM_SECTOR;
        if (!file->dirty[i]) continue;
        if (sim_draw(2) == 0)
            memcpy(file->medium + at, file->now + at, SIM_SECTOR);
        file->dirty[i] = false;
    }
    if (sim_draw(2) == 0) file->medium_bytes = file->bytes;
    memcpy(file->now, file->medium, sizeof file->now);
    file->bytes = file->medium_bytes;
}

static void end(void)
{
    sim_dark = true;
    if (!end_with_power) return;
    for (int i = 0; i < file_count; i++)
        forget_sectors(&files[i]);
    settle(sim_draw(change_count + 1));
}

void sim_io_end(uint64_t calls, bool power)
{
    end_calls = calls;
    end_with_power = power;
}

bool sim_io_has_ended(void)
{
    return sim_dark;
}

bool sim_acts(void)
{
    if (!sim_dark && end_calls-- == 0) end();
    return !sim_dark;
}

struct sim_file *sim_file(int number)
{
    ASSERT(number >= 0 && number < file_count);
    return &files[number];
}

void sim_sync(struct sim_file *file)
{
    memcpy(file->medium, file->now, sizeof file->now);
    memset(file->dirty, 0, sizeof file->dirty);
    file->medium_bytes = file->bytes;
}

void sim_sync_names(void)
{
    settle(change_count);
}
