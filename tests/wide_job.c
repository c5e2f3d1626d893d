/* wide_job.c - a run whose worker widens one field, and leaves records out
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: wide_job POLICY --key FILE [-i PATH] [-o PATH] [--widen FIELD]
 *   [--drop] [--resume] [--verify-part] [--restart] [--force] [--threads N]
 *   [--window BYTES] [--checkpoint BYTES] [--io uring | posix]
 *   [--max-rejects N] [--allow-empty] [--report PATH] [--quiet]
 *
 * As `garim run` with the same words (so that tests of that can be tests of
 * this), but the worker puts the policy's own transform into a scratch copy and
 * makes longer rows of it: PAD_BYTES of the field's pad behind its end.  With
 * --drop it leaves out each record whose number ends in 9.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "base/error.h"
#include "record/layout.h"
#include "rules/rule.h"
#include "text/json_write.h"

enum {
    PAD_BYTES = 8,
    DROPPED_OF = 10,
    DROPPED = 9,
    SCRATCH_BYTES = 128 << 10,
};

struct settings {
    struct garim_job_options options;
    const char *policy, *key, *field, *report;
    bool drops, quiet;
};

/* ---- the worker ---------------------------------------------------------- */

struct widening {
    const struct garim_engine *engine;
    size_t cut; /* a row gets its pads there */
    uint8_t pad;
    bool drops;
};

/* Of one thread. */
struct bench {
    const struct widening *widening;
    struct garim_workspace *workspace;
    size_t rows; /* that `scratch` has room for */
    uint8_t *scratch;
};

static void close_bench(void *state)
{
    struct bench *bench = state;
    garim_workspace_close(bench->workspace);
    free(bench->scratch);
    free(bench);
}

static enum garim_status open_bench(const void *user, void **ret_state,
                                    struct garim_error *error)
{
    const struct widening *widening = user;
    const struct garim_engine *engine = widening->engine;
    const size_t stride = engine->policy->framing.stride;
    struct bench *bench = calloc(1, sizeof *bench);
    if (bench == NULL) return garim_error_no_memory(error);
    bench->widening = widening;
    bench->rows = stride < SCRATCH_BYTES ? SCRATCH_BYTES / stride : 1;
    bench->scratch = malloc(bench->rows * stride);
    const enum garim_status status =
        bench->scratch == NULL
            ? garim_error_no_memory(error)
            : garim_workspace_open(&bench->workspace, engine->policy,
                                   engine->kernels, engine->secrets, error);
    if (status == GARIM_OK)
        *ret_state = bench;
    else
        close_bench(bench);
    return status;
}

static size_t clamp(size_t row, size_t done, size_t count)
{
    const size_t at = row < done ? 0 : row - done;
    return at < count ? at : count;
}

/* The rows from `done` on that fit into the scratch copy, to be made there. */
static struct garim_batch next_piece(const struct bench *bench,
                                     const struct garim_batch *batch,
                                     size_t done)
{
    const size_t left = batch->count - done;
    const size_t count = left < bench->rows ? left : bench->rows;
    return (struct garim_batch){
        .in = batch->in + done * batch->in_stride,
        .out = bench->scratch,
        .in_stride = batch->in_stride,
        .out_stride = batch->in_stride,
        .count = count,
        .first_record = batch->first_record + done,
        .owned_first = clamp(batch->owned_first, done, count),
        .owned_end = clamp(batch->owned_end, done, count),
        .last_unterminated = batch->last_unterminated && count == left,
    };
}

/* Append what is kept of the first `plain->rows` rows of the piece. */
static void widen_rows(const struct widening *widening,
                       const struct garim_batch *piece,
                       const struct garim_made *plain, uint8_t *out,
                       struct garim_made *made)
{
    const size_t stride = piece->out_stride, cut = widening->cut;
    for (size_t row = 0; row < plain->rows; row++) {
        const uint8_t *from = piece->out + row * stride;
        const size_t left = plain->bytes - row * stride;
        const size_t bytes = left < stride ? left : stride;
        uint8_t *to = out + made->bytes;
        if (widening->drops &&
            (piece->first_record + row) % DROPPED_OF == DROPPED)
            continue;
        memcpy(to, from, cut);
        memset(to + cut, widening->pad, PAD_BYTES);
        memcpy(to + cut + PAD_BYTES, from + cut, bytes - cut);
        made->rows++;
        made->bytes += bytes + PAD_BYTES;
    }
}

