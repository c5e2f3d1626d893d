/* child.c - a command that the program runs beside itself
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"

enum {
    CONTROL = 3,      /* the child's end, until it begins */
    NO_COMMAND = 127, /* as of the shell */
    NOT_EXECUTABLE = 126,
};

/* From the request to end until force is used, and then until nobody waits any
 * longer: a process that hangs in the kernel cannot be ended. */
static const double patience_seconds = 2;

/* Both descriptors in one message. */
union rights {
    struct cmsghdr header;
    char space[CMSG_SPACE(2 * sizeof(int))];
};

/* ---- in the child -------------------------------------------------------- */

static void take_defaults(void)
{
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Whether the parent says to begin; its descriptors become 0 and 1. */
static bool receive_streams(void)
{
    char word;
    struct iovec data = {&word, sizeof word};
    union rights rights;
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = &rights,
        .msg_controllen = sizeof rights,
    };
    int streams[2];
    if (recvmsg(CONTROL, &message, MSG_CMSG_CLOEXEC) != sizeof word)
        return false;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header == NULL || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(sizeof streams))
        return false;
    memcpy(streams, CMSG_DATA(header), sizeof streams);
    return dup2(streams[0], STDIN_FILENO) == STDIN_FILENO &&
           dup2(streams[1], STDOUT_FILENO) == STDOUT_FILENO;
}

/* Where the program is killed nobody ends its commands: a process outside of
 * their group, a child of none of them, outlives it by that much.  A word from
 * the program says that they have ended by themselves. */
static void leave_watcher(void)
{
    const pid_t group = getpid();
    const pid_t between = fork();
    if (between < 0) _exit(1);
    if (between > 0) {
        (void)waitpid(between, NULL, 0);
        return;
    }
    if (fork() != 0) _exit(0);
    char word;
    ssize_t got;
    (void)setsid();
    for (int descriptor = 0; descriptor < CONTROL; descriptor++)
        (void)close(descriptor);
    closefrom(CONTROL + 1);
    do {
        got = read(CONTROL, &word, sizeof word);
    } while (got < 0 && errno == EINTR);
    if (got <= 0) (void)kill(-group, SIGKILL);
    _exit(0);
}

/* A session of its own has no terminal: it cannot stop for want of one, and
 * Ctrl-C is for the program, which then ends its commands in order. */
__attribute__((noreturn)) static void become(const char *command, int control)
{
    take_defaults();
    (void)unsetenv("CREDENTIALS_DIRECTORY");
    (void)setsid();
    if (control != CONTROL && dup2(control, CONTROL) != CONTROL) _exit(1);
    closefrom(CONTROL + 1);
    if (!receive_streams()) _exit(1);
    leave_watcher();
    closefrom(CONTROL);
    (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(NO_COMMAND);
}

/* ---- starting ------------------------------------------------------------ */

static enum garim_status fail_to_start(const struct garim_cli_child *child,
                                       struct garim_error *error)
{
    return garim_cli_fail(error, child->failure, "",
                          "the %s could not be started (%s); free some "
                          "processes or memory and run again",
                          child->role, strerror(errno));
}

enum garim_status garim_cli_child_open(struct garim_cli_child *child,
                                       const char *command,
                                       struct garim_error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return fail_to_start(child, error);
    /* Who started us may have ignored it: nobody's end could be waited for. */
    (void)signal(SIGCHLD, SIG_DFL);
    const pid_t pid = fork();
    if (pid == 0) become(command, ends[1]);
    (void)close(ends[1]);
    if (pid > 0) {
        child->pid = pid;
        child->control = ends[0];
        return GARIM_OK;
    }
    const enum garim_status status = fail_to_start(child, error);
    (void)close(ends[0]);
    return status;
}

enum garim_status garim_cli_child_start(struct garim_cli_child *child, int in,
                                        int out, struct garim_error *error)
{
    const int streams[2] = {in, out};
    char word = 0;
    struct iovec data = {&word, sizeof word};
    union rights rights = {.space = {0}};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = &rights,
        .msg_controllen = sizeof rights,
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof streams);
    memcpy(CMSG_DATA(header), streams, sizeof streams);
    const ssize_t sent = sendmsg(child->control, &message, MSG_NOSIGNAL);
    const enum garim_status status =
        sent == sizeof word ? GARIM_OK : fail_to_start(child, error);
    child->started = status == GARIM_OK;
    return status;
}

