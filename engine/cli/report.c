/* report.c - --report: what a job did, as JSON
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "text/json_write.h"

static const char *status_word(enum garim_status status)
{
    static const struct {
        enum garim_status status;
        const char *word;
    } words[] = {
        {GARIM_OK, "done"},
        {GARIM_DATA, "data"},
        {GARIM_USAGE, "usage"},
        {GARIM_INPUT, "input"},
        {GARIM_OUTPUT, "output"},
        {GARIM_KEY, "key"},
        {GARIM_VERIFY, "verify"},
        {GARIM_IN_THE_WAY, "in the way"},
        {GARIM_TEMPORARY, "temporary"},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (words[i].status == status) return words[i].word;
    return "unknown";
}

static enum garim_status can_not_open(const char *path,
                                      struct garim_error *error)
{
    enum garim_status status = errno == ENOMEM ? GARIM_TEMPORARY : GARIM_OUTPUT;
    return garim_cli_fail(error, status, path,
                          "the report cannot be written (%s); give --report "
                          "a file in a folder that is there and writable",
                          strerror(errno));
}

/* Create the file that will be renamed to the report. */
static FILE *open_part(struct garim_cli_report_file *report_file)
{
    if (asprintf(&report_file->part, "%s.XXXXXX", report_file->path) < 0) {
        report_file->part = NULL;
        return NULL;
    }
    int descriptor = mkostemp(report_file->part, O_CLOEXEC);
    if (descriptor < 0) {
        free(report_file->part);
        report_file->part = NULL;
        return NULL;
    }
    FILE *file = fdopen(descriptor, "w");
    if (file == NULL) close(descriptor);
    return file;
}

/* The descriptor of ours that `path` names, or -1.  These links are the
 * system's own, and what stands there already is not ours to cut. */
static int own_descriptor(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/"};
    if (strcmp(path, "/dev/stdout") == 0) return STDOUT_FILENO;
    if (strcmp(path, "/dev/stderr") == 0) return STDERR_FILENO;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const size_t bytes = strlen(folders[i]);
        const char *number = path + bytes;
        if (strncmp(path, folders[i], bytes) == 0 && number[0] != '\0' &&
            strlen(number) < 6 &&
            strspn(number, "0123456789") == strlen(number))
            return atoi(number);
    }
    return -1;
}

static enum garim_status refuse(const char *path, const char *message,
                                struct garim_error *error)
{
    return garim_cli_fail(error, GARIM_USAGE, path, "%s", message);
}

/* A pipe or a device is written as it is, at the end. */
static enum garim_status open_in_place(struct garim_cli_report_file *file,
                                       int descriptor, bool records_go_out,
                                       struct garim_error *error)
{
    struct stat own, out;
    if (descriptor < 0 && errno == EINTR)
        return garim_cli_fail(error, GARIM_TEMPORARY, file->path,
                              "interrupted; run again");
    if (descriptor < 0) return can_not_open(file->path, error);
    const bool same = records_go_out && fstat(descriptor, &own) == 0 &&
                      fstat(STDOUT_FILENO, &out) == 0 &&
                      own.st_dev == out.st_dev && own.st_ino == out.st_ino &&
                      !S_ISCHR(own.st_mode);
    file->file = same ? NULL : fdopen(descriptor, "w");
    if (file->file != NULL) return GARIM_OK;
    const enum garim_status status =
        same ? refuse(file->path,
                      "the report would stand among the records; name another "
                      "file with --report, or the output with -o",
                      error)
             : can_not_open(file->path, error);
    close(descriptor);
    return status;
}

