/* source.c - the bytes of a layout or a policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "config/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"

static enum garim_status refuse_size(const char *path,
                                     struct garim_error *error)
{
    return garim_error_set_path(
        error, GARIM_USAGE, path,
        "is larger than %d bytes; is it a layout or a policy?",
        GARIM_YAML_BYTES_MAX);
}

static enum garim_status read_bytes(int fd, const char *path, char **ret_text,
                                    size_t *ret_bytes,
                                    struct garim_error *error)
{
    size_t room = GARIM_YAML_BYTES_MAX + 1;
    ASSERT(*ret_bytes == 0);
    *ret_text = malloc(room);
    if (*ret_text == NULL) return garim_error_no_memory(error);
    while (*ret_bytes < room) {
        ssize_t got = read(fd, *ret_text + *ret_bytes, room - *ret_bytes);
        ASSERT(got <= (ssize_t)(room - *ret_bytes));
        if (got == 0) return GARIM_OK;
        if (got > 0)
            *ret_bytes += (size_t)got;
        else if (errno != EINTR)
            return garim_error_set_path(error, GARIM_USAGE, path,
                                        "cannot be read (%s); check its rights",
                                        garim_error_text(errno));
    }
    return refuse_size(path, error);
}

static const char *kind_of(mode_t mode)
{
    return S_ISDIR(mode)    ? "directory"
           : S_ISFIFO(mode) ? "pipe"
           : S_ISSOCK(mode) ? "socket"
                            : "device";
}

/* What libyaml would read in another encoding, or as a directive. */
static enum garim_status check(const char *path, const char *text, size_t bytes,
                               struct garim_error *error)
{
    const char *nul = memchr(text, '\0', bytes);
    if (nul != NULL)
        return garim_error_set_path(error, GARIM_USAGE, path,
                                    "has a NUL at byte %td and is not a YAML "
                                    "file; save it as UTF-8 text",
                                    nul - text);
    if ((bytes > 0 && text[0] == '%') || memmem(text, bytes, "\n%", 2) != NULL)
        return garim_error_set_path(error, GARIM_USAGE, path,
                                    "has a line that begins with %%: "
                                    "directives are not used here; remove it");
    return GARIM_OK;
}

/* Opened without blocking: a FIFO would wait for a writer. */
enum garim_status garim_source_read(const char *path, char **ret_text,
                                    size_t *ret_bytes,
                                    struct garim_error *error)
{
    struct stat file;
    enum garim_status status;
    *ret_text = NULL;
    *ret_bytes = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &file) != 0)
        status = garim_error_set_path(
            error, GARIM_USAGE, path,
            "cannot be opened (%s); check the path, a layout's is relative to "
            "its policy",
            garim_error_text(errno));
    else if (!S_ISREG(file.st_mode))
        status = garim_error_set_path(error, GARIM_USAGE, path,
                                      "is a %s; give the YAML file",
                                      kind_of(file.st_mode));
    else
        status = read_bytes(fd, path, ret_text, ret_bytes, error);
    if (fd >= 0) (void)close(fd);
    if (status != GARIM_OK) return status;
    return check(path, *ret_text, *ret_bytes, error);
}

enum garim_status garim_source_copy(const char *name, const void *text,
                                    size_t bytes, char **ret_text,
                                    size_t *ret_bytes,
                                    struct garim_error *error)
{
    *ret_text = NULL;
    *ret_bytes = bytes;
    if (bytes > GARIM_YAML_BYTES_MAX) return refuse_size(name, error);
    *ret_text = malloc(bytes + 1);
    if (*ret_text == NULL) return garim_error_no_memory(error);
    if (bytes > 0) memcpy(*ret_text, text, bytes);
    return check(name, *ret_text, bytes, error);
}
