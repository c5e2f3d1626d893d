/* source.c - sample records in memory, many more than caches hold
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "source.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"

enum {
    SEED = 1,
    WRITERS_MAX = 64,
    SMOKE_RECORDS = 20000,
};
static const uint64_t bytes_max = 1 << 30;

/* Its share of the records. */
struct writer {
    pthread_t thread;
    const struct garim_layout *layout;
    uint8_t *data;
    uint64_t first;
    size_t count;
};

static void *write_share(void *context)
{
    const struct writer *writer = context;
    garim_synth_fill(writer->layout, SEED, writer->first, writer->count,
                     writer->data);
    return NULL;
}

static void write_records(const struct garim_bench_source *source,
                          const struct garim_layout *layout)
{
    struct writer writers[WRITERS_MAX];
    unsigned count = garim_bench_cores();
    if (count > WRITERS_MAX) count = WRITERS_MAX;
    for (unsigned i = 0; i < count; i++) {
        uint64_t first = source->records * i / count;
        uint64_t next = source->records * (i + 1) / count;
        writers[i] = (struct writer){
            .layout = layout,
            .data = source->data + first * source->record_bytes,
            .first = first,
            .count = next - first,
        };
        int failed =
            pthread_create(&writers[i].thread, NULL, write_share, &writers[i]);
        ASSERT(failed == 0);
    }
    for (unsigned i = 0; i < count; i++)
        (void)pthread_join(writers[i].thread, NULL);
}

/* A quarter of the free memory, and no more than is plainly not in a cache. */
static uint64_t usual_bytes(void)
{
    long pages = sysconf(_SC_AVPHYS_PAGES), page_bytes = sysconf(_SC_PAGESIZE);
    uint64_t bytes = pages < 0 ? 0 : (uint64_t)pages * (uint64_t)page_bytes / 4;
    return bytes == 0 || bytes > bytes_max ? bytes_max : bytes;
}

void garim_bench_source_open(struct garim_bench_source *ret_source,
                             const struct garim_policy *policy,
                             const struct garim_bench_options *options)
{
    struct garim_policy_info info = {.size = sizeof info};
    garim_policy_describe(policy, &info);
    uint64_t records = options->records;
    if (records == 0 && options->smoke) records = SMOKE_RECORDS;
    if (records == 0) records = usual_bytes() / info.input_bytes;

    size_t block_records = GARIM_BENCH_BLOCK_BYTES / info.input_bytes;
    if (block_records > records) block_records = records;
    size_t blocks = records / block_records;
    *ret_source = (struct garim_bench_source){
        .record_bytes = info.input_bytes,
        .records = blocks * block_records,
        .block_records = block_records,
        .blocks = blocks,
    };
    ret_source->data =
        garim_bench_memory(ret_source->records * info.input_bytes);
    write_records(ret_source, garim_policy_layout(policy));
}

void garim_bench_source_close(struct garim_bench_source *source)
{
    if (source->data != NULL)
        garim_bench_memory_free(source->data,
                                source->records * source->record_bytes);
    source->data = NULL;
}

/* ---- repeats ------------------------------------------------------------- */

static bool is_blank(const uint8_t *field, size_t bytes)
{
    return field[0] == ' ' && memcmp(field, field + 1, bytes - 1) == 0;
}

static bool repeats(const struct garim_span_info *tokens, size_t token_count,
                    const uint8_t *record, size_t record_bytes)
{
    for (size_t i = 0; i < token_count; i++) {
        const uint8_t *field = record + tokens[i].at;
        if (memcmp(field, field - record_bytes, tokens[i].bytes) == 0 &&
            !is_blank(field, tokens[i].bytes))
            return true;
    }
    return false;
}

uint64_t garim_bench_source_repeats(const struct garim_bench_source *source,
                                    const struct garim_policy *policy)
{
    enum { TOKENS_MAX = 64 };
    struct garim_span_info tokens[TOKENS_MAX];
    size_t token_count = 0;
    struct garim_policy_info info = {.size = sizeof info};
    garim_policy_describe(policy, &info);
    for (size_t i = 0; i < info.span_count && token_count < TOKENS_MAX; i++) {
        tokens[token_count].size = sizeof tokens[token_count];
        garim_policy_span(policy, i, &tokens[token_count]);
        if (strcmp(tokens[token_count].rule, "token") == 0) token_count++;
    }
    uint64_t count = 0;
    for (uint64_t i = 1; i < source->records; i++) {
        const uint8_t *record = source->data + i * source->record_bytes;
        count += repeats(tokens, token_count, record, source->record_bytes);
    }
    return count;
}