/* ---- ending -------------------------------------------------------------- */

static void send_signal(const struct garim_cli_child *child, int number)
{
    /* Before it has a group it is alone. */
    if (kill(-child->pid, number) != 0 && !child->reaped)
        (void)kill(child->pid, number);
}

static void reap(struct garim_cli_child *child)
{
    enum { FAILED = 1 << 8 }; /* as exit status 1 */
    if (child->reaped) return;
    const pid_t pid = waitpid(child->pid, &child->wait_status, WNOHANG);
    child->reaped = pid == child->pid || (pid < 0 && errno != EINTR);
    if (pid < 0) child->wait_status = FAILED;
}

/* Whether nothing of it is left, neither itself nor in its group. */
static bool is_gone(struct garim_cli_child *child)
{
    reap(child);
    return child->reaped && kill(-child->pid, 0) != 0;
}

/* Whether its end is known: it failed, or it is gone with all that it started,
 * which may have its output still in hand. */
static bool has_ended(struct garim_cli_child *child)
{
    const bool gone = is_gone(child);
    child->ended = gone || (child->reaped && child->wait_status != 0);
    return child->ended;
}

static double now(void)
{
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Until `holds`, for no longer than `seconds`. */
static bool wait_until(bool (*holds)(struct garim_cli_child *child),
                       struct garim_cli_child *child, double seconds,
                       bool interruptible)
{
    static const struct timespec pause = {.tv_nsec = 2 * 1000 * 1000};
    const double begin = now();
    while (!holds(child)) {
        if (interruptible && garim_cli_interrupted()) return false;
        if (seconds >= 0 && now() - begin >= seconds) return false;
        (void)nanosleep(&pause, NULL);
    }
    return true;
}

bool garim_cli_child_wait(struct garim_cli_child *child, double seconds)
{
    return wait_until(has_ended, child, seconds, true);
}

void garim_cli_child_stop(struct garim_cli_child *child)
{
    static const int signals[] = {SIGTERM, SIGKILL};
    const char word = 0;
    if (child->pid == 0 || child->control < 0) return;
    bool gone = is_gone(child);
    for (size_t i = 0; !gone && i < sizeof signals / sizeof *signals; i++) {
        send_signal(child, signals[i]);
        gone = wait_until(is_gone, child, patience_seconds, false);
    }
    if (gone) (void)send(child->control, &word, sizeof word, MSG_NOSIGNAL);
    (void)close(child->control);
    child->control = -1;
}

/* ---- judging ------------------------------------------------------------- */

enum garim_status garim_cli_child_judge(const struct garim_cli_child *child,
                                        struct garim_error *error)
{
    static const struct {
        int code;
        const char *meaning;
    } meanings[] = {
        {NOT_EXECUTABLE, ": it cannot be executed"},
        {NO_COMMAND, ": there is no such command"},
    };
    const int status = child->wait_status;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return GARIM_OK;
    if (WIFSIGNALED(status))
        return garim_cli_fail(error, child->failure, "",
                              "the %s was ended by signal %d (%s); find out "
                              "who sent it and run again",
                              child->role, WTERMSIG(status),
                              strsignal(WTERMSIG(status)));
    const char *meaning = "";
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].code == WEXITSTATUS(status))
            meaning = meanings[i].meaning;
    return garim_cli_fail(error, child->failure, "",
                          "the %s failed (exit status %d%s); fix what it "
                          "reports on standard error and run again",
                          child->role, WEXITSTATUS(status), meaning);
}
