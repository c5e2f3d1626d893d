/* message.c - errors of the program: filled in, and told in one line
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdarg.h>
#include <string.h>

#include "cli.h"

enum garim_status garim_cli_fail(struct garim_error *error,
                                 enum garim_status status, const char *path,
                                 const char *format, ...)
{
    va_list arguments;
    *error = (struct garim_error){
        .status = status,
        .record = GARIM_NONE,
        .offset = GARIM_NONE,
    };
    (void)snprintf(error->path, sizeof error->path, "%s", path);
    va_start(arguments, format);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    return status;
}

/* So many hex digits in a row may be most of a key that somebody typed: they
 * are not said again. */
static void put_but_keys(const char *text)
{
    enum { DIGITS_SHOWN = 47 };
    static const char hex[] = "0123456789abcdefABCDEF";
    char piece[sizeof((struct garim_error *)NULL)->path];
    while (*text != '\0') {
        const size_t digits = strspn(text, hex);
        size_t bytes = digits > 0 ? digits : strcspn(text, hex);
        if (bytes >= sizeof piece) bytes = sizeof piece - 1;
        (void)snprintf(piece, sizeof piece, "%.*s", (int)bytes, text);
        if (digits > DIGITS_SHOWN)
            fputs("(a key?)", stderr);
        else
            garim_cli_put(stderr, piece);
        text += bytes;
    }
}

void garim_cli_print_error(const struct garim_error *error, const char *word)
{
    const char *separator = " (";
    fprintf(stderr, "garim: %s", word);
    put_but_keys(error->path);
    if (error->line != 0) fprintf(stderr, ":%u:%u", error->line, error->column);
    if (error->path[0] != '\0') fputs(": ", stderr);
    put_but_keys(error->message);
    if (error->record != GARIM_NONE) {
        fprintf(stderr, "%srecord %llu", separator,
                (unsigned long long)error->record);
        separator = ", ";
    }
    if (error->offset != GARIM_NONE) {
        fprintf(stderr, "%sbyte %llu", separator,
                (unsigned long long)error->offset);
        separator = ", ";
    }
    if (error->field[0] != '\0') {
        fprintf(stderr, "%sfield ", separator);
        put_but_keys(error->field);
        separator = ", ";
    }
    fputs(separator[0] == ',' ? ")\n" : "\n", stderr);
}

void garim_cli_warn(const struct garim_error *error)
{
    garim_cli_print_error(error, "warning: ");
}
