/* yaml_node.h - what a YAML file has become: for yaml.c and yaml_node.c only
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_CONFIG_YAML_NODE_H
#define GARIM_CONFIG_YAML_NODE_H

#include "config/yaml.h"

struct garim_yaml_node {
    enum garim_yaml_kind kind;
    unsigned line, column; /* of the first text at or below; 0: there is none */
    size_t count;          /* bytes of a text, items, pairs */
    const char *text;
    struct garim_yaml_node **children; /* of a map: key, value, key, value */
};

struct garim_yaml {
    char *path;
    char *source;
    size_t bytes;
    struct garim_arena *arena; /* nodes and texts */
    struct garim_yaml_node *root;
};

#endif
