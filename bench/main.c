/* main.c - garim-bench: finds the subcommand, reads options, prints the bench
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

struct command {
    const char *name;
    const char *purpose;
    garim_bench_function *run;
    const char *options; /* letters, those of all commands left out */
    unsigned rounds;
    double slice_seconds;
};

static const struct command commands[] = {
    {"kernels", "every kernel, tier and size beside its peers",
     garim_bench_kernels, "Kk", 15, 3e-3},
    {"transform", "whole records from memory, by 1 to n threads",
     garim_bench_transform, "KwTn", 9, 0.25},
    {"disk", "whole files on a disk, beside fio, dd and cp", garim_bench_disk,
     "dbpKw", 7, 0},
    {"pipe", "whole streams through pipes, beside cat", garim_bench_pipe, "bKw",
     7, 0},
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };
enum { THREADS_MAX = 1024 };

/* A long option, its letter, what it takes, and what it does. */
struct option_line {
    struct option option;
    const char *value;
    const char *purpose;
};

static const struct option_line lines[] = {
    {{"kernel", required_argument, NULL, 'k'}, "NAME", "only this kernel"},
    {{"kernels", required_argument, NULL, 'K'}, "TIER", "one of them, or auto"},
    {{"workload", required_argument, NULL, 'w'}, "NAME", "only this workload"},
    {{"threads", required_argument, NULL, 'T'}, "N", "at most so many"},
    {{"records", required_argument, NULL, 'n'}, "N", "so many in memory"},
    {{"workloads", required_argument, NULL, 'W'}, "FOLDER", "of the workloads"},
    {{"directory", required_argument, NULL, 'd'}, "DIR", "for the files"},
    {{"bytes", required_argument, NULL, 'b'}, "N", "of the input (K, M, G)"},
    {{"peers", required_argument, NULL, 'p'}, "LIST", "fio,dd,cp or none"},
    {{"rounds", required_argument, NULL, 'r'}, "N", "1 to 101"},
    {{"smoke", no_argument, NULL, 's'}, "", "a short run, as a test"},
    {{"json", no_argument, NULL, 'j'}, "", "for machines"},
    {{"help", no_argument, NULL, 'h'}, "", "this"},
};
enum { LINE_COUNT = sizeof lines / sizeof lines[0] };
static const char common_options[] = "Wrsjh";

static bool takes(const struct command *command, int letter)
{
    return strchr(common_options, letter) != NULL ||
           strchr(command->options, letter) != NULL;
}

static int print_commands(FILE *file)
{
    fputs("usage: garim-bench COMMAND [options]\n\n", file);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(file, "  %-10s %s\n", commands[i].name, commands[i].purpose);
    fputs("\ngarim-bench COMMAND --help lists the options of a command.\n",
          file);
    return file == stdout ? GARIM_OK : GARIM_USAGE;
}

static int print_options(const struct command *command)
{
    printf("usage: garim-bench %s [options]\n\n%s\n\n", command->name,
           command->purpose);
    for (size_t i = 0; i < LINE_COUNT; i++)
        if (takes(command, lines[i].option.val))
            printf("  --%-10s %-7s %s\n", lines[i].option.name, lines[i].value,
                   lines[i].purpose);
    return GARIM_OK;
}

static bool read_number(const char *name, const char *text, uint64_t most,
                        uint64_t *ret_number)
{
    char *end;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno == 0 && *end == '\0' && text[0] >= '0' && text[0] <= '9' &&
        number >= 1 && number <= most) {
        *ret_number = number;
        return true;
    }
    fprintf(stderr, "garim-bench: --%s wants a number from 1 to %llu, not %s\n",
            name, (unsigned long long)most, text);
    return false;
}

/* Bytes, or units of 1024 bytes and their powers: 512M, 4G. */
static bool read_bytes(const char *name, const char *text, uint64_t *ret_bytes)
{
    static const char units[] = "KMG";
    static const uint64_t least_bytes = 1 << 20;
    char digits[24];
    uint64_t number;
    size_t length = strlen(text);
    const char *unit = length < 2 ? NULL : strchr(units, text[length - 1]);
    unsigned shift = unit == NULL ? 0 : 10 * (unsigned)(unit - units + 1);
    if (unit != NULL) length--;
    if (snprintf(digits, sizeof digits, "%.*s", (int)length, text) < 0 ||
        !read_number(name, length < sizeof digits ? digits : text,
                     (uint64_t)1 << (50 - shift), &number))
        return false;
    *ret_bytes = number << shift;
    if (*ret_bytes >= least_bytes) return true;
    fprintf(stderr, "garim-bench: --%s wants at least 1M, not %s\n", name,
            text);
    return false;
}

/* Where an option that is a text goes, or NULL. */
static const char **text_of(struct garim_bench_options *options, int letter)
{
    const struct {
        int letter;
        const char **text;
    } texts[] = {
        {'k', &options->kernel},    {'K', &options->kernels},
        {'w', &options->workload},  {'W', &options->workloads},
        {'d', &options->directory}, {'p', &options->peers},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].letter == letter) return texts[i].text;
    return NULL;
}

