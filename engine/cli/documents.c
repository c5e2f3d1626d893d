/* documents.c - build-time: completion and man pages from the tables
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * documents man COMMAND BODY.scd   the body, its line @OPTIONS@ replaced
 * documents bash | zsh             the completion of that shell
 */
#include <string.h>

#include "commands.h"
#include "help.h"

/* ---- man pages ----------------------------------------------------------- */

/* scdoc takes * and _ and \ for markup. */
static void print_escaped(const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("*_\\<>#", *text) != NULL) putchar('\\');
        putchar(*text);
    }
}

static void man_options(const struct garim_cli_command *command)
{
    for (size_t i = 0; i < garim_cli_option_count; i++) {
        const struct garim_cli_option *option = &garim_cli_options[i];
        if (!garim_cli_takes(command, option)) continue;
        if (option->letter != 0) printf("*-%c*, ", option->letter);
        printf("*--%s*", option->name);
        if (option->value != NULL) {
            fputs(" _", stdout);
            print_escaped(option->value);
            fputs("_", stdout);
        }
        fputs("\n\t", stdout);
        print_escaped(option->help);
        for (size_t k = 0;
             option->choices != NULL && option->choices[k] != NULL; k++)
            printf("%s%s", k == 0 ? ".  One of " : ", ", option->choices[k]);
        fputs(".\n\n", stdout);
    }
}

static int man_page(const struct garim_cli_command *command, const char *path)
{
    char line[512];
    FILE *body = fopen(path, "r");
    if (body == NULL) return 1;
    while (fgets(line, sizeof line, body) != NULL)
        if (strcmp(line, "@OPTIONS@\n") == 0)
            man_options(command);
        else
            fputs(line, stdout);
    return fclose(body) != 0;
}

/* ---- bash ---------------------------------------------------------------- */

static void bash_values(const struct garim_cli_option *option)
{
    if (option->value == NULL) return;
    fputs("    ", stdout);
    if (option->letter != 0) printf("-%c | ", option->letter);
    printf("--%s) ", option->name);
    if (option->choices != NULL) {
        fputs("words=\"", stdout);
        for (size_t i = 0; option->choices[i] != NULL; i++)
            printf("%s%s", i == 0 ? "" : " ", option->choices[i]);
        fputs("\"", stdout);
    } else {
        fputs(option->kind == GARIM_CLI_FILE ? "files=1" : "return", stdout);
    }
    fputs(" ;;\n", stdout);
}

static void bash_command(const struct garim_cli_command *command)
{
    printf("    %s) words=\"", command->name);
    for (size_t i = 0; i < garim_cli_option_count; i++)
        if (garim_cli_takes(command, &garim_cli_options[i]))
            printf("--%s ", garim_cli_options[i].name);
    fputs("\" ;;\n", stdout);
}

static void print_names(void)
{
    for (size_t i = 0; i < GARIM_CLI_COUNT; i++)
        printf("%s%s", i == 0 ? "" : " ", garim_cli_commands[i].name);
}

