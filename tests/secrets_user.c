/* secrets_user.c - a program that uses the library, to be looked into
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 *   garim-secrets-user POLICY KEY KERNELS
 *
 * Does the next step for each line on stdin and says its name when it is done:
 * opened (a key was read, an engine opened, the key closed), working (threads
 * transform from now on, one of them record by record), closed (they ended,
 * context and engine are closed).  The line "crash" asks for a core file.
 */
#include "garim/garim.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORKERS = 2, RECORDS = 1500 };

static struct garim_policy *policy;
static struct garim_engine *engine;
static atomic_bool ending;
static atomic_uint begun;

static void fail(const struct garim_error *error)
{
    (void)fprintf(stderr, "%s: %s\n", error->path, error->message);
    exit(EXIT_FAILURE);
}

static void await_line(void)
{
    char line[16];
    if (fgets(line, sizeof line, stdin) == NULL) exit(EXIT_FAILURE);
    if (strcmp(line, "crash\n") == 0) abort();
}

static void *work(void *records)
{
    struct garim_error error;
    struct garim_policy_info info = {.size = sizeof info};
    struct garim_context *context = NULL;
    const size_t step = *(const size_t *)records;
    garim_policy_describe(policy, &info);
    uint8_t *in = calloc(RECORDS, info.input_bytes);
    uint8_t *out = calloc(RECORDS, info.output_bytes);
    if (in == NULL || out == NULL) exit(EXIT_FAILURE);
    garim_synth_fill(garim_policy_layout(policy), 1, 0, RECORDS, in);
    if (garim_context_open(&context, engine, &error) != GARIM_OK) fail(&error);
    bool first = true;
    do {
        for (size_t at = 0; at < RECORDS; at += step)
            if (garim_transform(context, in + at * info.input_bytes, step,
                                out + at * info.output_bytes,
                                step * info.output_bytes, NULL,
                                &error) != GARIM_OK)
                fail(&error);
        if (first) (void)atomic_fetch_add(&begun, 1);
        first = false;
    } while (!atomic_load(&ending));
    garim_context_close(context);
    free(in);
    free(out);
    return NULL;
}

static void open_all(char **words)
{
    struct garim_error error;
    struct garim_key *key = NULL;
    const struct garim_engine_options options = {.size = sizeof options,
                                                 .kernels = words[3]};
    if (garim_policy_open(&policy, words[1], &error) != GARIM_OK ||
        garim_key_open_file(&key, words[2], &error) != GARIM_OK ||
        garim_engine_open(&engine, policy, key, &options, &error) != GARIM_OK)
        fail(&error);
    garim_key_close(key);
}

int main(int count, char **words)
{
    static const size_t steps[WORKERS] = {RECORDS, 1};
    pthread_t workers[WORKERS];
    if (count != 4) return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    open_all(words);
    (void)puts("opened");
    await_line();
    for (size_t i = 0; i < WORKERS; i++)
        if (pthread_create(&workers[i], NULL, work, (void *)&steps[i]) != 0)
            return 1;
    while (atomic_load(&begun) < WORKERS)
        continue;
    (void)puts("working");
    await_line();
    atomic_store(&ending, true);
    for (size_t i = 0; i < WORKERS; i++)
        (void)pthread_join(workers[i], NULL);
    /* The stack of a thread that ended may be gone; this one is not. */
    for (size_t i = 0; i < WORKERS; i++)
        (void)work((void *)&steps[i]);
    garim_engine_close(engine);
    (void)puts("closed");
    await_line();
    garim_policy_close(policy);
    return 0;
}
