/* nearest.h - the word that somebody meant
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TEXT_NEAREST_H
#define GARIM_TEXT_NEAREST_H

#include <stddef.h>

/* Edits (insert, delete, replace, swap of neighbours) from `a` to `b`: the
 * optimal string alignment distance.  SIZE_MAX where one is long. */
size_t garim_text_distance(const char *a, const char *b);

/* The one of `count` words nearest to `text`, or NULL where none is near. */
const char *garim_nearest(const char *text, const char *const *words,
                          size_t count);

#endif
