/* arena.c - memory that is taken piece by piece and given back at once
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* Each piece is an allocation of its own, so that the sanitizers watch its
 * borders; loading a policy takes some hundreds. */
struct piece {
    struct piece *next;
    _Alignas(max_align_t) unsigned char data[];
};

struct garim_arena {
    struct piece *pieces;
    bool sealed;
};

struct garim_arena *garim_arena_open(void)
{
    return calloc(1, sizeof(struct garim_arena));
}

void garim_arena_close(struct garim_arena *arena)
{
    if (arena == NULL) return;
    while (arena->pieces != NULL) {
        struct piece *piece = arena->pieces;
        arena->pieces = piece->next;
        free(piece);
    }
    free(arena);
}

void *garim_arena_take(struct garim_arena *arena, size_t bytes)
{
    ASSERT(!arena->sealed);
    struct piece *piece = calloc(1, sizeof *piece + bytes);
    if (piece == NULL) return NULL;
    piece->next = arena->pieces;
    arena->pieces = piece;
    return piece->data;
}

char *garim_arena_text(struct garim_arena *arena, const char *text,
                       size_t bytes)
{
    char *copy = garim_arena_take(arena, bytes + 1);
    if (copy != NULL) memcpy(copy, text, bytes);
    return copy;
}

char *garim_arena_print(struct garim_arena *arena, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    ASSERT(length >= 0);
    char *text = garim_arena_take(arena, (size_t)length + 1);
    if (text == NULL) return NULL;
    va_start(arguments, format);
    (void)vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void garim_arena_seal(struct garim_arena *arena)
{
    arena->sealed = true;
}