enum garim_status
garim_cli_report_open(struct garim_cli_report_file *report_file,
                      const struct garim_cli_settings *settings,
                      struct garim_error *error)
{
    struct stat status;
    *report_file = (struct garim_cli_report_file){.path = settings->report};
    const char *path = report_file->path;
    if (path == NULL) return GARIM_OK;
    const bool records_go_out = garim_cli_is_stream(settings->output);
    const int own = own_descriptor(path);
    if (own >= 0)
        return open_in_place(report_file, fcntl(own, F_DUPFD_CLOEXEC, 3),
                             records_go_out, error);
    const bool there = lstat(path, &status) == 0;
    if (there && S_ISLNK(status.st_mode))
        return refuse(path,
                      "the report would go through a symbolic link; name the "
                      "file itself with --report",
                      error);
    if (there && S_ISBLK(status.st_mode))
        return refuse(path,
                      "the report would be written over a block device; "
                      "name a file with --report",
                      error);
    if (there && !S_ISREG(status.st_mode))
        return open_in_place(
            report_file,
            open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW),
            records_go_out, error);
    /* A trial, and no more: a run that is killed leaves none behind. */
    FILE *trial = open_part(report_file);
    if (trial == NULL) return can_not_open(path, error);
    fclose(trial);
    garim_cli_report_close(report_file);
    return GARIM_OK;
}

static void write_policy(struct garim_json *json,
                         const struct garim_policy *policy)
{
    struct garim_policy_info info = {.size = sizeof info};
    struct garim_layout_info layout = {.size = sizeof layout};
    garim_policy_describe(policy, &info);
    garim_layout_describe(garim_policy_layout(policy), &layout);
    garim_json_open(json, "policy", '{');
    garim_json_text(json, "name", layout.name);
    garim_json_text(json, "recipient", info.recipient);
    garim_json_text(json, "purpose", info.purpose);
    garim_json_text(json, "basis", info.basis);
    garim_json_text(json, "epoch", info.epoch);
    garim_json_text(json, "expires", info.expires);
    garim_json_text(json, "digest", info.digest);
    garim_json_close(json, '}');
}

static void write_pair(struct garim_json *json, const char *name, uint64_t in,
                       uint64_t out)
{
    garim_json_open(json, name, '{');
    garim_json_count(json, "in", in);
    garim_json_count(json, "out", out);
    garim_json_close(json, '}');
}

static void write_counters(struct garim_json *json,
                           const struct garim_field_report *field)
{
    for (size_t i = 0; i < field->counter_count; i++)
        garim_json_count(json, field->counters[i].name,
                         field->counters[i].count);
}

static void write_fields(struct garim_json *json,
                         const struct garim_report *report)
{
    garim_json_open(json, "fields", '[');
    for (size_t i = 0; i < report->field_count; i++) {
        garim_json_open(json, NULL, '{');
        garim_json_text(json, "name", report->fields[i].field);
        garim_json_text(json, "rule", report->fields[i].rule);
        garim_json_count(json, "nulls", report->fields[i].nulls);
        write_counters(json, &report->fields[i]);
        garim_json_close(json, '}');
    }
    garim_json_close(json, ']');
}

static void write_rejects(struct garim_json *json,
                          const struct garim_report *report)
{
    garim_json_open(json, "rejects", '[');
    for (size_t i = 0; i < report->reject_count; i++) {
        garim_json_open(json, NULL, '{');
        garim_json_count(json, "record", report->rejects[i].record);
        garim_json_count(json, "offset", report->rejects[i].offset);
        garim_json_text(json, "field", report->rejects[i].field);
        garim_json_text(json, "reason", report->rejects[i].reason);
        garim_json_close(json, '}');
    }
    garim_json_close(json, ']');
}

static void write_engine(struct garim_json *json,
                         const struct garim_report *report)
{
    garim_json_open(json, "engine", '{');
    garim_json_text(json, "io", report->io);
    garim_json_bool(json, "direct_in", report->direct_in);
    garim_json_bool(json, "direct_out", report->direct_out);
    garim_json_count(json, "lanes", report->lanes);
    garim_json_text(json, "kernels", report->kernels);
    garim_json_text(json, "notes", report->notes);
    garim_json_close(json, '}');
}

static void write_error(struct garim_json *json,
                        const struct garim_error *error)
{
    garim_json_open(json, "error", '{');
    garim_json_count(json, "exit", (uint64_t)error->status);
    garim_json_text(json, "message", error->message);
    garim_json_count(json, "record", error->record);
    garim_json_count(json, "offset", error->offset);
    garim_json_text(json, "field",
                    error->field[0] == '\0' ? NULL : error->field);
    garim_json_close(json, '}');
}

