/* work.h - the values that kernels and their peers work on
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BENCH_WORK_H
#define GARIM_BENCH_WORK_H

#include <stddef.h>
#include <stdint.h>

#include "bench.h"
#include "kernels/kernels.h"

struct garim_bench_shape {
    const char *kernel;
    const char *name;
    size_t bytes;  /* of a field */
    size_t stride; /* from field to field */
    size_t count;
    size_t bits_each, bits; /* of encode */
};

/* What one case reads and writes: its contenders share it. */
struct garim_bench_work {
    const struct garim_bench_shape *shape;
    size_t count;
    uint8_t *data;
    uint32_t *offsets; /* of the values in data; results of scan */
    uint32_t *lengths;
    uint32_t *which;   /* 0, 1, 2 ... */
    uint32_t *places;  /* of the slots in out */
    uint32_t *numbers; /* results of guard, find_last and digits */
    uint8_t *flags;    /* results of scan and translate */
    uint8_t *tags;     /* results of hmac, what encode reads */
    uint8_t *out;      /* texts of encode, slots of translate and digits */
    size_t slot_bytes;
    struct garim_hmac_state *state;
    struct garim_scan scan;
    struct garim_guard guard;
    struct garim_encoding encoding;
    uint8_t table[256];
    void *memory;
    size_t memory_bytes;
};

/* One way to use a kernel, and what it leaves behind. */
struct garim_bench_way {
    const char *suffix; /* behind the contender's name */
    void (*run)(const struct garim_kernels *kernels,
                struct garim_bench_work *work);
    void (*digest)(const struct garim_bench_work *work, uint8_t *digest);
};

struct garim_bench_peer {
    const char *name;
    void *(*open)(struct garim_bench_work *work); /* NULL: not here */
    void (*run)(void *peer);
    void (*close)(void *peer);
};

struct garim_bench_kind {
    const char *kernel;
    void (*prepare)(struct garim_bench_work *work); /* the values */
    struct garim_bench_way ways[2];
    const struct garim_bench_peer *peers[2]; /* of the first way, or NULL */
};

enum { GARIM_BENCH_KIND_COUNT = 9 };
extern const struct garim_bench_kind garim_bench_kinds[GARIM_BENCH_KIND_COUNT];

/* The key of all HMACs here. */
enum { GARIM_BENCH_KEY_BYTES = 32 };
extern const uint8_t garim_bench_key[GARIM_BENCH_KEY_BYTES];

struct garim_bench_work *
garim_bench_work_open(const struct garim_bench_shape *shape);
void garim_bench_work_close(struct garim_bench_work *work);
/* Results cleared, values as at the start. */
void garim_bench_work_reset(struct garim_bench_work *work,
                            const struct garim_bench_kind *kind);

/* A sequence that is the same everywhere (splitmix64). */
uint64_t garim_bench_random(uint64_t *state);

#endif
