/* power.h - a disk that forgets what was not synced when the power goes
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * It keeps what is on the medium of every file that is written, apart from
 * what programs see: a write gets there with the next sync of its file.  A
 * sync that fails leaves half of each write there and takes the others for
 * done, as Linux does.
 */
#ifndef GARIM_TESTS_UNIT_POWER_H
#define GARIM_TESTS_UNIT_POWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define POWER_BROKEN 98 /* exit code: this disk has no room, or an error */

/* Begin, in a process that will be ended: what files hold now is on the medium.
 * Before that nothing is noted. */
void power_begin(uint64_t seed);

/* Bytes of the file are about to be written; those from `offset` on to be cut
 * off. */
void power_note_write(int descriptor, uint64_t offset, size_t bytes);
void power_note_cut(int descriptor, uint64_t offset);

void power_note_sync(int descriptor, bool good);

/* A file has been renamed to a name that was free; its folder synced. */
void power_note_rename(int folder, const char *from, const char *to);
void power_note_folder_sync(void);

/* Make the files what is on the medium, and of each write that was on its way
 * nothing, half or all. */
void power_cut(void);

#endif
