/* main.c - the program: finds the command, runs it, words its error
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli.h"
#include "help.h"

static garim_cli_run_function *const run_functions[] = {
    [GARIM_CLI_RUN] = garim_cli_run,       [GARIM_CLI_CHECK] = garim_cli_check,
    [GARIM_CLI_KEYGEN] = garim_cli_keygen, [GARIM_CLI_SHOW] = garim_cli_show,
    [GARIM_CLI_SYNTH] = garim_cli_synth,
};
static_assert(sizeof run_functions / sizeof *run_functions == GARIM_CLI_COUNT,
              "each command runs");

/* A standard stream that is closed would be given to the next file opened:
 * hold its place with one that can be neither read nor written. */
static bool hold_standard_streams(void)
{
    for (int descriptor = 0; descriptor <= 2; descriptor++) {
        if (fcntl(descriptor, F_GETFD) >= 0) continue;
        int flags = descriptor == 0 ? O_WRONLY : O_RDONLY;
        if (open("/dev/null", flags) != descriptor) return false;
    }
    return true;
}

static void forbid_dumps(void)
{
    static const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_DUMPABLE, 0);
}

static enum garim_status run_command(const struct garim_cli_command *command,
                                     int argc, char *const *argv,
                                     struct garim_error *error)
{
    struct garim_cli_settings settings;
    if (command->secret) forbid_dumps();
    (void)signal(SIGXFSZ, SIG_IGN); /* EFBIG says the same, and where */
    if (command->job) (void)signal(SIGPIPE, SIG_IGN);
    enum garim_status status =
        garim_cli_parse(command, argc, argv, &settings, error);
    if (status != GARIM_OK) return status;
    if (settings.help) {
        garim_cli_help(stdout, command);
        return GARIM_OK;
    }
    return run_functions[command - garim_cli_commands](&settings, error);
}

static enum garim_status dispatch(int argc, char *const *argv,
                                  struct garim_error *error)
{
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--version") == 0) {
        printf("garim %s\n", garim_version());
        return GARIM_OK;
    }
    bool help = strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 ||
                strcmp(name, "-h") == 0;
    if (argc < 2)
        return garim_cli_fail(error, GARIM_USAGE, "",
                              "no command; garim --help lists them");
    if (help && argc == 2) {
        garim_cli_overview(stdout);
        return GARIM_OK;
    }
    const struct garim_cli_command *command =
        garim_cli_find(help ? argv[2] : name, error);
    if (command == NULL) return GARIM_USAGE;
    if (!help) return run_command(command, argc - 2, argv + 2, error);
    garim_cli_help(stdout, command);
    return GARIM_OK;
}

int main(int argc, char **argv)
{
    struct garim_error error;
    if (!hold_standard_streams()) return GARIM_OUTPUT;
    enum garim_status status = dispatch(argc, argv, &error);
    if (status != GARIM_OK) garim_cli_print_error(&error, "");
    bool failed = ferror(stdout) != 0;
    errno = 0;
    if ((fclose(stdout) != 0 || failed) && status == GARIM_OK) {
        status = garim_cli_fail(&error, GARIM_OUTPUT, "standard output",
                                "not all was written (%s); free some space, or "
                                "see why its reader stopped, and run again",
                                errno == 0 ? "write error" : strerror(errno));
        garim_cli_print_error(&error, "");
    }
    return (int)status;
}
