/* nearest.c - the word that somebody meant
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "text/nearest.h"

#include <stdint.h>
#include <string.h>

enum { BYTES_MAX = 32 };

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t garim_text_distance(const char *a, const char *b)
{
    size_t table[BYTES_MAX + 1][BYTES_MAX + 1];
    size_t rows = strlen(a);
    size_t columns = strlen(b);
    if (rows > BYTES_MAX || columns > BYTES_MAX) return SIZE_MAX;
    for (size_t i = 0; i <= rows; i++)
        table[i][0] = i;
    for (size_t j = 0; j <= columns; j++)
        table[0][j] = j;
    for (size_t i = 1; i <= rows; i++) {
        for (size_t j = 1; j <= columns; j++) {
            size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            size_t best = smaller(table[i - 1][j], table[i][j - 1]) + 1;
            best = smaller(best, table[i - 1][j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = smaller(best, table[i - 2][j - 2] + 1);
            table[i][j] = best;
        }
    }
    return table[rows][columns];
}

const char *garim_nearest(const char *text, const char *const *words,
                          size_t count)
{
    const char *nearest = NULL;
    size_t best = smaller(strlen(text) / 3, 2) + 1;
    for (size_t i = 0; i < count; i++) {
        size_t edits = garim_text_distance(text, words[i]);
        if (edits >= best) continue;
        best = edits;
        nearest = words[i];
    }
    return nearest;
}
