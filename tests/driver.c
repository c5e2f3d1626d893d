/* driver.c - garim's public interface behind a pipe, for the differential tests
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * One command a line on stdin, words parted by one blank; `transform` is
 * followed by its input bytes.
 *
 *   open POLICY KEY
 *   transform COUNT IN OUT BYTES    IN, OUT: see place(); OUT "same": in place
 *   run INPUT OUTPUT IO THREADS WINDOW REJECTS FORCE RESTART
 *
 * Every answer is one line of numbers
 *
 *   STATUS RECORD OFFSET LINE TEXT_BYTES DATA_BYTES
 *
 * followed by TEXT_BYTES of lines (`key value`) and DATA_BYTES of output.
 * Buffers stand between pages that can not be touched.
 */
#include "garim/garim.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
    WORDS_MAX = 10,
    ARENA_BYTES = 8 << 20,
    GUARD_BYTES = 1 << 16,
    CANARY_BYTES = 64,
    CANARY = 0xA5,
};

struct session {
    struct garim_policy *policy;
    struct garim_engine *engine;
    struct garim_context *context;
    unsigned char *in, *in_copy, *out;
    struct garim_error error;
    char *text; /* of the answer */
    size_t text_bytes;
};

static void die(const char *what)
{
    fprintf(stderr, "driver: %s\n", what);
    exit(EXIT_FAILURE);
}

static unsigned char *map_arena(void)
{
    unsigned char *base =
        mmap(NULL, ARENA_BYTES + 2 * GUARD_BYTES, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED ||
        mprotect(base + GUARD_BYTES, ARENA_BYTES, PROT_READ | PROT_WRITE) != 0)
        die("no memory");
    return base + GUARD_BYTES;
}

/* "end": the bytes end where the guard begins; a number: that many bytes after
 * the start. */
static unsigned char *place(unsigned char *arena, const char *where,
                            size_t bytes)
{
    if (bytes + 2 * CANARY_BYTES > ARENA_BYTES) die("input too long");
    size_t skip = strcmp(where, "end") == 0 ? ARENA_BYTES - bytes
                                            : strtoul(where, NULL, 10);
    return arena + skip;
}

static void paint(const unsigned char *arena, unsigned char *data, size_t bytes)
{
    size_t before = (size_t)(data - arena);
    size_t after = ARENA_BYTES - before - bytes;
    size_t head = before < CANARY_BYTES ? before : CANARY_BYTES;
    size_t tail = after < CANARY_BYTES ? after : CANARY_BYTES;
    memset(data - head, CANARY, head + bytes + tail);
}

static bool is_painted(const unsigned char *from, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (from[i] != CANARY) return false;
    return true;
}

static bool frame_is_intact(const unsigned char *arena,
                            const unsigned char *data, size_t bytes)
{
    size_t before = (size_t)(data - arena);
    size_t after = ARENA_BYTES - before - bytes;
    size_t head = before < CANARY_BYTES ? before : CANARY_BYTES;
    size_t tail = after < CANARY_BYTES ? after : CANARY_BYTES;
    return is_painted(data - head, head) && is_painted(data + bytes, tail);
}

static void answer(struct session *session, enum garim_status status,
                   const void *data, size_t data_bytes, FILE *text)
{
    struct garim_error *error = &session->error;
    if (status != GARIM_OK) {
        fprintf(text, "field %s\n", error->field);
        fprintf(text, "path %s\n", error->path);
        fprintf(text, "column %u\n", error->column);
        fprintf(text, "error_status %d\n", (int)error->status);
        fprintf(text, "message %s\n", error->message);
    }
    if (fclose(text) != 0) die("no memory");
    printf("%d %" PRIu64 " %" PRIu64 " %u %zu %zu\n", (int)status,
           error->record, error->offset, error->line, session->text_bytes,
           data_bytes);
    fwrite(session->text, 1, session->text_bytes, stdout);
    if (data_bytes > 0) fwrite(data, 1, data_bytes, stdout);
    if (fflush(stdout) != 0) die("nobody listens");
    free(session->text);
    session->text = NULL;
}

static FILE *start_text(struct session *session)
{
    memset(&session->error, 0, sizeof(session->error));
    FILE *text = open_memstream(&session->text, &session->text_bytes);
    if (text == NULL) die("no memory");
    return text;
}

static void close_handles(struct session *session)
{
    if (session->context != NULL) garim_context_close(session->context);
    if (session->engine != NULL) garim_engine_close(session->engine);
    if (session->policy != NULL) garim_policy_close(session->policy);
    session->context = NULL;
    session->engine = NULL;
    session->policy = NULL;
}

