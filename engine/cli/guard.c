/* guard.c - what a command writes must not take the place of what it needs
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"

/* A file in use: by its path, or by an open descriptor where that is NULL. */
struct used {
    const char *what;
    const char *path;
    int descriptor;
};

enum { USED_MAX = 12 };

/* The folder of `path`, resolved, or NULL; the caller frees it. */
static char *resolve_folder(const char *path)
{
    char *folder = strdup(path);
    if (folder == NULL) return NULL;
    char *slash = strrchr(folder, '/');
    if (slash == NULL)
        strcpy(folder, path[0] == '\0' ? "" : ".");
    else
        slash[slash == folder ? 1 : 0] = '\0';
    char *resolved = realpath(folder, NULL);
    free(folder);
    return resolved;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Whether writing `a` would touch `b`: one file, or one name. */
static bool same_file(const char *a, const char *b)
{
    struct stat a_status, b_status;
    if (stat(a, &a_status) == 0 && stat(b, &b_status) == 0)
        return a_status.st_dev == b_status.st_dev &&
               a_status.st_ino == b_status.st_ino;
    char *a_folder = resolve_folder(a), *b_folder = resolve_folder(b);
    bool same = a_folder != NULL && b_folder != NULL &&
                strcmp(a_folder, b_folder) == 0 &&
                strcmp(base_name(a), base_name(b)) == 0;
    free(a_folder);
    free(b_folder);
    return same;
}

static bool same_as_descriptor(const char *path, int descriptor)
{
    struct stat a, b;
    return stat(path, &a) == 0 && fstat(descriptor, &b) == 0 &&
           S_ISREG(b.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Refuse `target` (what the option `option` names) where it is one of `used`.
 */
static enum garim_status check(const char *target, const char *word,
                               const char *option, const struct used *used,
                               size_t count, struct garim_error *error)
{
    struct stat status;
    if (stat(target, &status) == 0 && !S_ISREG(status.st_mode)) return GARIM_OK;
    for (size_t i = 0; i < count; i++) {
        bool same = used[i].path != NULL
                        ? same_file(target, used[i].path)
                        : same_as_descriptor(target, used[i].descriptor);
        if (same)
            return garim_cli_fail(error, GARIM_USAGE, target,
                                  "the %s would overwrite the %s; give %s "
                                  "another name",
                                  word, used[i].what, option);
    }
    return GARIM_OK;
}

/* The path of the credential that the settings name, or NULL. */
static char *credential_path(const struct garim_cli_settings *settings)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    char *path = NULL;
    if (settings->key_credential == NULL || folder == NULL ||
        asprintf(&path, "%s/%s", folder, settings->key_credential) < 0)
        return NULL;
    return path;
}

static size_t list_used(const struct garim_cli_settings *settings,
                        const char *layout, const char *credential,
                        struct used used[USED_MAX])
{
    size_t count = 0;
    const struct used all[] = {
        {"layout", layout, -1},
        {"policy", settings->operands[0], -1},
        {"key", settings->key, -1},
        {"key", credential, -1},
        /* The job sees a pipe there. */
        {"input", NULL, settings->input_command == NULL ? -1 : STDIN_FILENO},
        {"key", NULL,
         settings->key_descriptor == GARIM_CLI_UNSET
             ? -1
             : (int)settings->key_descriptor},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].path != NULL || all[i].descriptor >= 0)
            used[count++] = all[i];
    return count;
}

static enum garim_status check_report(const struct garim_cli_settings *settings,
                                      struct used *used, size_t count,
                                      struct garim_error *error)
{
    bool in = garim_cli_is_stream(settings->input);
    bool out = garim_cli_is_stream(settings->output);
    char *part = NULL, *state = NULL;
    if (!out && (asprintf(&part, "%s.part", settings->output) < 0 ||
                 asprintf(&state, "%s.state", settings->output) < 0)) {
        free(part);
        return garim_cli_fail(error, GARIM_TEMPORARY, "", "out of memory");
    }
    used[count++] =
        (struct used){"input", in ? NULL : settings->input, STDIN_FILENO};
    used[count++] =
        (struct used){"output", out ? NULL : settings->output, STDOUT_FILENO};
    if (!out) used[count++] = (struct used){"output", part, -1};
    if (!out) used[count++] = (struct used){"output", state, -1};
    enum garim_status status =
        check(settings->report, "report", "--report", used, count, error);
    free(part);
    free(state);
    return status;
}

enum garim_status garim_cli_guard(const struct garim_cli_settings *settings,
                                  const char *layout, struct garim_error *error)
{
    struct used used[USED_MAX];
    char *credential = credential_path(settings);
    size_t count = list_used(settings, layout, credential, used);
    enum garim_status status = GARIM_OK;
    if (!garim_cli_is_stream(settings->output))
        status = check(settings->output, "output", "-o", used, count, error);
    for (size_t i = 0; garim_cli_is_stream(settings->output) && i < count; i++)
        if (used[i].path != NULL &&
            same_as_descriptor(used[i].path, STDOUT_FILENO))
            status = garim_cli_fail(error, GARIM_USAGE, used[i].path,
                                    "standard output would overwrite the %s; "
                                    "send it to another file",
                                    used[i].what);
    if (status == GARIM_OK && settings->report != NULL)
        status = check_report(settings, used, count, error);
    free(credential);
    return status;
}
