/* text.c - numbers and columns for a person's eye
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>
#include <sys/ioctl.h>

#include "cli.h"
#include "text/unicode.h"
#include "text/utf8.h"

enum { TEXT_BYTES = 32 };

const char *garim_cli_count(char text[32], uint64_t count)
{
    char digits[24];
    int length =
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0) text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    return text;
}

/* `value` in the unit that keeps it below `step`, with about `figures` figures;
 * whole numbers below the first step. */
static const char *scale(char *text, double value, double step, int figures,
                         const char *const *units)
{
    size_t unit = 0;
    while (value >= step - 0.5 && units[unit + 1] != NULL) {
        value /= step;
        unit++;
    }
    int before = value >= 99.95 ? 3 : value >= 9.995 ? 2 : 1;
    int decimals = unit == 0 || before > figures ? 0 : figures - before;
    (void)snprintf(text, TEXT_BYTES, "%.*f %s", decimals, value, units[unit]);
    return text;
}

const char *garim_cli_bytes(char text[32], double bytes)
{
    static const char *const units[] = {"B",  "kB", "MB", "GB",
                                        "TB", "PB", NULL};
    return scale(text, bytes, 1000, 3, units);
}

const char *garim_cli_memory(char text[32], uint64_t bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", NULL};
    return scale(text, (double)bytes, 1024, 2, units);
}

const char *garim_cli_rate(char text[32], double records)
{
    static const char *const units[] = {"", "k ", "M ", "G ", NULL};
    return scale(text, records, 1000, 3, units);
}

const char *garim_cli_duration(char text[32], double seconds)
{
    unsigned long long whole = (unsigned long long)(seconds + 0.5);
    if (seconds < 0.9995)
        (void)snprintf(text, TEXT_BYTES, "%.0f ms", seconds * 1000);
    else if (seconds < 59.95)
        (void)snprintf(text, TEXT_BYTES, "%.1f s", seconds);
    else if (whole < 3600)
        (void)snprintf(text, TEXT_BYTES, "%llu min %llu s", whole / 60,
                       whole % 60);
    else
        (void)snprintf(text, TEXT_BYTES, "%llu h %llu min", whole / 3600,
                       whole / 60 % 60);
    return text;
}

static void put(FILE *file, const char *text, size_t length)
{
    for (const char *end = text + length; text < end;) {
        unsigned code_point;
        size_t bytes = garim_utf8_next(text, &code_point);
        bool escape = garim_unicode_unsafe(code_point);
        for (size_t i = 0; i < bytes; i++)
            if (escape)
                fprintf(file, "\\x%02x", (unsigned char)text[i]);
            else
                fputc(text[i], file);
        text += bytes;
    }
}

void garim_cli_put(FILE *file, const char *text)
{
    put(file, text, strlen(text));
}

/* Code points that take two columns, or none. */
static const struct width {
    unsigned first, last, columns;
} widths[] = {
    {0x0300, 0x036f, 0},   {0x1100, 0x115f, 2},   {0x200b, 0x200f, 0},
    {0x2e80, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
    {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},
    {0x1f300, 0x1faff, 2}, {0x20000, 0x3fffd, 2},
};

static size_t columns_of(unsigned code_point)
{
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++)
        if (code_point >= widths[i].first && code_point <= widths[i].last)
            return widths[i].columns;
    return 1;
}

/* Bytes of the longest beginning of `text` that fits in `columns`. */
static size_t fit(const char *text, size_t columns, size_t *ret_columns)
{
    size_t used_bytes = 0, used_columns = 0;
    while (text[used_bytes] != '\0') {
        unsigned code_point;
        size_t bytes = garim_utf8_next(text + used_bytes, &code_point);
        size_t wide = garim_unicode_unsafe(code_point) ? strlen("\\x00") * bytes
                                                       : columns_of(code_point);
        if (used_columns + wide > columns) break;
        used_bytes += bytes;
        used_columns += wide;
    }
    *ret_columns = used_columns;
    return used_bytes;
}

size_t garim_cli_columns(const char *text)
{
    size_t columns;
    (void)fit(text, SIZE_MAX, &columns);
    return columns;
}

void garim_cli_cell(FILE *file, const char *text, size_t columns)
{
    static const char cut[] = "...";
    size_t used, bytes = fit(text, columns, &used);
    const char *tail = "";
    if (text[bytes] != '\0' && columns > strlen(cut)) {
        bytes = fit(text, columns - strlen(cut), &used);
        used += strlen(cut);
        tail = cut;
    }
    put(file, text, bytes);
    fprintf(file, "%s%*s", tail, (int)(columns - used), "");
}

char *garim_cli_trim(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && text[length - 1] == ' ')
        length--;
    text[length] = '\0';
    return text;
}

size_t garim_cli_terminal_columns(int descriptor, size_t otherwise)
{
    struct winsize size;
    if (ioctl(descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return otherwise;
    return size.ws_col;
}
