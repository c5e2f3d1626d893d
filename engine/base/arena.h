/* arena.h - memory that is taken piece by piece and given back at once
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BASE_ARENA_H
#define GARIM_BASE_ARENA_H

#include <stddef.h>

struct garim_arena;

/* NULL where memory runs out, here and in the functions below. */
struct garim_arena *garim_arena_open(void);
void garim_arena_close(struct garim_arena *arena); /* NULL is nothing */

/* `bytes` of zeroed memory, aligned for any type. */
void *garim_arena_take(struct garim_arena *arena, size_t bytes);

/* A copy of `bytes` of text with a NUL behind. */
char *garim_arena_text(struct garim_arena *arena, const char *text,
                       size_t bytes);

/* A formatted text. */
char *garim_arena_print(struct garim_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* From here on nothing more may be taken. */
void garim_arena_seal(struct garim_arena *arena);

#endif