static void transform(void *state, const struct garim_batch *batch,
                      uint64_t *counts, struct garim_reject *rejects,
                      size_t reject_max, struct garim_made *ret_made)
{
    const struct bench *bench = state;
    struct garim_made made = {.broken_row = SIZE_MAX}, plain;
    for (size_t done = 0; done < batch->count && made.broken_row == SIZE_MAX;) {
        const struct garim_batch piece = next_piece(bench, batch, done);
        const size_t found = made.reject_count;
        garim_policy_transform(bench->workspace, &piece, counts,
                               rejects == NULL ? NULL : rejects + found,
                               reject_max - found, &plain);
        if (plain.broken_row != SIZE_MAX)
            made.broken_row = done + plain.broken_row;
        made.reject_count += plain.reject_count;
        widen_rows(bench->widening, &piece, &plain, batch->out, &made);
        done += piece.count;
    }
    *ret_made = made;
}

static void describe(const void *user, const struct garim_reject *reject,
                     struct garim_reject_info *ret_info)
{
    const struct widening *widening = user;
    const struct garim_policy *policy = widening->engine->policy;
    const struct garim_field *field = policy->steps[reject->step].field;
    *ret_info = (struct garim_reject_info){
        .record = reject->record,
        .offset = field->at,
        .field = field->name,
        .reason = garim_breach_text((enum garim_breach)reject->breach),
    };
}

/* ---- the report: the statistics that the program's has ------------------- */

static void write_pair(struct garim_json *json, const char *name, uint64_t in,
                       uint64_t out)
{
    garim_json_open(json, name, '{');
    garim_json_count(json, "in", in);
    garim_json_count(json, "out", out);
    garim_json_close(json, '}');
}

