/* commands.c - the commands and options of the program, as data
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "commands.h"

#include <assert.h>

#define KEYGEN (1u << GARIM_CLI_KEYGEN)
#define CHECK (1u << GARIM_CLI_CHECK)
#define RUN (1u << GARIM_CLI_RUN)
#define SHOW (1u << GARIM_CLI_SHOW)
#define SYNTH (1u << GARIM_CLI_SYNTH)
#define ALL (KEYGEN | CHECK | RUN | SHOW | SYNTH)

#define LENGTH(array) (sizeof(array) / sizeof *(array))
#define AT(member) .offset = offsetof(struct garim_cli_settings, member)

const struct garim_cli_command garim_cli_commands[] = {
    [GARIM_CLI_RUN] = {.name = "run",
                       .operands = {"POLICY"},
                       .summary = "put a file or a stream through a policy",
                       .secret = true,
                       .job = true},
    [GARIM_CLI_CHECK] = {.name = "check",
                         .operands = {"POLICY"},
                         .summary = "say what a policy does to a record",
                         .secret = true},
    [GARIM_CLI_KEYGEN] = {.name = "keygen",
                          .operands = {"FILE"},
                          .summary = "write a new master key",
                          .secret = true},
    [GARIM_CLI_SHOW] = {.name = "show",
                        .operands = {"LAYOUT", "FILE"},
                        .summary = "print records field by field"},
    [GARIM_CLI_SYNTH] = {.name = "synth",
                         .operands = {"LAYOUT"},
                         .summary = "write a file of sample records",
                         .job = true},
};
static_assert(LENGTH(garim_cli_commands) == GARIM_CLI_COUNT,
              "a row for each command");

static const char *const io_choices[] = {"auto", "uring", "posix", NULL};

/* In the order of the bits of enum garim_without. */
static const char *const without_choices[] = {"direct", "registered",
                                              "fallocate", "dontcache", NULL};
const char *const garim_cli_kernels[] = {"auto",  "scalar", "avx2",
                                         "shani", "avx512", NULL};
static const char *const progress_choices[] = {"auto", "always", "never",
                                               "json", NULL};
static_assert(LENGTH(progress_choices) == GARIM_CLI_PROGRESS_JSON + 2,
              "a word for each");