static bool set_option(struct garim_bench_options *options, int letter,
                       const char *value)
{
    uint64_t number = 0;
    const char **text = text_of(options, letter);
    if (text != NULL) *text = value;
    if (text != NULL) return true;
    switch (letter) {
    case 's':
        options->smoke = true;
        return true;
    case 'j':
        options->json = true;
        return true;
    case 'b':
        return read_bytes("bytes", value, &options->bytes);
    case 'n':
        return read_number("records", value, UINT32_MAX, &options->records);
    case 'T':
        if (!read_number("threads", value, THREADS_MAX, &number)) return false;
        options->threads = (unsigned)number;
        return true;
    default:
        if (!read_number("rounds", value, GARIM_BENCH_ROUNDS_MAX, &number))
            return false;
        options->rounds = (unsigned)number;
        return true;
    }
}

/* GARIM_OK, or a status to exit with; `*ret_help` where that was asked for. */
static int read_options(const struct command *command, int count, char **texts,
                        struct garim_bench_options *options, bool *ret_help)
{
    struct option known[LINE_COUNT + 1] = {0};
    for (size_t i = 0, at = 0; i < LINE_COUNT; i++)
        if (takes(command, lines[i].option.val)) known[at++] = lines[i].option;
    static char program[] = "garim-bench"; /* as getopt says it */
    texts[0] = program;
    int letter;
    while ((letter = getopt_long(count, texts, "h", known, NULL)) != -1) {
        if (letter == 'h') *ret_help = true;
        if (letter == 'h') return GARIM_OK;
        if (letter == '?') return GARIM_USAGE; /* getopt has said why */
        if (!set_option(options, letter, optarg)) return GARIM_USAGE;
    }
    if (options->kernels != NULL && strcmp(options->kernels, "auto") == 0)
        options->kernels = NULL;
    if (optind == count) return GARIM_OK;
    fprintf(stderr, "garim-bench: %s takes no argument %s\n", command->name,
            texts[optind]);
    return GARIM_USAGE;
}

/* Beside the program in a build folder, else where they are installed. */
static void find_workloads(char *folder, size_t size)
{
    char program[PATH_MAX] = "";
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    char *slash = length < 0 ? NULL : strrchr(program, '/');
    if (slash != NULL) *slash = '\0';
    int written = snprintf(folder, size, "%s/workloads", program);
    if (written > 0 && (size_t)written < size && access(folder, F_OK) == 0)
        return;
    if (GARIM_BENCH_DATA[0] == '/')
        (void)snprintf(folder, size, "%s/garim/workloads", GARIM_BENCH_DATA);
    else
        (void)snprintf(folder, size, "%s/../%s/garim/workloads", program,
                       GARIM_BENCH_DATA);
}

static int print_error(const struct garim_error *error)
{
    fputs("garim-bench: ", stderr);
    if (error->path[0] != '\0') fprintf(stderr, "%s: ", error->path);
    if (error->line > 0) fprintf(stderr, "%u:%u: ", error->line, error->column);
    fprintf(stderr, "%s\n", error->message);
    return (int)error->status;
}

static int run(const struct command *command,
               const struct garim_bench_options *options)
{
    struct garim_error error;
    struct garim_bench bench = {
        .command = command->name,
        .options = *options,
        .slice_seconds = options->smoke ? 1e-4 : command->slice_seconds,
        .cores = garim_bench_cores(),
    };
    if (getloadavg(&bench.load, 1) != 1) bench.load = 0;
    int status = (int)command->run(&bench, &error);
    if (status != GARIM_OK)
        status = print_error(&error);
    else if (bench.wrong)
        status = GARIM_DATA;
    else if (options->json)
        garim_bench_print_json(&bench);
    else
        garim_bench_print_table(&bench);
    garim_bench_close(&bench);
    if (fflush(stdout) != 0 && status == GARIM_OK) status = GARIM_OUTPUT;
    return status;
}

int main(int count, char **texts)
{
    enum { SMOKE_ROUNDS = 3 };
    char folder[PATH_MAX + 128];
    if (count < 2) return print_commands(stderr);
    if (strcmp(texts[1], "--help") == 0) return print_commands(stdout);
    if (strcmp(texts[1], "--version") == 0)
        return printf("garim-bench %s\n", garim_version()) < 0;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *command = &commands[i];
        if (strcmp(command->name, texts[1]) != 0) continue;
        struct garim_bench_options options = {0};
        bool help = false;
        int status =
            read_options(command, count - 1, texts + 1, &options, &help);
        if (status != GARIM_OK) return status;
        if (help) return print_options(command);
        find_workloads(folder, sizeof folder);
        if (options.workloads == NULL) options.workloads = folder;
        if (options.rounds == 0)
            options.rounds = options.smoke ? SMOKE_ROUNDS : command->rounds;
        return run(command, &options);
    }
    fprintf(stderr, "garim-bench: unknown command %s\n", texts[1]);
    return print_commands(stderr);
}
