/* streams.c - the commands that the records come from and go to
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "streams.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli.h"

/* For the end of a command that has let go of its pipe already. */
static const double end_seconds = 2;

/* ---- options ------------------------------------------------------------- */

enum garim_status
garim_cli_streams_check(const struct garim_cli_settings *settings,
                        struct garim_error *error)
{
    const bool in = settings->input_command != NULL;
    const bool any = in || settings->output_command != NULL;
    const struct {
        bool wrong;
        const char *message;
    } refusals[] = {
        {in && settings->input != NULL,
         "both --input and --input-command; the records come from one of them"},
        {in && (settings->records.first != 0 || settings->records.end != 0),
         "--records takes a slice of a file, and --input-command gives a "
         "stream; name a file with -i"},
        {any && settings->resume,
         "what a command reads or writes cannot be resumed; run without "
         "--resume"},
        {any && settings->key_descriptor <= STDERR_FILENO,
         "the commands have descriptors 0 to 2, and one of them would have the "
         "key; give --key-fd another"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
        if (refusals[i].wrong)
            return garim_cli_fail(error, GARIM_USAGE, "", "%s",
                                  refusals[i].message);
    return GARIM_OK;
}

/* ---- opening ------------------------------------------------------------- */

enum garim_status
garim_cli_streams_open(struct garim_cli_streams *streams,
                       const struct garim_cli_settings *settings,
                       struct garim_error *error)
{
    *streams = (struct garim_cli_streams){
        .input = {.role = "input command",
                  .failure = GARIM_INPUT,
                  .control = -1},
        .output = {.role = "output command",
                   .failure = GARIM_OUTPUT,
                   .control = -1},
        .sink = -1,
    };
    enum garim_status status = GARIM_OK;
    if (settings->input_command != NULL)
        status = garim_cli_child_open(&streams->input, settings->input_command,
                                      error);
    if (status == GARIM_OK && settings->output_command != NULL)
        status = garim_cli_child_open(&streams->output,
                                      settings->output_command, error);
    return status;
}

static enum garim_status fail_pipe(const struct garim_cli_child *child,
                                   struct garim_error *error)
{
    return garim_cli_fail(error, child->failure, "",
                          "no pipe to the %s can be had (%s); free some "
                          "descriptors and run again",
                          child->role, strerror(errno));
}

static enum garim_status begin_input(struct garim_cli_streams *streams,
                                     struct garim_error *error)
{
    struct garim_cli_child *child = &streams->input;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return fail_pipe(child, error);
    enum garim_status status =
        garim_cli_child_start(child, STDIN_FILENO, ends[1], error);
    if (status == GARIM_OK && dup2(ends[0], STDIN_FILENO) != STDIN_FILENO)
        status = fail_pipe(child, error);
    (void)close(ends[0]);
    (void)close(ends[1]);
    return status;
}

/* ---- the filter ---------------------------------------------------------- */

static enum garim_status begin_output(void *user, int output,
                                      int *ret_descriptor,
                                      struct garim_error *error)
{
    struct garim_cli_streams *streams = user;
    struct garim_cli_child *child = &streams->output;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return fail_pipe(child, error);
    const enum garim_status status =
        garim_cli_child_start(child, ends[0], output, error);
    (void)close(ends[0]);
    streams->sink = ends[1];
    *ret_descriptor = ends[1];
    return status;
}

static enum garim_status wait_well(struct garim_cli_child *child,
                                   struct garim_error *error)
{
    if (garim_cli_child_wait(child, -1))
        return garim_cli_child_judge(child, error);
    return garim_cli_fail(error, GARIM_TEMPORARY, "",
                          "interrupted while the %s ended; run again",
                          child->role);
}

enum garim_status garim_cli_streams_judge(struct garim_cli_streams *streams,
                                          struct garim_error *error)
{
    return streams->input.started ? wait_well(&streams->input, error)
                                  : GARIM_OK;
}

/* A command may end well without having read what it was given. */
static enum garim_status fail_unread(const struct garim_cli_child *child,
                                     struct garim_error *error)
{
    return garim_cli_fail(error, child->failure, "",
                          "the %s did not read all of the records (%s); let it "
                          "read to their end, and run again",
                          child->role,
                          child->ended ? "exit status 0"
                                       : "it closed its standard input");
}

static enum garim_status end_output(void *user, struct garim_error *error)
{
    struct garim_cli_streams *streams = user;
    struct garim_cli_child *child = &streams->output;
    enum garim_status status = garim_cli_streams_judge(streams, error);
    if (status != GARIM_OK) return status;
    char path[32];
    int unread = 0;
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", streams->sink);
    /* What nobody has read is lost with the last reader: be one. */
    const int rest = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    (void)close(streams->sink);
    streams->sink = -1;
    status = wait_well(child, error);
    if (status == GARIM_OK && rest >= 0 &&
        ioctl(rest, FIONREAD, &unread) == 0 && unread > 0)
        status = fail_unread(child, error);
    if (rest >= 0) (void)close(rest);
    return status;
}

enum garim_status garim_cli_streams_begin(struct garim_cli_streams *streams,
                                          struct garim_job_options *options,
                                          struct garim_error *error)
{
    streams->filter = (struct garim_filter){
        .size = sizeof streams->filter,
        .open = begin_output,
        .finish = end_output,
        .user = streams,
    };
    if (streams->output.pid != 0) options->filter = &streams->filter;
    return streams->input.pid != 0 ? begin_input(streams, error) : GARIM_OK;
}

/* ---- closing ------------------------------------------------------------- */

/* Whether a command has let go of the other end of the pipe `descriptor`; then
 * its end is near, and waited for a while. */
static bool has_left(struct garim_cli_child *child, int descriptor)
{
    struct pollfd end = {.fd = descriptor};
    if (!child->started) return false;
    if (!child->ended &&
        (poll(&end, 1, 0) != 1 || (end.revents & (POLLHUP | POLLERR)) == 0))
        return false;
    (void)garim_cli_child_wait(child, end_seconds);
    return true;
}

/* An input that breaks off, and a pipe that nobody reads, are often what a
 * command that failed leaves behind. */
static void explain(struct garim_cli_streams *streams, enum garim_status status,
                    struct garim_error *error)
{
    struct garim_cli_child *input = &streams->input;
    struct garim_cli_child *output = &streams->output;
    if (status == GARIM_INPUT && has_left(input, STDIN_FILENO) && input->ended)
        (void)garim_cli_child_judge(input, error);
    if (status == GARIM_OUTPUT && streams->sink >= 0 &&
        has_left(output, streams->sink) &&
        (!output->ended || garim_cli_child_judge(output, error) == GARIM_OK))
        (void)fail_unread(output, error);
}

enum garim_status garim_cli_streams_close(struct garim_cli_streams *streams,
                                          enum garim_status status,
                                          struct garim_error *error)
{
    if (status == GARIM_OK)
        status = garim_cli_streams_judge(streams, error);
    else
        explain(streams, status, error);
    garim_cli_child_stop(&streams->input);
    garim_cli_child_stop(&streams->output);
    /* Last: the end of its input would be a whole stream to the command. */
    if (streams->sink >= 0) (void)close(streams->sink);
    streams->sink = -1;
    return status;
}
