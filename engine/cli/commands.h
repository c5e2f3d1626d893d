/* commands.h - the commands and options of the program, as data
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Parsing, --help, the OPTIONS of the man pages and shell completion are all
 * loops over these tables, so that they cannot disagree.
 */
#ifndef GARIM_CLI_COMMANDS_H
#define GARIM_CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GARIM_CLI_UNSET UINT64_MAX /* a number that was not given */

enum garim_cli_id {
    GARIM_CLI_RUN,
    GARIM_CLI_CHECK,
    GARIM_CLI_KEYGEN,
    GARIM_CLI_SHOW,
    GARIM_CLI_SYNTH,
    GARIM_CLI_COUNT,
};

struct garim_cli_command {
    const char *name;
    const char *operands[3]; /* ends with a NULL */
    const char *summary;     /* one line */
    bool secret;             /* holds a key: no core dump, no ptrace */
    bool job;                /* reads or writes streams: ignores SIGPIPE */
};

enum garim_cli_kind {
    GARIM_CLI_FLAG,   /* bool */
    GARIM_CLI_TEXT,   /* const char * */
    GARIM_CLI_FILE,   /* const char *, completed as a file name */
    GARIM_CLI_NUMBER, /* uint64_t, as are all below */
    GARIM_CLI_SIZE,   /* bytes, with k, m or g for powers of 1024 */
    GARIM_CLI_OCTAL,
    GARIM_CLI_CHOICE,  /* index in `choices` */
    GARIM_CLI_CHOICES, /* several, with commas: bit n for `choices`[n] */
    GARIM_CLI_RANGE,   /* two uint64_t: first, end */
};

struct garim_cli_option {
    const char *name; /* without the dashes */
    const char *value;
    const char *help; /* sentences; completion shows the words before a ';' */
    const char *const *choices; /* ends with a NULL */
    uint64_t min, max;
    size_t offset;     /* of its place in struct garim_cli_settings */
    unsigned commands; /* bits 1 << GARIM_CLI_... */
    enum garim_cli_kind kind;
    char letter; /* or 0 */
    bool required;
};

struct garim_cli_range {
    uint64_t first, end;
};

/* What the command line said; see garim_cli_defaults. */
struct garim_cli_settings {
    const char *operands[2];
    const char *input, *output, *report;
    const char *input_command, *output_command;
    const char *key, *key_credential;
    uint64_t key_descriptor;
    uint64_t count, seed;
    uint64_t threads, window_bytes, checkpoint_bytes, max_rejects, mode;
    uint64_t memory_bytes, rate_bytes, without, expected_records;
    uint64_t io, kernels, progress; /* index of the choice */
    struct garim_cli_range records;
    bool force, restart, resume, verify_part, digest, allow_empty, quiet, json,
        help;
};

enum {
    GARIM_CLI_PROGRESS_AUTO,
    GARIM_CLI_PROGRESS_ALWAYS,
    GARIM_CLI_PROGRESS_NEVER,
    GARIM_CLI_PROGRESS_JSON,
};

extern const struct garim_cli_command garim_cli_commands[];
extern const struct garim_cli_option garim_cli_options[];
extern const size_t garim_cli_option_count;
extern const char *const garim_cli_kernels[]; /* ends with a NULL */
extern const struct garim_cli_settings garim_cli_defaults;

/* Whether option `option` belongs to `command`. */
bool garim_cli_takes(const struct garim_cli_command *command,
                     const struct garim_cli_option *option);

#endif
