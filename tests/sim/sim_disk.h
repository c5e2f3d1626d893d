/* sim_disk.h - files, their names and the medium: what a power failure leaves
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TESTS_SIM_SIM_DISK_H
#define GARIM_TESTS_SIM_SIM_DISK_H

#include "base/limits.h"
#include "sim_io.h"

enum {
    SIM_SECTOR = GARIM_DIRECT_ALIGNMENT,
    SIM_SECTORS = SIM_FILE_BYTES_MAX / SIM_SECTOR,
};

struct sim_file {
    mode_t mode;
    size_t bytes, medium_bytes;
    size_t position; /* of a FIFO */
    int64_t modified;
    int locked; /* by a descriptor, or 0 */
    bool dirty[SIM_SECTORS];
    uint8_t now[SIM_FILE_BYTES_MAX];
    uint8_t medium[SIM_FILE_BYTES_MAX];
};

extern bool sim_dark;    /* the process has ended: nothing has an effect */
extern uint64_t sim_now; /* nanoseconds */

void sim_disk_start(void);

/* Whether the process still lives: asked once by each call that changes
 * anything. */
bool sim_acts(void);

/* Whether this call is one that fails. */
bool sim_strikes(void);

const char *sim_base_of(const char *path);
int sim_file_of(const char *path); /* or -ENOENT */
int sim_new_file(mode_t mode);
struct sim_file *sim_file(int number);
void sim_set_name(const char *name, int file); /* -1: take it away */
unsigned sim_count_names(int file);

void sim_sync(struct sim_file *file);
void sim_sync_names(void);

#endif