const struct garim_cli_option garim_cli_options[] = {
    {.name = "key",
     .value = "FILE",
     .kind = GARIM_CLI_FILE,
     .help = "read the master key from FILE; a regular file of the caller or "
             "of root that nobody else can read",
     AT(key),
     .commands = RUN | CHECK},
    {.name = "key-credential",
     .value = "NAME",
     .kind = GARIM_CLI_TEXT,
     .help = "read the master key from the systemd credential NAME; that is "
             "$CREDENTIALS_DIRECTORY/NAME",
     AT(key_credential),
     .commands = RUN | CHECK},
    {.name = "key-fd",
     .value = "N",
     .kind = GARIM_CLI_NUMBER,
     .max = INT32_MAX,
     .help = "read the master key from the open descriptor N",
     AT(key_descriptor),
     .commands = RUN | CHECK},
    {.name = "input",
     .letter = 'i',
     .value = "FILE",
     .kind = GARIM_CLI_FILE,
     .help = "read FILE; - or nothing is standard input",
     AT(input),
     .commands = RUN},
    {.name = "input-command",
     .value = "CMD",
     .kind = GARIM_CLI_TEXT,
     .help = "read what CMD (for /bin/sh -c) writes; where it fails nothing "
             "is published.  Its standard input is that of garim",
     AT(input_command),
     .commands = RUN},
    {.name = "count",
     .letter = 'n',
     .value = "N",
     .kind = GARIM_CLI_NUMBER,
     .max = INT64_MAX,
     .help = "write N records",
     .required = true,
     AT(count),
     .commands = SYNTH},
    {.name = "output",
     .letter = 'o',
     .value = "FILE",
     .kind = GARIM_CLI_FILE,
     .help = "write FILE; - or nothing is standard output.  Until all of it "
             "is on the disk the file is called FILE.part",
     AT(output),
     .commands = RUN | SYNTH},
    {.name = "output-command",
     .value = "CMD",
     .kind = GARIM_CLI_TEXT,
     .help = "let CMD (for /bin/sh -c) read the records and write the output; "
             "where it fails nothing is published",
     AT(output_command),
     .commands = RUN},
    {.name = "force",
     .letter = 'f',
     .help = "replace an output that exists; it stays as it is until the new "
             "one is complete",
     AT(force),
     .commands = RUN | SYNTH},
    {.name = "restart",
     .help = "discard FILE.part and FILE.state, which a run that stopped left "
             "behind",
     AT(restart),
     .commands = RUN | SYNTH},
    {.name = "resume",
     .help = "go on where a run of the same command stopped; where there is "
             "nothing to go on with, begin",
     AT(resume),
     .commands = RUN},
    {.name = "verify-part",
     .help = "with --resume: make all that was done again and compare, instead "
             "of 64 windows drawn at random",
     AT(verify_part),
     .commands = RUN},
    {.name = "digest",
     .help = "compute the fs-verity digest of the output (SHA-256, blocks of "
             "4096 bytes, no salt) while it is written, for the summary and "
             "the report",
     AT(digest),
     .commands = RUN},
    {.name = "checkpoint",
     .value = "SIZE",
     .kind = GARIM_CLI_SIZE,
     .max = INT64_MAX,
     .help = "bytes of output between two checkpoints, from which --resume "
             "can go on; 0: only when the run ends.  Default 1g, and at "
             "least one a second",
     AT(checkpoint_bytes),
     .commands = RUN},
    {.name = "mode",
     .value = "OCTAL",
     .kind = GARIM_CLI_OCTAL,
     .min = 1,
     .max = 0777,
     .help = "permission bits of the output; default 0600",
     AT(mode),
     .commands = RUN | SYNTH},
    {.name = "seed",
     .value = "N",
     .kind = GARIM_CLI_NUMBER,
     .max = UINT64_MAX,
     .help = "the sample file to write; the same seed gives the same bytes.  "
             "Default 1",
     AT(seed),
     .commands = SYNTH},
    {.name = "max-rejects",
     .value = "N",
     .kind = GARIM_CLI_NUMBER,
     .max = 1000000,
     .help = "blank up to N records that break their layout; without it the "
             "first one stops the run",
     AT(max_rejects),
     .commands = RUN},
    {.name = "expect-records",
     .value = "N",
     .kind = GARIM_CLI_NUMBER,
     .max = INT64_MAX,
     .help = "refuse an input that does not hold exactly N records, before "
             "the output gets its name; a pipe cannot know that its writer "
             "failed",
     AT(expected_records),
     .commands = RUN},
    {.name = "allow-empty",
     .help = "accept an input without records; otherwise that is an error",
     AT(allow_empty),
     .commands = RUN},
    {.name = "report",
     .value = "FILE",
     .kind = GARIM_CLI_FILE,
     .help = "write what was done to FILE, as JSON; also when the run fails "
             "halfway",
     AT(report),
     .commands = RUN},
    {.name = "threads",
     .value = "N",
     .kind = GARIM_CLI_NUMBER,
     .min = 1,
     .max = 1024,
     .help = "worker threads; default: the cores this process may use.  The "
             "output never depends on it",
     AT(threads),
     .commands = RUN | SYNTH},
    {.name = "io",
     .value = "WAY",
     .kind = GARIM_CLI_CHOICE,
     .choices = io_choices,
     .help = "how to read and write; auto takes io_uring where the system "
             "has it, else pread and pwrite (posix)",
     AT(io),
     .commands = RUN | SYNTH},
    {.name = "without",
     .value = "LIST",
     .kind = GARIM_CLI_CHOICES,
     .choices = without_choices,
     .help = "do without some of what makes a run fast, as garim does by "
             "itself where the system does not have it; a list with commas.  "
             "The output never "
             "depends on it",
     AT(without),
     .commands = RUN | SYNTH},
    {.name = "kernels",
     .value = "TIER",
     .kind = GARIM_CLI_CHOICE,
     .choices = garim_cli_kernels,
     .help = "the instructions of the hot path; auto takes the fastest that "
             "this machine has.  The output never depends on it",
     AT(kernels),
     .commands = RUN},
    {.name = "window",
     .value = "SIZE",
     .kind = GARIM_CLI_SIZE,
     .min = 4096,
     .max = 4 << 20,
     .help = "bytes of one piece of work; a power of two from 4k to 4m",
     AT(window_bytes),
     .commands = RUN | SYNTH},
    {.name = "memory",
     .value = "SIZE",
     .kind = GARIM_CLI_SIZE,
     .min = 16 << 10,
     .max = UINT64_C(1) << 40,
     .help = "take no more than SIZE, such as 8m, for buffers; 2m is the "
             "least unless --window is smaller.  Default: as much as is "
             "useful, some 30 MiB",
     AT(memory_bytes),
     .commands = RUN | SYNTH},
    {.name = "rate",
     .value = "SIZE",
     .kind = GARIM_CLI_SIZE,
     .min = 4096,
     .max = UINT64_C(1) << 40,
     .help = "read no more than SIZE, such as 100m, in a second, to be kind to "
             "a busy disk",
     AT(rate_bytes),
     .commands = RUN},
    {.name = "progress",
     .value = "WHEN",
     .kind = GARIM_CLI_CHOICE,
     .choices = progress_choices,
     .help = "show progress on standard error; auto: where it is a terminal.  "
             "json: a line each second for another program",
     AT(progress),
     .commands = RUN | SYNTH},
    {.name = "quiet",
     .help = "no progress and no summary; errors only",
     AT(quiet),
     .commands = RUN | SYNTH},
    {.name = "records",
     .value = "A:B",
     .kind = GARIM_CLI_RANGE,
     .help = "the records from A up to, not including, B; counted from 0.  "
             "A: and :B leave an end open.  Default: all; show prints :10",
     AT(records),
     .commands = RUN | SHOW},
    {.name = "json",
     .help = "print JSON; show prints one object a line for each record",
     AT(json),
     .commands = CHECK | SHOW},
    {.name = "help",
     .letter = 'h',
     .help = "print this help",
     AT(help),
     .commands = ALL},
};

const size_t garim_cli_option_count =
    sizeof garim_cli_options / sizeof garim_cli_options[0];

const struct garim_cli_settings garim_cli_defaults = {
    .key_descriptor = GARIM_CLI_UNSET,
    .checkpoint_bytes = GARIM_CLI_UNSET,
    .expected_records = GARIM_CLI_UNSET,
    .seed = 1,
};

bool garim_cli_takes(const struct garim_cli_command *command,
                     const struct garim_cli_option *option)
{
    return option->commands >> (command - garim_cli_commands) & 1;
}
