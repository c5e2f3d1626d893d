/* cmd_show.c - garim show LAYOUT FILE: print records field by field
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

enum { HEX_BYTES_A_LINE = 16, RECORDS_DEFAULT = 10 };

struct view {
    const char *path;
    const struct garim_layout *layout;
    struct garim_layout_info info;
    uint64_t record_count;
    int descriptor;
    bool json;
    size_t name_columns;
    uint8_t *record; /* with its terminator */
    char *text;      /* of the longest field */
    size_t text_bytes;
};

static uint64_t offset_of(const struct view *view, uint64_t record)
{
    return view->info.header_bytes + record * view->info.stride_bytes;
}

static enum garim_status broken(const struct view *view, uint64_t record,
                                uint64_t offset, const char *what,
                                struct garim_error *error)
{
    garim_cli_fail(error, GARIM_INPUT, view->path, "%s", what);
    error->record = record;
    error->offset = offset;
    return GARIM_INPUT;
}

/* Read all of `bytes`; a negative errno value, or how many there were. */
static ssize_t read_at(int descriptor, uint8_t *data, size_t bytes,
                       uint64_t offset)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t got = pread(descriptor, data + done, bytes - done,
                            (off_t)(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -errno;
        if (got == 0) break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

static enum garim_status check_terminator(const struct view *view,
                                          uint64_t record, size_t got,
                                          struct garim_error *error)
{
    const struct garim_layout_info *info = &view->info;
    const char *terminator = info->terminator_bytes == 2 ? "\r\n" : "\n";
    uint64_t offset = offset_of(view, record);
    if (info->terminator_bytes == 0) return GARIM_OK;
    const uint8_t *feed = memchr(view->record, '\n', info->record_bytes);
    if (feed != NULL)
        return broken(view, record, offset + (uint64_t)(feed - view->record),
                      "a line feed stands inside the record; is the layout's "
                      "length right?",
                      error);
    /* The last one may lack its terminator; the size was measured before. */
    if (got == info->record_bytes && record + 1 == view->record_count)
        return GARIM_OK;
    if (got == info->stride_bytes &&
        memcmp(view->record + info->record_bytes, terminator,
               info->terminator_bytes) == 0)
        return GARIM_OK;
    return broken(view, record, offset + info->record_bytes,
                  "the record does not end with the layout's terminator; is "
                  "the layout's length right?",
                  error);
}

static enum garim_status read_record(const struct view *view, uint64_t record,
                                     struct garim_error *error)
{
    uint64_t offset = offset_of(view, record);
    size_t bytes = view->info.stride_bytes;
    ssize_t got = read_at(view->descriptor, view->record, bytes, offset);
    if (got < 0)
        return garim_cli_fail(error, GARIM_INPUT, view->path,
                              "cannot be read (%s); check the device",
                              strerror((int)-got));
    if ((size_t)got < view->info.record_bytes)
        return broken(view, record, offset + (uint64_t)got,
                      "the file became shorter; show it again", error);
    return check_terminator(view, record, (size_t)got, error);
}

static void print_hex(const struct view *view, const uint8_t *data,
                      size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        if (i % HEX_BYTES_A_LINE == 0)
            printf("%s  %*s ", i == 0 ? "" : "\n", (int)view->name_columns, "");
        printf(" %02x", data[i]);
    }
    putchar('\n');
}

static void print_record(const struct view *view, uint64_t record)
{
    printf("\nrecord %s, byte %s\n", GARIM_CLI_COUNT(record),
           GARIM_CLI_COUNT(offset_of(view, record)));
    for (size_t i = 0; i < view->info.field_count; i++) {
        struct garim_field_info field = {.size = sizeof field};
        bool printable;
        garim_layout_field(view->layout, i, &field);
        garim_layout_text(view->layout, i, view->record, view->text,
                          view->text_bytes, &printable);
        (void)garim_cli_trim(view->text);
        fputs("  ", stdout);
        if (view->text[0] == '\0') {
            puts(field.name);
            continue;
        }
        garim_cli_cell(stdout, field.name, view->name_columns);
        printf("  %s\n", view->text);
        if (!printable) print_hex(view, view->record + field.at, field.bytes);
    }
}

static void print_json(const struct view *view, uint64_t record)
{
    struct garim_json json = {.file = stdout};
    garim_json_open(&json, NULL, '{');
    garim_json_count(&json, "record", record);
    garim_json_count(&json, "offset", offset_of(view, record));
    garim_json_open(&json, "fields", '{');
    for (size_t i = 0; i < view->info.field_count; i++) {
        struct garim_field_info field = {.size = sizeof field};
        garim_layout_field(view->layout, i, &field);
        garim_layout_text(view->layout, i, view->record, view->text,
                          view->text_bytes, NULL);
        garim_json_text(&json, field.name, view->text);
    }
    garim_json_close(&json, '}');
    garim_json_close(&json, '}');
}

static void print_title(const struct view *view)
{
    garim_cli_put(stdout, view->path);
    printf(": %s record%s of %zu bytes, %s\n",
           GARIM_CLI_COUNT(view->record_count),
           view->record_count == 1 ? "" : "s", view->info.record_bytes,
           view->info.name);
}

static enum garim_status show_records(const struct view *view,
                                      struct garim_cli_range range,
                                      struct garim_error *error)
{
    if (range.end == 0) range.end = RECORDS_DEFAULT;
    if (range.end > view->record_count) range.end = view->record_count;
    if (range.first >= range.end && view->record_count > 0)
        return garim_cli_fail(error, GARIM_USAGE, view->path,
                              "there is no record %llu; the file holds "
                              "records 0 to %llu",
                              (unsigned long long)range.first,
                              (unsigned long long)view->record_count - 1);
    if (!view->json) print_title(view);
    for (uint64_t i = range.first; i < range.end && !ferror(stdout); i++) {
        enum garim_status status = read_record(view, i, error);
        if (status != GARIM_OK) return status;
        (view->json ? print_json : print_record)(view, i);
    }
    return GARIM_OK;
}

static enum garim_status open_input(struct view *view,
                                    struct garim_error *error)
{
    struct stat status;
    view->descriptor = open(view->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (view->descriptor < 0 || fstat(view->descriptor, &status) != 0)
        return garim_cli_fail(error, GARIM_INPUT, view->path,
                              "cannot be opened (%s); check its name and your "
                              "rights",
                              strerror(errno));
    if (!S_ISREG(status.st_mode))
        return garim_cli_fail(error, GARIM_INPUT, view->path,
                              "is not a regular file; give a file of records");
    enum garim_status measured = garim_layout_measure(
        view->layout, (uint64_t)status.st_size, &view->record_count, error);
    if (measured != GARIM_OK && error->path[0] == '\0')
        (void)snprintf(error->path, sizeof error->path, "%s", view->path);
    return measured;
}

/* Room for one record and the text of its longest field. */
static bool make_room(struct view *view)
{
    enum { TEXT_BYTES_A_BYTE = 4 }; /* \xNN */
    size_t longest = 0;
    for (size_t i = 0; i < view->info.field_count; i++) {
        struct garim_field_info field = {.size = sizeof field};
        garim_layout_field(view->layout, i, &field);
        size_t columns = garim_cli_columns(field.name);
        if (columns > view->name_columns) view->name_columns = columns;
        if (field.bytes > longest) longest = field.bytes;
    }
    view->text_bytes = TEXT_BYTES_A_BYTE * longest + 1;
    view->text = malloc(view->text_bytes);
    view->record = malloc(view->info.stride_bytes);
    return view->text != NULL && view->record != NULL;
}

enum garim_status garim_cli_show(const struct garim_cli_settings *settings,
                                 struct garim_error *error)
{
    struct garim_layout *layout;
    enum garim_status status =
        garim_layout_open(&layout, settings->operands[0], error);
    if (status != GARIM_OK) return status;
    struct view view = {
        .path = settings->operands[1],
        .layout = layout,
        .info.size = sizeof view.info,
        .descriptor = -1,
        .json = settings->json,
    };
    garim_layout_describe(layout, &view.info);
    status = open_input(&view, error);
    if (status == GARIM_OK && !make_room(&view))
        status = garim_cli_fail(error, GARIM_TEMPORARY, "", "out of memory");
    if (status == GARIM_OK)
        status = show_records(&view, settings->records, error);
    free(view.record);
    free(view.text);
    if (view.descriptor >= 0) close(view.descriptor);
    garim_layout_close(layout);
    return status;
}
