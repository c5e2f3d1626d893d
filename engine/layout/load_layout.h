/* load_layout.h - a layout from its YAML file
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_LAYOUT_LOAD_LAYOUT_H
#define GARIM_LAYOUT_LOAD_LAYOUT_H

#include "config/yaml.h"
#include "record/layout.h"

/* The layout that `yaml` describes; it keeps nothing of `yaml`.  Errors are
 * GARIM_USAGE with their place.  Close it with garim_layout_unload. */
enum garim_status garim_layout_load(struct garim_layout **ret_layout,
                                    struct garim_yaml *yaml,
                                    struct garim_error *error);
void garim_layout_unload(struct garim_layout *layout); /* NULL is nothing */

#endif
