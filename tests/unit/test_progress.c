/* test_progress.c - turns that reach everybody, reads that are never of nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "flow/block.h"
#include "flow/flow.h"

/* ---- turns --------------------------------------------------------------- */

enum { WAITING = 6 };

static struct garim_turn turn;
static atomic_uint came, went;

static void *wait_for_turn(void *index)
{
    came++;
    garim_turn_wait(&turn, (uint64_t)(uintptr_t)index);
    went++;
    return NULL;
}

/* Threads that wait for the turns from `first` on, the last of them first. */
static void start(pthread_t *threads, uintptr_t first)
{
    came = went = 0;
    for (uintptr_t i = WAITING; i-- > 0;)
        cr_assert_eq(pthread_create(&threads[i], NULL, wait_for_turn,
                                    (void *)(first + i)),
                     0);
    while (came < WAITING)
        (void)usleep(1000);
    (void)usleep(50 * 1000);
}

/* Whoever waits is woken by its own turn, however many others wait. */
Test(turn, wakes_whose_it_is, .timeout = 20)
{
    pthread_t threads[WAITING];
    garim_turn_open(&turn);
    start(threads, 1);
    for (uint64_t i = 0; i < WAITING; i++) {
        cr_assert_eq(went, i);
        cr_assert(garim_turn_is(&turn, i));
        cr_assert_not(garim_turn_is(&turn, i + 1));
        garim_turn_pass(&turn, i);
        cr_assert_not(garim_turn_is(&turn, i));
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
        (void)usleep(10 * 1000);
    }
    garim_turn_close(&turn);
}

Test(turn, release_wakes_all, .timeout = 20)
{
    pthread_t threads[WAITING];
    garim_turn_open(&turn);
    start(threads, 5);
    cr_assert_eq(went, 0);
    garim_turn_release(&turn);
    for (size_t i = 0; i < WAITING; i++)
        cr_assert_eq(pthread_join(threads[i], NULL), 0);
    garim_turn_wait(&turn, 99);
    garim_turn_close(&turn);
}

/* ---- reads of nothing ----------------------------------------------------
 * Of a stream they would be answered for ever, of a file taken for its end. */

static uint8_t buffer[8192];

static void ask_for_an_empty_window(void)
{
    struct garim_flow flow = {
        .source = &garim_source_windows,
        .buffer_bytes = sizeof buffer,
        .geometry = {.window_bytes = 4096,
                     .window_count = 1,
                     .in_stride = 1,
                     .out_stride = 1},
    };
    struct garim_block block = {.buffer = buffer};
    garim_source_windows.ask(&flow, &block);
}

static void ask_a_stream_without_room(void)
{
    static const struct garim_framing framing = {.stride = 1};
    struct garim_flow flow = {
        .framing = &framing,
        .buffer_bytes = sizeof buffer,
        .stream = {.carry = buffer, .carry_bytes = sizeof buffer},
    };
    static uint8_t other[sizeof buffer];
    struct garim_block block = {.buffer = other};
    garim_source_stream.ask(&flow, &block);
}

static bool is_trapped(void (*ask)(void))
{
    int status = 0;
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        (void)close(STDERR_FILENO);
        (void)signal(SIGILL, SIG_DFL);
        (void)signal(SIGTRAP, SIG_DFL);
        ask();
        _exit(0);
    }
    cr_assert(waitpid(child, &status, 0) == child);
    cr_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    return WIFSIGNALED(status);
}

static const struct garim_observers nobody;

/* Nor is a window finished that nobody may have claimed. */
static void finish_beyond_reach(void)
{
    struct garim_watermark watermark;
    const struct garim_tally tally = {.counts = (uint64_t[]){0}};
    if (garim_watermark_open(&watermark, 4, 1, &nobody) != 0) _exit(1);
    (void)garim_watermark_finish(&watermark, 3, &tally);
    (void)garim_watermark_finish(&watermark, 4, &tally);
}

static void finish_twice(void)
{
    struct garim_watermark watermark;
    const struct garim_tally tally = {.counts = (uint64_t[]){0}};
    if (garim_watermark_open(&watermark, 4, 1, &nobody) != 0) _exit(1);
    (void)garim_watermark_finish(&watermark, 3, &tally);
    (void)garim_watermark_finish(&watermark, 3, &tally);
}

Test(progress, a_window_out_of_reach_is_a_trap)
{
    cr_assert(is_trapped(finish_beyond_reach));
    cr_assert(is_trapped(finish_twice));
}

Test(progress, a_read_of_nothing_is_a_trap)
{
    cr_assert(is_trapped(ask_for_an_empty_window));
    cr_assert(is_trapped(ask_a_stream_without_room));
}