static void write_all(FILE *file, const struct garim_cli_outcome *outcome)
{
    const struct garim_report *report = outcome->report;
    const char *output = outcome->settings->output;
    struct garim_json json = {.file = file, .line_depth = 2};
    garim_json_open(&json, NULL, '{');
    garim_json_text(&json, "garim", garim_version());
    garim_json_text(&json, "status",
                    outcome->whole ? "complete"
                                   : status_word(outcome->error->status));
    garim_json_bool(&json, "published", report->published);
    if (!outcome->whole && outcome->error->status != GARIM_OK)
        write_error(&json, outcome->error);
    write_policy(&json, outcome->policy);
    garim_json_text(&json, "key_id",
                    report->key_id[0] == '\0' ? NULL : report->key_id);
    write_pair(&json, "records", report->records_in, report->records_out);
    write_pair(&json, "bytes", report->bytes_in, report->bytes_out);
    garim_json_text(&json, "digest",
                    report->digest[0] == '\0' ? NULL : report->digest);
    garim_json_count(&json, "resumed_records", report->resumed_records);
    garim_json_number(&json, "seconds", report->seconds);
    write_fields(&json, report);
    write_rejects(&json, report);
    write_engine(&json, report);
    garim_json_count(&json, "peak_memory_bytes", report->peak_memory_bytes);
    garim_json_text(&json, "output",
                    garim_cli_is_stream(output) ? NULL : output);
    garim_json_close(&json, '}');
}

/* ---- on the disk --------------------------------------------------------- */

static enum garim_status can_not_write(const char *path,
                                       struct garim_error *error)
{
    enum garim_status status = errno == ENOMEM ? GARIM_TEMPORARY : GARIM_OUTPUT;
    return garim_cli_fail(error, status, path,
                          "the report could not be written (%s); free some "
                          "space, or see why its reader stopped",
                          errno == 0 ? "write error" : strerror(errno));
}

/* A new name is on the disk once its folder is. */
static int sync_folder_of(const char *path)
{
    char *folder = strdup(path);
    if (folder == NULL) return -1;
    char *slash = strrchr(folder, '/');
    if (slash != NULL) slash[slash == folder ? 1 : 0] = '\0';
    const int descriptor =
        open(slash == NULL ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    if (descriptor < 0) return -1;
    const int result = fsync(descriptor);
    close(descriptor);
    return result;
}

/* Write and close `file`; a regular one is synced. */
static bool write_file(FILE *file, const struct garim_cli_outcome *outcome,
                       bool regular)
{
    write_all(file, outcome);
    const bool written = ferror(file) == 0 && fflush(file) == 0 &&
                         (!regular || fsync(fileno(file)) == 0);
    errno = written ? 0 : errno;
    return fclose(file) == 0 && written;
}

static enum garim_status write_report(struct garim_cli_report_file *report_file,
                                      const struct garim_cli_outcome *outcome,
                                      struct garim_error *error)
{
    const char *path = report_file->path;
    FILE *file = report_file->file;
    const bool regular = file == NULL;
    /* What is written in place is written once, at the end. */
    if (path == NULL || (outcome->whole && !regular)) return GARIM_OK;
    errno = 0;
    if (regular) file = open_part(report_file);
    if (file == NULL) return can_not_write(path, error);
    report_file->file = NULL;
    if (!write_file(file, outcome, regular)) return can_not_write(path, error);
    if (!regular) return GARIM_OK;
    if (rename(report_file->part, path) != 0) return can_not_write(path, error);
    free(report_file->part);
    report_file->part = NULL;
    return sync_folder_of(path) == 0 ? GARIM_OK : can_not_write(path, error);
}

enum garim_status
garim_cli_report_write(struct garim_cli_report_file *report_file,
                       const struct garim_cli_outcome *outcome,
                       struct garim_error *error)
{
    const enum garim_status status = write_report(report_file, outcome, error);
    if (status != GARIM_OK) garim_cli_report_close(report_file);
    return status;
}

void garim_cli_report_close(struct garim_cli_report_file *report_file)
{
    if (report_file->file != NULL) fclose(report_file->file);
    if (report_file->part != NULL) (void)unlink(report_file->part);
    free(report_file->part);
    report_file->part = NULL;
}
