/* cli.h - what the files of the program share
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_CLI_CLI_H
#define GARIM_CLI_CLI_H

#include <stdio.h>

#include "commands.h"
#include "garim/garim.h"

/* ---- cmd_*.c: one command each; main.c words the error ------------------- */

typedef enum garim_status
garim_cli_run_function(const struct garim_cli_settings *settings,
                       struct garim_error *error);

garim_cli_run_function garim_cli_keygen;
garim_cli_run_function garim_cli_check;
garim_cli_run_function garim_cli_run;
garim_cli_run_function garim_cli_show;
garim_cli_run_function garim_cli_synth;

/* ---- options.c ----------------------------------------------------------- */

/* Read argv[0] to argv[argc - 1], the arguments after the command's name. */
enum garim_status garim_cli_parse(const struct garim_cli_command *command,
                                  int argc, char *const *argv,
                                  struct garim_cli_settings *ret_settings,
                                  struct garim_error *error);

/* The command called `name`, or NULL and an error that suggests the nearest. */
const struct garim_cli_command *garim_cli_find(const char *name,
                                               struct garim_error *error);

/* ---- message.c ----------------------------------------------------------- */

/* Fill `error` about `path` ("" for none) and return the status. */
enum garim_status garim_cli_fail(struct garim_error *error,
                                 enum garim_status status, const char *path,
                                 const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* One line on standard error:
 * garim: WORD path:line:column: message (record 12, byte 1536, field phone) */
void garim_cli_print_error(const struct garim_error *error, const char *word);
/* One line on standard error about what did not end the command. */
void garim_cli_warn(const struct garim_error *error);

/* ---- key.c ---------------------------------------------------------------
 */

/* GARIM_USAGE where the options name more than one key. */
enum garim_status garim_cli_key_check(const struct garim_cli_settings *settings,
                                      struct garim_error *error);
/* The key that the options name, which the caller closes; `*ret_key` is NULL
 * where they name none. */
enum garim_status garim_cli_key_open(const struct garim_cli_settings *settings,
                                     struct garim_key **ret_key,
                                     struct garim_error *error);
/* `text`, an argument for a message, or what to do where it looks like a key.
 */
const char *garim_cli_unless_key(const char *text);

/* ---- text.c: numbers and columns for a person's eye ----------------------
 * The functions return `text`, so that a call can stand in an argument list:
 * GARIM_CLI_COUNT and the like bring their own buffer. */

#define GARIM_CLI_COUNT(n) garim_cli_count((char[32]){0}, n)
#define GARIM_CLI_BYTES(n) garim_cli_bytes((char[32]){0}, n)
#define GARIM_CLI_DURATION(n) garim_cli_duration((char[32]){0}, n)

const char *garim_cli_count(char text[32], uint64_t count);    /* 33,554,432 */
const char *garim_cli_bytes(char text[32], double bytes);      /* 4.29 GB */
const char *garim_cli_memory(char text[32], uint64_t bytes);   /* 41 MiB */
const char *garim_cli_rate(char text[32], double records);     /* 10.9 M */
const char *garim_cli_duration(char text[32], double seconds); /* 3.1 s */

/* Print `text` with what a terminal must not be shown as \\x1b: all that comes
 * from outside goes through here, through garim_cli_cell or through JSON. */
void garim_cli_put(FILE *file, const char *text);
/* Columns of UTF-8 text on a terminal, as the two print it. */
size_t garim_cli_columns(const char *text);
/* Print `text` in exactly `columns`: filled with blanks or cut with "...". */
void garim_cli_cell(FILE *file, const char *text, size_t columns);
/* Take the blanks at the end away. */
char *garim_cli_trim(char *text);
/* Columns of the terminal `descriptor`, or `otherwise`. */
size_t garim_cli_terminal_columns(int descriptor, size_t otherwise);

/* ---- job.c: what run and synth share ------------------------------------- */

struct garim_cli_job {
    struct garim_job_options options;
    bool generated; /* there is no input */
    uint64_t progress;
    bool terminal;       /* standard error is one */
    double next_seconds; /* when to draw again */
    size_t drawn;        /* columns to erase */
};

/* Options from the settings, progress and signals; GARIM_USAGE where the
 * output would be a terminal. */
enum garim_status garim_cli_job_open(struct garim_cli_job *job,
                                     const struct garim_cli_settings *settings,
                                     bool generated, struct garim_error *error);
/* Erase the progress line. */
void garim_cli_job_close(struct garim_cli_job *job);

/* Whether a signal has asked the job to stop. */
bool garim_cli_interrupted(void);

/* Whether a path means a standard stream. */
bool garim_cli_is_stream(const char *path);

/* ---- guard.c --------------------------------------------------------------
 */

/* GARIM_USAGE where the output or the report would overwrite the policy, the
 * `layout` (a path), the key, or each other. */
enum garim_status garim_cli_guard(const struct garim_cli_settings *settings,
                                  const char *layout,
                                  struct garim_error *error);

/* ---- summary.c ----------------------------------------------------------- */

/* The one-screen summary of a job on standard error; `policy` may be NULL. */
void garim_cli_summary(const char *title,
                       const struct garim_cli_settings *settings,
                       const struct garim_policy *policy,
                       const struct garim_report *report);

/* ---- report.c: --report -------------------------------------------------- */

/* The findings about a policy: on standard output, a line each; as the member
 * "findings" of the object that is open. */
struct garim_json;
void garim_cli_findings_print(const struct garim_policy *policy);
void garim_cli_findings_json(const struct garim_policy *policy,
                             struct garim_json *json);

struct garim_cli_report_file {
    const char *path; /* NULL: no report is wanted */
    char *part;       /* while it is written, or NULL */
    FILE *file;       /* written in place, or NULL */
};

/* Open the report before the job, so that a wrong path costs no run. */
enum garim_status
garim_cli_report_open(struct garim_cli_report_file *report_file,
                      const struct garim_cli_settings *settings,
                      struct garim_error *error);

struct garim_cli_outcome {
    const struct garim_cli_settings *settings;
    const struct garim_policy *policy;
    const struct garim_report *report;
    const struct garim_error *error; /* status GARIM_OK: none */
    bool whole;                      /* the output is, and has no name yet */
};

/* Write and publish the report; does nothing where none is wanted. */
enum garim_status
garim_cli_report_write(struct garim_cli_report_file *report_file,
                       const struct garim_cli_outcome *outcome,
                       struct garim_error *error);
/* Remove what was not published. */
void garim_cli_report_close(struct garim_cli_report_file *report_file);

#endif
