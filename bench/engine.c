/* engine.c - policies and engines by the public interface
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "bench.h"

/* The same in every run, so that the results of two machines can be compared.
 */
static enum garim_status open_key(struct garim_key **ret_key,
                                  struct garim_error *error)
{
    static const char text[] =
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
    int ends[2];
    if (pipe(ends) != 0)
        return garim_error_set(error, GARIM_TEMPORARY, "no pipe: %s",
                               garim_error_text(errno));
    ssize_t written = write(ends[1], text, strlen(text));
    (void)close(ends[1]);
    enum garim_status status =
        written == (ssize_t)strlen(text)
            ? garim_key_open_descriptor(ret_key, ends[0], error)
            : garim_error_set(error, GARIM_TEMPORARY, "a pipe is too short");
    (void)close(ends[0]);
    return status;
}

enum garim_status garim_bench_fail(struct garim_error *error,
                                   const char *format, ...)
{
    char message[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return garim_error_set(error, GARIM_USAGE, "%s", message);
}

enum garim_status garim_bench_engine_open(struct garim_bench_engine *ret_engine,
                                          const char *folder, const char *name,
                                          const char *kernels,
                                          struct garim_error *error)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/%s.yaml", folder, name);
    struct garim_bench_engine opened = {0};
    struct garim_key *key = NULL;
    enum garim_status status = garim_policy_open(&opened.policy, path, error);
    if (status == GARIM_OK) status = open_key(&key, error);
    const struct garim_engine_options options = {.size = sizeof options,
                                                 .kernels = kernels};
    if (status == GARIM_OK)
        status = garim_engine_open(&opened.engine, opened.policy, key, &options,
                                   error);
    garim_key_close(key);
    if (status == GARIM_OK)
        *ret_engine = opened;
    else
        garim_bench_engine_close(&opened);
    return status;
}

void garim_bench_engine_close(struct garim_bench_engine *engine)
{
    garim_engine_close(engine->engine);
    garim_policy_close(engine->policy);
}
