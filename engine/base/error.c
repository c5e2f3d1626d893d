/* error.c - filling a struct garim_error
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 4, 0))) static enum garim_status
fill(struct garim_error *error, enum garim_status status, const char *path,
     const char *format, va_list arguments)
{
    if (error == NULL) return status;
    *error = (struct garim_error){
        .status = status,
        .record = GARIM_NONE,
        .offset = GARIM_NONE,
    };
    (void)snprintf(error->path, sizeof error->path, "%s", path);
    (void)vsnprintf(error->message, sizeof error->message, format, arguments);
    return status;
}

enum garim_status garim_error_set(struct garim_error *error,
                                  enum garim_status status, const char *format,
                                  ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fill(error, status, "", format, arguments);
    va_end(arguments);
    return status;
}

enum garim_status garim_error_set_path(struct garim_error *error,
                                       enum garim_status status,
                                       const char *path, const char *format,
                                       ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fill(error, status, path, format, arguments);
    va_end(arguments);
    return status;
}

enum garim_status garim_error_set_place(struct garim_error *error,
                                        enum garim_status status,
                                        const char *path, unsigned line,
                                        unsigned column, const char *format,
                                        ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fill(error, status, path, format, arguments);
    va_end(arguments);
    if (error != NULL) {
        error->line = line;
        error->column = column;
    }
    return status;
}

enum garim_status garim_error_no_memory(struct garim_error *error)
{
    return garim_error_set(error, GARIM_TEMPORARY,
                           "out of memory; free some and try again");
}

enum garim_status garim_error_no_secret(struct garim_error *error)
{
    if (errno == ENOMEM) return garim_error_no_memory(error);
    return garim_error_set(error, GARIM_KEY,
                           "no locked memory for a key: %s; raise the limit "
                           "on locked memory (ulimit -l)",
                           garim_error_text(errno));
}

const char *garim_error_text(int error_number)
{
    const char *text = strerrordesc_np(error_number);
    return text == NULL ? "unknown error" : text;
}

enum garim_status garim_error_output(const char *path, const char *verb,
                                     int result, struct garim_error *error)
{
    static const struct {
        int number;
        const char *advice;
    } advices[] = {
        {ENOSPC, "free some space and run again"},
        {EDQUOT, "free some space and run again"},
        {EFBIG, "it is over a limit (ulimit -f) or too large for the disk"},
        {ELOOP, "it is a symbolic link: remove it or name another file"},
        {EPIPE, "its reader has gone away"},
        {ENOENT, "create its folder first"},
        {EACCES, "check your rights in its folder"},
        {EPERM, "check your rights, and the attributes of its folder"},
        {ENAMETOOLONG, "with .part and .state behind it the name is too long"},
        {EMFILE, "raise its limit of open files (ulimit -n)"},
        {ENFILE, "the system has too many open files; run again later"},
    };
    if (result == -EINTR)
        return garim_error_set_path(error, GARIM_TEMPORARY, path,
                                    "interrupted; run again");
    if (result == -ENOMEM) return garim_error_no_memory(error);
    const char *advice = "check the path and the device";
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].number == -result) advice = advices[i].advice;
    return garim_error_set_path(error, GARIM_OUTPUT, path,
                                "cannot %s the output (%s); %s", verb,
                                garim_error_text(-result), advice);
}
