/* yaml_node.c - looking at what a YAML file has become
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config/yaml_node.h"

#include "base/assert.h"

const char *garim_yaml_path(const struct garim_yaml *yaml)
{
    return yaml->path;
}

const char *garim_yaml_source(const struct garim_yaml *yaml, size_t *ret_bytes)
{
    *ret_bytes = yaml->bytes;
    return yaml->source;
}

struct garim_yaml_node *garim_yaml_root(const struct garim_yaml *yaml)
{
    return yaml->root;
}

enum garim_yaml_kind garim_yaml_kind(struct garim_yaml_node *node)
{
    return node->kind;
}

const char *garim_yaml_text(struct garim_yaml_node *node, size_t *ret_bytes)
{
    ASSERT(node->kind == GARIM_YAML_TEXT);
    *ret_bytes = node->count;
    return node->text;
}

size_t garim_yaml_count(struct garim_yaml_node *node)
{
    return node->kind == GARIM_YAML_TEXT ? 0 : node->count;
}

struct garim_yaml_node *garim_yaml_item(struct garim_yaml_node *node,
                                        size_t index)
{
    ASSERT(node->kind == GARIM_YAML_LIST && index < node->count);
    return node->children[index];
}

void garim_yaml_pair(struct garim_yaml_node *node, size_t index,
                     struct garim_yaml_node **ret_key,
                     struct garim_yaml_node **ret_value)
{
    ASSERT(node->kind == GARIM_YAML_MAP && index < node->count);
    *ret_key = node->children[2 * index];
    *ret_value = node->children[2 * index + 1];
}

bool garim_yaml_place(struct garim_yaml_node *node, unsigned *ret_line,
                      unsigned *ret_column)
{
    if (node == NULL || node->line == 0) return false;
    *ret_line = node->line;
    *ret_column = node->column;
    return true;
}
