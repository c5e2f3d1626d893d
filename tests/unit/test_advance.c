/* test_advance.c - what becomes of a transfer after each answer of the kernel
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "io/io_file.h"
#include "job_support.h"

TestSuite(advance, .init = job_set_up, .fini = job_tear_down, .timeout = 20);

enum { BYTES = 4096, GOES_ON = 1 << 20, LAST_TRY = GARIM_IO_ATTEMPTS_MAX - 1 };

struct example {
    enum garim_io_operation operation;
    bool direct, stream, stop;
    size_t moved; /* so far */
    unsigned attempts;
    int64_t answer;
    int64_t result; /* or GOES_ON */
};

static const struct example examples[] = {
    /* All, some, nothing. */
    {.answer = BYTES, .result = BYTES},
    {.answer = 100, .result = GOES_ON},
    {.moved = 100, .answer = BYTES - 100, .result = BYTES},
    {.moved = 100, .answer = 0, .result = 100},
    {.answer = 0, .result = 0},
    {.operation = GARIM_IO_WRITE, .answer = BYTES, .result = BYTES},
    {.operation = GARIM_IO_WRITE, .answer = 100, .result = GOES_ON},
    {.operation = GARIM_IO_WRITE, .answer = 0, .result = -EIO},
    {.operation = GARIM_IO_WRITE, .moved = 100, .answer = 0, .result = -EIO},
    /* Errors. */
    {.answer = -EIO, .result = -EIO},
    {.moved = 100, .answer = -EIO, .result = -EIO},
    {.answer = -EINTR, .result = GOES_ON},
    {.answer = -EAGAIN, .result = GOES_ON},
    {.attempts = LAST_TRY - 1, .answer = -EINTR, .result = GOES_ON},
    {.attempts = LAST_TRY, .answer = -EINTR, .result = -EINTR},
    {.attempts = LAST_TRY, .answer = -EAGAIN, .result = -EAGAIN},
    {.attempts = LAST_TRY, .answer = 100, .result = GOES_ON},
    /* An end inside a sector. */
    {.direct = true, .answer = 512, .result = GOES_ON},
    {.direct = true, .answer = 511, .result = 511},
    {.direct = true, .moved = 512, .answer = 100, .result = 612},
    {.direct = true, .moved = 100, .answer = 412, .result = GOES_ON},
    {.operation = GARIM_IO_WRITE,
     .direct = true,
     .answer = 511,
     .result = GOES_ON},
    /* Whoever stops ends what is under way in a stream, not in a file. */
    {.stream = true, .stop = true, .answer = 100, .result = -ECANCELED},
    {.stream = true, .stop = true, .answer = -EINTR, .result = -ECANCELED},
    {.stream = true, .stop = true, .answer = BYTES, .result = BYTES},
    {.stream = true, .answer = 100, .result = GOES_ON},
    {.stop = true, .answer = 100, .result = GOES_ON},
};

Test(advance, every_answer)
{
    const int file = open(job_out_path, O_RDWR | O_CREAT | O_EXCL, 0600);
    cr_assert_geq(file, 0);
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        const struct example *example = &examples[i];
        const atomic_bool stop = example->stop;
        struct garim_io_request request = {
            .operation = example->operation,
            .descriptor = file,
            .bytes = BYTES,
            .offset = example->stream ? GARIM_IO_STREAM : 0,
            .moved = example->moved,
            .attempts = example->attempts,
            .result = GOES_ON,
        };
        cr_assert_eq(garim_file_set_direct(file, example->direct), 0);
        const bool done =
            garim_io_request_advance(&request, example->answer, &stop);
        cr_assert_eq(done, example->result != GOES_ON, "example %zu", i);
        cr_assert_eq(request.result, example->result, "example %zu", i);
        if (example->answer > 0) {
            cr_assert_eq(request.moved,
                         example->moved + (size_t)example->answer);
            cr_assert_eq(request.attempts, 0);
        }
    }
    (void)close(file);
}
