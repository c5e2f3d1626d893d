/* job.c - what run and synth share: options, signals, progress
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <assert.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

/* The first signal stops the job in good order; a second one kills. */
static void catch_signals(void)
{
    struct sigaction action = {
        .sa_handler = on_signal,
        .sa_flags = (int)SA_RESETHAND,
    };
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction old;
        if (sigaction(numbers[i], NULL, &old) == 0 &&
            old.sa_handler != SIG_IGN) /* nohup */
            (void)sigaction(numbers[i], &action, NULL);
    }
}

bool garim_cli_interrupted(void)
{
    return interrupted != 0;
}

bool garim_cli_is_stream(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

/* Pieces of the progress line, in the order of the screen; where the terminal
 * is narrow those with the lowest rank stay. */
struct piece {
    char text[48];
    unsigned rank;
};

enum { PIECE_COUNT = 4, BAR_COLUMNS_MIN = 8, BAR_COLUMNS_MAX = 40 };

static void clock_text(char *text, size_t size, double seconds,
                       const char *word)
{
    unsigned long long whole = (unsigned long long)seconds;
    if (whole >= 3600)
        (void)snprintf(text, size, "%llu:%02llu:%02llu %s", whole / 3600,
                       whole / 60 % 60, whole % 60, word);
    else
        (void)snprintf(text, size, "%llu:%02llu %s", whole / 60, whole % 60,
                       word);
}

/* Fill the pieces; returns how far the job is, or -1 where nobody knows. */
static double fill_pieces(const struct garim_cli_job *job,
                          const struct garim_progress *progress,
                          struct piece pieces[PIECE_COUNT])
{
    double done =
        (double)(job->generated ? progress->bytes_out : progress->bytes_in);
    double total = (double)progress->bytes_total;
    double part = total > 0 && done <= total ? done / total : -1;
    double fresh = done - (double)progress->bytes_resumed;
    double rate = progress->seconds > 0 ? fresh / progress->seconds : 0;
    pieces[0] = (struct piece){.rank = 0};
    pieces[1] = (struct piece){.rank = 3};
    pieces[2] = (struct piece){.rank = 2};
    pieces[3] = (struct piece){.rank = 1};
    if (part >= 0)
        (void)snprintf(pieces[0].text, sizeof pieces[0].text, "%3.0f %%",
                       100 * part);
    (void)snprintf(pieces[1].text, sizeof pieces[1].text, "%s records",
                   GARIM_CLI_COUNT(progress->records));
    (void)snprintf(pieces[2].text, sizeof pieces[2].text, "%s/s",
                   GARIM_CLI_BYTES(rate));
    if (part > 0 && rate > 0)
        clock_text(pieces[3].text, sizeof pieces[3].text, (total - done) / rate,
                   "left");
    else
        clock_text(pieces[3].text, sizeof pieces[3].text, progress->seconds,
                   "so far");
    return part;
}

/* Empty pieces of a high rank until the rest fits; returns its columns. */
static size_t drop_pieces(struct piece pieces[PIECE_COUNT], size_t columns)
{
    for (unsigned rank = PIECE_COUNT;; rank--) {
        size_t used = 0;
        for (size_t i = 0; i < PIECE_COUNT; i++) {
            if (pieces[i].rank >= rank) pieces[i].text[0] = '\0';
            size_t length = strlen(pieces[i].text);
            if (length > 0) used += length + (used > 0 ? 2 : 0);
        }
        if (used <= columns || rank == 0) return used;
    }
}

static void append(char *line, size_t size, const char *text)
{
    size_t used = strlen(line);
    if (text[0] == '\0') return;
    (void)snprintf(line + used, size - used, "%s%s", used > 0 ? "  " : "",
                   text);
}

static void bar_text(char *text, double part, size_t columns)
{
    size_t filled = (size_t)(part * (double)(columns - 2));
    text[0] = '[';
    memset(text + 1, ' ', columns - 2);
    memset(text + 1, '=', filled);
    text[columns - 1] = ']';
    text[columns] = '\0';
}

static void erase(struct garim_cli_job *job)
{
    if (job->drawn > 0 && job->terminal)
        fprintf(stderr, "\r%*s\r", (int)job->drawn, "");
    job->drawn = 0;
}

static void draw(struct garim_cli_job *job,
                 const struct garim_progress *progress)
{
    struct piece pieces[PIECE_COUNT];
    char line[256] = "", bar[BAR_COLUMNS_MAX + 1] = "";
    size_t columns = garim_cli_terminal_columns(STDERR_FILENO, 80) - 1;
    double part = fill_pieces(job, progress, pieces);
    size_t used = drop_pieces(pieces, columns);
    if (part >= 0 && used + 2 + BAR_COLUMNS_MIN <= columns) {
        size_t room = columns - used - 2;
        bar_text(bar, part, room < BAR_COLUMNS_MAX ? room : BAR_COLUMNS_MAX);
    }
    append(line, sizeof line, pieces[0].text);
    append(line, sizeof line, bar);
    for (size_t i = 1; i < PIECE_COUNT; i++)
        append(line, sizeof line, pieces[i].text);
    if (job->drawn > columns) job->drawn = columns;
    erase(job);
    fprintf(stderr, job->terminal ? "%s" : "%s\n", line);
    job->drawn = strlen(line);
}

static void print_json(const struct garim_progress *progress)
{
    fprintf(stderr,
            "{\"records\": %llu, \"bytes_in\": %llu, \"bytes_out\": %llu, "
            "\"bytes_total\": %llu, \"seconds\": %.3f}\n",
            (unsigned long long)progress->records,
            (unsigned long long)progress->bytes_in,
            (unsigned long long)progress->bytes_out,
            (unsigned long long)progress->bytes_total, progress->seconds);
}

static bool on_progress(void *user, const struct garim_progress *progress)
{
    struct garim_cli_job *job = user;
    if (interrupted) return false;
    if (job->progress == GARIM_CLI_PROGRESS_NEVER ||
        progress->seconds < job->next_seconds)
        return true;
    job->next_seconds = progress->seconds + 1;
    if (job->progress == GARIM_CLI_PROGRESS_JSON)
        print_json(progress);
    else
        draw(job, progress);
    fflush(stderr);
    return true;
}

/* The default and "never" are the other way round in the library. */
static uint64_t checkpoint_bytes(const struct garim_cli_settings *settings)
{
    if (settings->checkpoint_bytes == GARIM_CLI_UNSET) return 0;
    return settings->checkpoint_bytes == 0 ? GARIM_NONE
                                           : settings->checkpoint_bytes;
}

static struct garim_job_options
options_of(const struct garim_cli_settings *settings)
{
    static const enum garim_io_choice ways[] = {GARIM_IO_AUTO, GARIM_IO_URING,
                                                GARIM_IO_POSIX};
    static_assert(sizeof ways / sizeof *ways == GARIM_IO_POSIX + 1,
                  "each word of --io has its way");
    const uint64_t end = settings->records.end;
    return (struct garim_job_options){
        .size = sizeof(struct garim_job_options),
        .input = settings->input,
        .output = settings->output,
        .force = settings->force,
        .restart = settings->restart,
        .resume = settings->resume,
        .verify_part = settings->verify_part,
        .digest = settings->digest,
        .allow_empty = settings->allow_empty,
        .expects_records = settings->expected_records != GARIM_CLI_UNSET,
        .expected_records = settings->expected_records,
        .checkpoint_bytes = checkpoint_bytes(settings),
        .threads = (unsigned)settings->threads,
        .window_bytes = settings->window_bytes,
        .io = ways[settings->io],
        .without = (unsigned)settings->without,
        .max_rejects = settings->max_rejects,
        .output_mode = (unsigned)settings->mode,
        .memory_bytes = settings->memory_bytes,
        .rate_bytes = settings->rate_bytes,
        .records_begin = settings->records.first,
        .records_end = end == UINT64_MAX ? 0 : end,
    };
}

enum garim_status garim_cli_job_open(struct garim_cli_job *job,
                                     const struct garim_cli_settings *settings,
                                     bool generated, struct garim_error *error)
{
    if (garim_cli_is_stream(settings->output) && isatty(STDOUT_FILENO))
        return garim_cli_fail(error, GARIM_USAGE, "",
                              "the output would go to the terminal; name a "
                              "file with -o or send it into a pipe");
    *job = (struct garim_cli_job){
        .options = options_of(settings),
        .generated = generated,
        .progress = settings->progress,
        .terminal = isatty(STDERR_FILENO) != 0,
        .next_seconds = 1,
    };
    job->options.progress = on_progress;
    job->options.progress_user = job;
    if (job->progress == GARIM_CLI_PROGRESS_AUTO &&
        (!job->terminal || settings->quiet))
        job->progress = GARIM_CLI_PROGRESS_NEVER;
    catch_signals();
    return GARIM_OK;
}

void garim_cli_job_close(struct garim_cli_job *job)
{
    erase(job);
    fflush(stderr);
}
