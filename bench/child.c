/* child.c - work in processes of their own, whose cost is theirs alone
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Signals are blocked and waited for, so that none is lost between a look and
 * a wait.  Children are in a group of their own: an interrupt reaches us alone,
 * and we end all of them before we tidy up.
 */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "bench.h"

static sigset_t awaited; /* SIGCHLD and what interrupts */

void garim_bench_children_prepare(void)
{
    static const int numbers[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
    (void)sigemptyset(&awaited);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct sigaction old;
        if (sigaction(numbers[i], NULL, &old) == 0 &&
            (numbers[i] == SIGCHLD || old.sa_handler != SIG_IGN)) /* nohup */
            (void)sigaddset(&awaited, numbers[i]);
    }
    (void)sigprocmask(SIG_BLOCK, &awaited, NULL);
}

/* ---- in the child -------------------------------------------------------- */

/* Onto standard input or output; nothing where `descriptor` is 0. */
static void lead(int descriptor, int onto)
{
    if (descriptor == 0) descriptor = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (dup2(descriptor, onto) < 0) _exit(GARIM_BENCH_CHILD_ABSENT);
}

static void become(const struct garim_bench_child *child)
{
    lead(0, STDERR_FILENO);
    /* execvp promises not to write into them. */
    (void)execvp(child->arguments[0], (char *const *)child->arguments);
    _exit(GARIM_BENCH_CHILD_ABSENT);
}

static void begin(const struct garim_bench_child *child, pid_t group,
                  pid_t parent)
{
    (void)setpgid(0, group);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(GARIM_BENCH_CHILD_ABSENT);
    (void)sigprocmask(SIG_UNBLOCK, &awaited, NULL);
    lead(child->in, STDIN_FILENO);
    lead(child->out, STDOUT_FILENO);
    (void)close_range(STDERR_FILENO + 1, UINT_MAX, 0);
    if (child->folder != NULL && chdir(child->folder) != 0)
        _exit(GARIM_BENCH_CHILD_ABSENT);
    if (child->variable != NULL) (void)putenv((char *)child->variable);
    if (child->arguments != NULL) become(child);
    _exit(child->work(child->context));
}

/* ---- in the parent ------------------------------------------------------- */

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + 1e-6 * (double)time.tv_usec;
}

static bool collect(struct garim_bench_child *child, int flags)
{
    enum { KIB = 1024, SIGNALLED = 128 };
    struct rusage usage;
    int status;
    if (child->ended || wait4(child->pid, &status, flags, &usage) <= 0)
        return child->ended;
    child->ended = true;
    child->code =
        WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
    child->core_seconds =
        seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
    child->peak_bytes = (uint64_t)usage.ru_maxrss * KIB;
    return true;
}

static bool collect_all(struct garim_bench_child *children, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++)
        all = collect(&children[i], WNOHANG) && all;
    return all;
}

static enum garim_status end_all(struct garim_bench_child *children,
                                 size_t count, struct garim_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!children[i].ended) (void)kill(children[i].pid, SIGKILL);
    if (count > 0) (void)kill(-children[0].pid, SIGKILL); /* theirs, too */
    for (size_t i = 0; i < count; i++)
        (void)collect(&children[i], 0);
    return garim_error_set(error, GARIM_TEMPORARY,
                           "interrupted; everything it made is removed");
}

static enum garim_status wait_all(struct garim_bench_child *children,
                                  size_t count, struct garim_error *error)
{
    while (!collect_all(children, count)) {
        int number = sigwaitinfo(&awaited, NULL);
        if (number > 0 && number != SIGCHLD)
            return end_all(children, count, error);
    }
    return GARIM_OK;
}

/* A pipe to the next child, whose ends we close as soon as both have them. */
static bool start(struct garim_bench_child *children, size_t index,
                  pid_t parent)
{
    struct garim_bench_child *child = &children[index];
    pid_t group = index == 0 ? 0 : children[0].pid;
    int ends[2] = {0, 0};
    if (child->piped && pipe2(ends, O_CLOEXEC) != 0) return false;
    if (child->piped) child->out = ends[1];
    child->ended = false;
    child->pid = fork();
    if (child->pid == 0) begin(child, group, parent);
    int reason = errno;
    if (child->piped) (void)close(ends[1]);
    if (child->piped) children[index + 1].in = ends[0];
    if (index > 0 && children[index - 1].piped) (void)close(child->in);
    if (child->pid > 0) (void)setpgid(child->pid, group);
    errno = reason;
    return child->pid > 0;
}

enum garim_status garim_bench_children_run(struct garim_bench_child *children,
                                           size_t count, double *ret_seconds,
                                           struct garim_error *error)
{
    pid_t parent = getpid();
    double begun = garim_bench_wall_seconds();
    (void)fflush(NULL);
    for (size_t i = 0; i < count; i++) {
        if (start(children, i, parent)) continue;
        int reason = errno;
        (void)end_all(children, i, NULL);
        return garim_error_set(error, GARIM_TEMPORARY, "no process: %s",
                               garim_error_text(reason));
    }
    enum garim_status status = wait_all(children, count, error);
    *ret_seconds = garim_bench_wall_seconds() - begun;
    return status;
}

bool garim_bench_child_exists(const char *program)
{
    const char *path = getenv("PATH");
    char name[PATH_MAX];
    while (path != NULL && *path != '\0') {
        size_t length = strcspn(path, ":");
        (void)snprintf(name, sizeof name, "%.*s/%s", (int)length, path,
                       program);
        if (access(name, X_OK) == 0) return true;
        path += length + (path[length] == ':');
    }
    return false;
}
