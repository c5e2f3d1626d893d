/* help.c - help and usage from the tables of commands.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "help.h"

#include <ctype.h>
#include <string.h>

enum { LINE_COLUMNS = 79 };

void garim_cli_overview(FILE *file)
{
    fputs("Usage: garim COMMAND ...\n\n"
          "Masks and tokenizes the fields of fixed-layout records.\n\n",
          file);
    for (size_t i = 0; i < GARIM_CLI_COUNT; i++) {
        const struct garim_cli_command *command = &garim_cli_commands[i];
        char text[64];
        int used = snprintf(text, sizeof text, "%s", command->name);
        for (size_t k = 0; command->operands[k] != NULL; k++)
            used += snprintf(text + used, sizeof text - (size_t)used, " %s",
                             command->operands[k]);
        fprintf(file, "  %-18s  %s\n", text, command->summary);
    }
    fputs("\n  garim help COMMAND  say more about one\n"
          "  garim --version     print the version\n\n"
          "A first try: garim keygen my.key; garim check my.policy.yaml;\n"
          "garim run my.policy.yaml --key my.key -i in.dat -o out.dat\n",
          file);
}

size_t garim_cli_option_text(const struct garim_cli_option *option, char *text,
                             size_t size)
{
    char letter[8] = "";
    if (option->letter != 0)
        (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    return (size_t)snprintf(text, size, "%s--%s%s%s", letter, option->name,
                            option->value == NULL ? "" : " ",
                            option->value == NULL ? "" : option->value);
}

/* Print `text` from column `indent` on, where the cursor stands. */
static void wrap(FILE *file, const char *text, size_t indent)
{
    size_t column = indent;
    while (*text != '\0') {
        size_t blanks = strspn(text, " ");
        size_t word = strcspn(text + blanks, " ");
        if (column + blanks + word > LINE_COLUMNS) {
            fprintf(file, "\n%*s", (int)indent, "");
            column = indent;
            text += blanks;
            blanks = 0;
        }
        fwrite(text, 1, blanks + word, file);
        text += blanks + word;
        column += blanks + word;
    }
    fputc('\n', file);
}

static void print_choices(FILE *file, const char *const *choices, size_t indent)
{
    fprintf(file, "%*s", (int)indent, "");
    for (size_t i = 0; choices[i] != NULL; i++)
        fprintf(file, "%s%s", i == 0 ? "(" : " | ", choices[i]);
    fputs(")\n", file);
}

void garim_cli_help(FILE *file, const struct garim_cli_command *command)
{
    enum { HELP_COLUMN = 29 };
    fprintf(file, "Usage: garim %s", command->name);
    for (size_t i = 0; command->operands[i] != NULL; i++)
        fprintf(file, " %s", command->operands[i]);
    for (size_t i = 0; i < garim_cli_option_count; i++)
        if (garim_cli_options[i].required &&
            garim_cli_takes(command, &garim_cli_options[i]))
            fprintf(file, " -%c %s", garim_cli_options[i].letter,
                    garim_cli_options[i].value);
    fprintf(file, " [options]\n\n%c%s.\n\n",
            toupper((unsigned char)command->summary[0]), command->summary + 1);
    for (size_t i = 0; i < garim_cli_option_count; i++) {
        const struct garim_cli_option *option = &garim_cli_options[i];
        char text[64];
        if (!garim_cli_takes(command, option)) continue;
        garim_cli_option_text(option, text, sizeof text);
        fprintf(file, "  %*s%-*s", option->letter != 0 ? 0 : 4, "",
                HELP_COLUMN - (option->letter != 0 ? 2 : 6), text);
        wrap(file, option->help, HELP_COLUMN);
        if (option->choices != NULL)
            print_choices(file, option->choices, HELP_COLUMN);
    }
    fprintf(file, "\nMore in garim-%s(1).\n", command->name);
}