static void write_fields(struct garim_json *json,
                         const struct garim_policy *policy,
                         const uint64_t *counts)
{
    garim_json_open(json, "fields", '[');
    for (size_t i = 0; i < policy->step_count; i++) {
        const struct garim_step *step = &policy->steps[i];
        const struct garim_rule *rule = step->rule;
        if (step->field->name[0] == '\0') continue;
        garim_json_open(json, NULL, '{');
        garim_json_text(json, "name", step->field->name);
        garim_json_text(json, "rule", rule->name);
        garim_json_count(json, "nulls", counts[step->counts]);
        for (size_t k = 1; k < garim_rule_count_size(rule); k++)
            garim_json_count(json, rule->counters[k - 1],
                             counts[step->counts + k]);
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

static bool write_report(const char *path, const char *word,
                         const struct garim_engine *engine,
                         const struct garim_report *report,
                         const uint64_t *counts)
{
    char part[4096];
    if (path == NULL) return true;
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return false;
    FILE *file = fopen(part, "w");
    if (file == NULL) return false;
    struct garim_json json = {.file = file, .line_depth = 2};
    garim_json_open(&json, NULL, '{');
    garim_json_text(&json, "status", word);
    garim_json_open(&json, "policy", '{');
    garim_json_text(&json, "digest", engine->policy->digest);
    garim_json_close(&json, '}');
    garim_json_text(&json, "key_id", engine->key_id);
    write_pair(&json, "records", report->records_in, report->records_out);
    write_pair(&json, "bytes", report->bytes_in, report->bytes_out);
    garim_json_count(&json, "resumed_records", report->resumed_records);
    garim_json_text(&json, "io", report->io);
    garim_json_bool(&json, "direct_in", report->direct_in);
    garim_json_bool(&json, "direct_out", report->direct_out);
    write_fields(&json, engine->policy, counts);
    write_rejects(&json, report);
    garim_json_close(&json, '}');
    return fclose(file) == 0 && rename(part, path) == 0;
}

/* ---- the job ------------------------------------------------------------- */

static struct settings settings = {.field = "card_number"};
static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

static bool on_progress(void *user, const struct garim_progress *progress)
{
    (void)user;
    (void)progress;
    return interrupted == 0;
}

static enum garim_status refuse_report(struct garim_error *error)
{
    return garim_error_set_path(error, GARIM_OUTPUT, settings.report,
                                "the report could not be written");
}

static enum garim_status tell_whole(const struct garim_job *job,
                                    struct garim_report *report,
                                    uint64_t *counts, struct garim_error *error)
{
    const struct widening *widening = job->worker->user;
    return write_report(settings.report,
                        report->published ? "done" : "complete",
                        widening->engine, report, counts)
               ? GARIM_OK
               : refuse_report(error);
}

static enum garim_status run_job(const struct garim_job *job,
                                 const struct garim_engine *engine,
                                 struct garim_error *error)
{
    struct garim_report report = {.size = sizeof report};
    uint64_t *counts = calloc(job->worker->count_size + 1, sizeof *counts);
    if (counts == NULL) return garim_error_no_memory(error);
    enum garim_status status = garim_job_run(job, &report, counts, error);
    if (status == GARIM_OK && !report.published &&
        !write_report(settings.report, "done", engine, &report, counts))
        status = refuse_report(error);
    garim_report_clear(&report);
    free(counts);
    return status;
}

static enum garim_status run(const struct garim_engine *engine,
                             const struct garim_field *field,
                             struct garim_error *error)
{
    const struct garim_policy *policy = engine->policy;
    const struct widening widening = {engine, field->at + field->bytes,
                                      field->pad, settings.drops};
    const struct garim_worker worker = {
        .user = &widening,
        .count_size = policy->count_size,
        .out_stride = policy->framing.stride + PAD_BYTES,
        .drops = settings.drops,
        .reject_steps = (unsigned)policy->step_count,
        .reject_breaches = GARIM_BREACH_COUNT,
        .open = open_bench,
        .close = close_bench,
        .transform = transform,
        .describe = describe,
    };
    const struct garim_seal seal = {engine, garim_engine_seal};
    struct garim_trait traits[] = {
        {.name = "policy"}, {.name = "key"}, {.name = "--drop"}};
    strcpy(traits[0].value, policy->digest);
    strcpy(traits[1].value, engine->key_id);
    strcpy(traits[2].value, settings.drops ? "yes" : "no");
    const struct garim_job job = {
        .options = &settings.options,
        .framing = &policy->framing,
        .worker = &worker,
        .traits = traits,
        .trait_count = sizeof traits / sizeof traits[0],
        .seal = &seal,
        .whole = tell_whole,
    };
    return run_job(&job, engine, error);
}

/* ---- from the words to the exit code ------------------------------------- */

static uint64_t size_of(const char *text)
{
    char *end;
    if (text == NULL) return 0;
    const uint64_t value = strtoull(text, &end, 10);
    return value << (*end == 'k' ? 10 : *end == 'm' ? 20 : 0);
}

/* Words that stand alone are true, the others have a text behind them. */
struct texts {
    const char *threads, *window, *checkpoint, *io, *rejects;
};

static void take_texts(const struct texts *texts)
{
    struct garim_job_options *options = &settings.options;
    const uint64_t checkpoint = size_of(texts->checkpoint);
    options->size = sizeof *options;
    options->threads = (unsigned)size_of(texts->threads);
    options->window_bytes = size_of(texts->window);
    options->max_rejects = size_of(texts->rejects);
    options->checkpoint_bytes =
        texts->checkpoint != NULL && checkpoint == 0 ? GARIM_NONE : checkpoint;
    if (texts->io != NULL)
        options->io =
            strcmp(texts->io, "posix") == 0 ? GARIM_IO_POSIX : GARIM_IO_URING;
    options->progress = on_progress;
}

static bool parse(int argc, char **argv)
{
    struct garim_job_options *options = &settings.options;
    struct texts texts = {0};
    const struct {
        const char *name, **text;
        bool *flag;
    } words[] = {
        {"--key", &settings.key, NULL},
        {"-i", &options->input, NULL},
        {"-o", &options->output, NULL},
        {"--widen", &settings.field, NULL},
        {"--report", &settings.report, NULL},
        {"--threads", &texts.threads, NULL},
        {"--window", &texts.window, NULL},
        {"--checkpoint", &texts.checkpoint, NULL},
        {"--io", &texts.io, NULL},
        {"--max-rejects", &texts.rejects, NULL},
        {"--drop", NULL, &settings.drops},
        {"--resume", NULL, &options->resume},
        {"--verify-part", NULL, &options->verify_part},
        {"--restart", NULL, &options->restart},
        {"--force", NULL, &options->force},
        {"--allow-empty", NULL, &options->allow_empty},
        {"--quiet", NULL, &settings.quiet},
    };
    enum { WORDS = sizeof words / sizeof words[0] };
    for (int i = 1; i < argc; i++) {
        size_t w = 0;
        while (w < WORDS && strcmp(argv[i], words[w].name) != 0)
            w++;
        if (w == WORDS && (argv[i][0] == '-' || settings.policy != NULL))
            return false;
        if (w == WORDS)
            settings.policy = argv[i];
        else if (words[w].flag != NULL)
            *words[w].flag = true;
        else if (++i < argc)
            *words[w].text = argv[i];
    }
    take_texts(&texts);
    return settings.key != NULL && settings.policy != NULL;
}

static const struct garim_field *find_field(const struct garim_policy *policy)
{
    for (size_t i = 0; i < policy->step_count; i++)
        if (strcmp(policy->steps[i].field->name, settings.field) == 0)
            return policy->steps[i].field;
    return NULL;
}

static enum garim_status open_and_run(struct garim_error *error)
{
    struct garim_policy *policy = NULL;
    struct garim_key *key = NULL;
    struct garim_engine *engine = NULL;
    enum garim_status status =
        garim_policy_open(&policy, settings.policy, error);
    if (status == GARIM_OK)
        status = garim_key_open_file(&key, settings.key, error);
    if (status == GARIM_OK)
        status = garim_engine_open(&engine, policy, key, NULL, error);
    garim_key_close(key);
    if (status == GARIM_OK) {
        const struct garim_field *field = find_field(policy);
        status = field == NULL
                     ? garim_error_set(error, GARIM_USAGE,
                                       "there is no field %s", settings.field)
                     : run(engine, field, error);
    }
    garim_engine_close(engine);
    garim_policy_close(policy);
    return status;
}

static void print_error(const struct garim_error *error)
{
    fprintf(stderr, "garim: %s%s%s", error->path,
            error->path[0] == '\0' ? "" : ": ", error->message);
    if (error->record != GARIM_NONE)
        fprintf(stderr, " (record %llu, byte %llu",
                (unsigned long long)error->record,
                (unsigned long long)error->offset);
    if (error->record != GARIM_NONE && error->field[0] != '\0')
        fprintf(stderr, ", field %s", error->field);
    fprintf(stderr, error->record != GARIM_NONE ? ")\n" : "\n");
}

int main(int argc, char **argv)
{
    const struct sigaction action = {.sa_handler = on_signal,
                                     .sa_flags = (int)SA_RESETHAND};
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct garim_error error = {.record = GARIM_NONE, .offset = GARIM_NONE};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)sigaction(numbers[i], &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    if (!parse(argc, argv)) {
        fputs("usage: see the head of wide_job.c\n", stderr);
        return GARIM_USAGE;
    }
    const enum garim_status status = open_and_run(&error);
    if (status != GARIM_OK) print_error(&error);
    return (int)status;
}