static void do_open(struct session *session, char **words)
{
    struct garim_policy_info info = {.size = sizeof info};
    struct garim_key *key = NULL;
    FILE *text = start_text(session);
    close_handles(session);
    enum garim_status status =
        garim_policy_open(&session->policy, words[1], &session->error);
    if (status == GARIM_OK)
        status = garim_key_open_file(&key, words[2], &session->error);
    if (status == GARIM_OK)
        status =
            garim_engine_open(&session->engine, session->policy, key,
                              &(struct garim_engine_options){
                                  .size = sizeof(struct garim_engine_options),
                                  .kernels = words[3],
                              },
                              &session->error);
    if (status == GARIM_OK) {
        garim_policy_describe(session->policy, &info);
        fprintf(text, "key_id %s\n", garim_key_id(key));
        fprintf(text, "digest %s\n", info.digest);
        fprintf(text, "input_bytes %zu\n", info.input_bytes);
        fprintf(text, "output_bytes %zu\n", info.output_bytes);
        garim_key_close(key); /* the header allows it at once */
        key = NULL;
        status = garim_context_open(&session->context, session->engine,
                                    &session->error);
    }
    if (key != NULL) garim_key_close(key);
    answer(session, status, NULL, 0, text);
}

static void do_transform(struct session *session, char **words)
{
    size_t count = strtoul(words[1], NULL, 10);
    size_t bytes = strtoul(words[4], NULL, 10);
    bool same = strcmp(words[3], "same") == 0;
    unsigned char *in = place(session->in, words[2], bytes);
    unsigned char *out = same ? in : place(session->out, words[3], bytes);
    size_t made = SIZE_MAX;
    unsigned char *out_arena = same ? session->in : session->out;
    FILE *text = start_text(session);

    paint(session->in, in, bytes);
    paint(out_arena, out, bytes);
    if (fread(in, 1, bytes, stdin) != bytes) die("input ends");
    memcpy(session->in_copy, in, bytes);
    enum garim_status status = garim_transform(session->context, in, count, out,
                                               bytes, &made, &session->error);
    if (!frame_is_intact(out_arena, out, bytes) ||
        !frame_is_intact(session->in, in, bytes))
        fprintf(text, "fault wrote beyond the buffer\n");
    if (!same && memcmp(session->in_copy, in, bytes) != 0)
        fprintf(text, "fault wrote into the input\n");
    if (made != (status == GARIM_OK || status == GARIM_DATA ? count : 0))
        fprintf(text, "fault counted %zu records\n", made);
    answer(session, status, out, bytes, text);
}

static void write_report(FILE *text, const struct garim_report *report)
{
    fprintf(text, "records_in %" PRIu64 "\n", report->records_in);
    fprintf(text, "records_out %" PRIu64 "\n", report->records_out);
    fprintf(text, "bytes_in %" PRIu64 "\n", report->bytes_in);
    fprintf(text, "bytes_out %" PRIu64 "\n", report->bytes_out);
    fprintf(text, "published %d\n", report->published);
    for (size_t i = 0; i < report->field_count; i++)
        fprintf(text, "counts %" PRIu64 " %" PRIu64 " %s\n",
                report->fields[i].nulls,
                report->fields[i].counter_count == 0
                    ? 0
                    : report->fields[i].counters[0].count,
                report->fields[i].field);
    for (size_t i = 0; i < report->reject_count; i++)
        fprintf(text, "reject %" PRIu64 " %" PRIu64 " %s\n",
                report->rejects[i].record, report->rejects[i].offset,
                report->rejects[i].field);
    for (size_t i = 0; i < report->reject_count; i++)
        fprintf(text, "reason %s\n", report->rejects[i].reason);
}

static void do_run(struct session *session, char **words)
{
    struct garim_report report = {.size = sizeof report};
    struct garim_job_options options = {
        .size = sizeof options,
        .input = words[1],
        .output = words[2],
        .io = strcmp(words[3], "uring") == 0 ? GARIM_IO_URING : GARIM_IO_POSIX,
        .threads = (unsigned)strtoul(words[4], NULL, 10),
        .window_bytes = strtoul(words[5], NULL, 10),
        .max_rejects = strtoul(words[6], NULL, 10),
        .allow_empty = true,
        .force = strcmp(words[7], "1") == 0,
        .restart = strcmp(words[8], "1") == 0,
    };
    FILE *text = start_text(session);
    enum garim_status status =
        garim_run(session->engine, &options, &report, &session->error);
    write_report(text, &report);
    garim_report_clear(&report);
    answer(session, status, NULL, 0, text);
}

static const struct command {
    const char *name;
    size_t words;
    void (*run)(struct session *session, char **words);
} commands[] = {
    {"open", 4, do_open},
    {"transform", 5, do_transform},
    {"run", 9, do_run},
};

static void obey(struct session *session, char *line)
{
    char *words[WORDS_MAX] = {0};
    size_t count = 0;
    line[strcspn(line, "\n")] = '\0';
    for (char *rest = line; rest != NULL && count < WORDS_MAX;)
        words[count++] = strsep(&rest, " ");
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(words[0], commands[i].name) != 0) continue;
        if (count != commands[i].words) die("wrong number of words");
        commands[i].run(session, words);
        return;
    }
    die("unknown command");
}

int main(void)
{
    struct session session = {
        .in = map_arena(), .in_copy = map_arena(), .out = map_arena()};
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, stdin) > 0)
        obey(&session, line);
    close_handles(&session);
    free(line);
    return EXIT_SUCCESS;
}