static int bash_completion(void)
{
    fputs("# bash completion for garim\n"
          "_garim()\n{\n"
          "    local word=\"${COMP_WORDS[COMP_CWORD]}\" words=\"\" files=\"\"\n"
          "    local last=$((COMP_CWORD - 1))\n"
          "    [[ $word != = ]] || { word=\"\" last=$COMP_CWORD; }\n"
          "    [[ ${COMP_WORDS[last]} != = ]] || ((last--))\n"
          "    COMPREPLY=()\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        COMPREPLY=($(compgen -W \"",
          stdout);
    print_names();
    fputs(" help --help --version\" -- \"$word\"))\n        return\n    fi\n"
          "    if [[ ${COMP_WORDS[1]} == help ]]; then\n"
          "        COMPREPLY=($(compgen -W \"",
          stdout);
    print_names();
    fputs("\" -- \"$word\"))\n        return\n    fi\n"
          "    case \"${COMP_WORDS[last]}\" in\n",
          stdout);
    for (size_t i = 0; i < garim_cli_option_count; i++) {
        const struct garim_cli_option *option = &garim_cli_options[i];
        bool shown = false;
        for (size_t k = 0; k < i; k++)
            shown |= strcmp(garim_cli_options[k].name, option->name) == 0;
        if (!shown) bash_values(option);
    }
    fputs("    *) [[ $word == -* ]] || files=1 ;;\n    esac\n"
          "    if [[ -n $files ]]; then\n"
          "        compopt -o filenames 2>/dev/null\n"
          "        COMPREPLY=($(compgen -f -- \"$word\"))\n"
          "        return\n    fi\n"
          "    [[ -n $words ]] || case \"${COMP_WORDS[1]}\" in\n",
          stdout);
    for (size_t i = 0; i < GARIM_CLI_COUNT; i++)
        bash_command(&garim_cli_commands[i]);
    fputs("    esac\n"
          "    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
          "complete -F _garim garim\n",
          stdout);
    return 0;
}

/* ---- zsh ----------------------------------------------------------------- */

/* An option for _arguments: '(-o --output)'{-o,--output}'[help]:FILE:_files' */
static void zsh_option(const struct garim_cli_option *option)
{
    fputs(" \\\n            ", stdout);
    if (option->letter != 0)
        printf("'(-%c --%s)'{-%c,--%s}'", option->letter, option->name,
               option->letter, option->name);
    else
        printf("'--%s", option->name);
    printf("[%.*s]", (int)strcspn(option->help, ";"), option->help);
    if (option->value != NULL) {
        size_t length = strcspn(option->value, ":");
        printf(":%.*s:", (int)length, option->value);
    }
    if (option->choices != NULL) {
        for (size_t i = 0; option->choices[i] != NULL; i++)
            printf("%s%s", i == 0 ? "(" : " ", option->choices[i]);
        fputs(")", stdout);
    } else if (option->kind == GARIM_CLI_FILE) {
        fputs("_files", stdout);
    }
    fputs("'", stdout);
}

static int zsh_completion(void)
{
    fputs("#compdef garim\n\n_garim() {\n    local -a commands=(\n", stdout);
    for (size_t i = 0; i < GARIM_CLI_COUNT; i++)
        printf("        '%s:%s'\n", garim_cli_commands[i].name,
               garim_cli_commands[i].summary);
    fputs("        'help:say more about a command'\n    )\n"
          "    if ((CURRENT == 2)); then\n"
          "        _describe command commands\n        return\n    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n    ((CURRENT--))\n"
          "    case $command in\n"
          "        help) _describe command commands ;;\n",
          stdout);
    for (size_t i = 0; i < GARIM_CLI_COUNT; i++) {
        const struct garim_cli_command *command = &garim_cli_commands[i];
        printf("        %s)\n            _arguments", command->name);
        for (size_t k = 0; k < garim_cli_option_count; k++)
            if (garim_cli_takes(command, &garim_cli_options[k]))
                zsh_option(&garim_cli_options[k]);
        for (size_t k = 0; command->operands[k] != NULL; k++)
            printf(" \\\n            '%zu:%s:_files'", k + 1,
                   command->operands[k]);
        fputs(" ;;\n", stdout);
    }
    fputs("    esac\n}\n\n_garim \"$@\"\n", stdout);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "bash") == 0) return bash_completion();
    if (argc == 2 && strcmp(argv[1], "zsh") == 0) return zsh_completion();
    if (argc != 4 || strcmp(argv[1], "man") != 0) return 2;
    for (size_t i = 0; i < GARIM_CLI_COUNT; i++)
        if (strcmp(garim_cli_commands[i].name, argv[2]) == 0)
            return man_page(&garim_cli_commands[i], argv[3]);
    return 2;
}
