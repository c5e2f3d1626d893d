/* reader.h - typed reading of a YAML map, with errors that say the way out
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A reader remembers the first refusal and answers the calls after it with
 * harmless values, so that a loader reads straight down and looks at `status`
 * once at the end.
 */
#ifndef GARIM_CONFIG_READER_H
#define GARIM_CONFIG_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "config/yaml.h"

struct garim_reader {
    struct garim_yaml *yaml;
    struct garim_arena *arena; /* takes the texts */
    struct garim_error *error;
    enum garim_status status;
};

/* A value and the key it stands under; `value` is NULL where the key is absent.
 */
struct garim_entry {
    struct garim_yaml_node *key;
    struct garim_yaml_node *value;
};

/* In the file that was read, counted from 1. */
struct garim_place {
    unsigned line, column;
};

/* Where a value stands, or, if it holds no text, its key; else the beginning of
 * the file. */
struct garim_place garim_reader_place(struct garim_entry entry);

/* A key that a map may have. */
struct garim_key_name {
    const char *name;
    bool required;
};

/* Refuse with the place of `entry`. */
void garim_reader_refuse(struct garim_reader *reader, struct garim_entry entry,
                         const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Memory ran out. */
void garim_reader_no_memory(struct garim_reader *reader);

/* Read the map `entry` (called `what` in messages): unknown, and missing
 * required keys are refused; ret_entries gets `count` entries in the order of
 * `keys`. */
void garim_reader_map(struct garim_reader *reader, struct garim_entry entry,
                      const char *what, const struct garim_key_name *keys,
                      size_t count, struct garim_entry *ret_entries);

/* A text of low to high bytes, ended by a NUL. */
const char *garim_reader_text(struct garim_reader *reader,
                              struct garim_entry entry, size_t low,
                              size_t high);

/* A text of 1 to `high` bytes, at most GARIM_LABEL_BYTES_MAX, that names
 * something: see garim_unicode_label_fault(). */
const char *garim_reader_label(struct garim_reader *reader,
                               struct garim_entry entry, size_t high);

/* The number of a text without sign, from low to high. */
uint64_t garim_reader_number(struct garim_reader *reader,
                             struct garim_entry entry, uint64_t low,
                             uint64_t high);

/* Which of `count` words the text is; refuses others with the nearest.  `what`
 * is what messages call it, NULL: its key. */
size_t garim_reader_choice(struct garim_reader *reader,
                           struct garim_entry entry, const char *what,
                           const char *const *words, size_t count);

/* The version of the file's language, under the key `what`: 1. */
void garim_reader_version(struct garim_reader *reader, struct garim_entry entry,
                          const char *what);

/* true or false. */
bool garim_reader_flag(struct garim_reader *reader, struct garim_entry entry);

/* The text of a map's key. */
const char *garim_reader_key(struct garim_reader *reader,
                             struct garim_entry entry);

#endif
