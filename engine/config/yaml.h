/* yaml.h - a YAML file as maps, lists and texts with their places
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_CONFIG_YAML_H
#define GARIM_CONFIG_YAML_H

#include <stdbool.h>
#include <stddef.h>

#include "garim/garim.h"

struct garim_yaml;      /* one document of one file */
struct garim_yaml_node; /* belongs to the document */

enum garim_yaml_kind {
    GARIM_YAML_TEXT,
    GARIM_YAML_LIST,
    GARIM_YAML_MAP,
};

/* Read and check a file: GARIM_USAGE where it cannot be read, is no YAML, or
 * has anchors, aliases, tags, duplicate keys or several documents. */
enum garim_status garim_yaml_open(struct garim_yaml **ret_yaml,
                                  const char *path, struct garim_error *error);
/* The same from memory; errors and garim_yaml_path() call it `name`. */
enum garim_status garim_yaml_open_text(struct garim_yaml **ret_yaml,
                                       const char *name, const void *text,
                                       size_t bytes, struct garim_error *error);
void garim_yaml_close(struct garim_yaml *yaml);

const char *garim_yaml_path(const struct garim_yaml *yaml);
/* The bytes of the file, for its digest. */
const char *garim_yaml_source(const struct garim_yaml *yaml, size_t *ret_bytes);
struct garim_yaml_node *garim_yaml_root(const struct garim_yaml *yaml);

enum garim_yaml_kind garim_yaml_kind(struct garim_yaml_node *node);
/* A text; not ended by a NUL. */
const char *garim_yaml_text(struct garim_yaml_node *node, size_t *ret_bytes);
/* Items of a list, pairs of a map. */
size_t garim_yaml_count(struct garim_yaml_node *node);
struct garim_yaml_node *garim_yaml_item(struct garim_yaml_node *node,
                                        size_t index);
void garim_yaml_pair(struct garim_yaml_node *node, size_t index,
                     struct garim_yaml_node **ret_key,
                     struct garim_yaml_node **ret_value);

/* Where the first text at or below `node` stands, from 1; false: nowhere. */
bool garim_yaml_place(struct garim_yaml_node *node, unsigned *ret_line,
                      unsigned *ret_column);

#endif
