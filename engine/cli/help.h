/* help.h - help and usage from the tables of commands.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_CLI_HELP_H
#define GARIM_CLI_HELP_H

#include <stdio.h>

#include "commands.h"

/* The commands, for `garim --help`. */
void garim_cli_overview(FILE *file);

/* Usage and options of one command. */
void garim_cli_help(FILE *file, const struct garim_cli_command *command);

/* "-i, --input FILE"; returns its length, like snprintf. */
size_t garim_cli_option_text(const struct garim_cli_option *option, char *text,
                             size_t size);

#endif
