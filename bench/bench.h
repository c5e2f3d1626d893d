/* bench.h - cases, their contenders, and what was measured of them
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * A case is one piece of work; its contenders do it in turns, round after
 * round, so that a slow moment of the machine falls on all of them.  Figures
 * are medians of rounds; ratios are medians of the ratios within a round.
 *
 * Time is the CPU time of the thread, so that other programs on the machine do
 * not count; rates of several threads are by the wall clock.  Cycles are time
 * multiplied by a clock rate that each round measures itself, with a chain of
 * additions of one cycle each.
 */
#ifndef GARIM_BENCH_BENCH_H
#define GARIM_BENCH_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garim/garim.h"

enum {
    GARIM_BENCH_ROUNDS_MAX = 101,
    GARIM_BENCH_CONTENDERS_MAX = 32,
    GARIM_BENCH_CASES_MAX = 64,
    GARIM_BENCH_GOALS_MAX = 16,
    GARIM_BENCH_NOTES_MAX = 16,
    GARIM_BENCH_DIGEST_BYTES = 32,
};

struct garim_bench_options {
    const char *kernel;    /* NULL: all */
    const char *kernels;   /* of the engine; NULL: auto */
    const char *workload;  /* NULL: all */
    const char *workloads; /* their folder */
    const char *directory; /* for files */
    const char *peers;     /* a list, or NULL: all */
    uint64_t bytes;        /* of an input; 0: the usual */
    unsigned rounds;
    unsigned threads; /* 0: the cores this process may use */
    uint64_t records; /* 0: what memory allows, at most 1 GiB of them */
    bool smoke;       /* sizes and times of a test */
    bool json;
};

struct garim_bench_sample {
    double nanoseconds; /* of a core, for one value */
    double rate;        /* values a second, all threads together */

    /* Of a whole job; 0: not known. */
    uint64_t peak_bytes;       /* of memory */
    double read_request_bytes; /* mean of what the disk was asked for */
    double write_request_bytes;
};

struct garim_bench_contender {
    char name[40];
    bool peer;        /* someone else's code */
    unsigned threads; /* that share the work */
    void *context;
    void (*run)(void *context); /* over all values of the case, once */
    void (*close)(void *context);
    /* Whether a run gives the right results; NULL: checked elsewhere. */
    bool (*verify)(struct garim_bench_contender *contender);
    const void *check; /* for verify */
    /* Work for about `seconds`; garim_bench_sample_runs suits most. */
    void (*sample)(struct garim_bench_contender *contender, double seconds,
                   struct garim_bench_sample *ret_sample);
    size_t values; /* of one run */
    size_t runs;   /* in one sample; 0: not known yet */
    struct garim_bench_sample samples[GARIM_BENCH_ROUNDS_MAX];
};

struct garim_bench_case {
    const char *kernel;
    char name[48];
    const char *unit; /* what a value is: "value", "record", "byte" */
    size_t values;    /* of one run */
    double value_bytes;
    bool
        jobs; /* its values are bytes, its contenders processes; tried before */
    size_t contender_count;
    struct garim_bench_contender contenders[GARIM_BENCH_CONTENDERS_MAX];
    double gigahertz[GARIM_BENCH_ROUNDS_MAX]; /* beside each round */
};

struct garim_bench_goal {
    char what[72];
    double figure; /* NAN: can not be had here */
    const char *unit;
    double goal;
    bool at_most; /* else at least */
};

struct garim_bench {
    const char *command;
    struct garim_bench_options options;
    double slice_seconds; /* of one sample */
    size_t case_count;
    struct garim_bench_case *cases[GARIM_BENCH_CASES_MAX];
    size_t goal_count;
    struct garim_bench_goal goals[GARIM_BENCH_GOALS_MAX];
    size_t note_count;
    char notes[GARIM_BENCH_NOTES_MAX][160];
    uint8_t digest[GARIM_BENCH_DIGEST_BYTES]; /* of all right results */
    bool wrong;                               /* some result was not */
    unsigned cores;                           /* that this process may use */
    double load; /* of the machine, before the first round */
};

/* ---- bench.c ------------------------------------------------------------- */

/* A case without contenders, which the bench owns. */
struct garim_bench_case *garim_bench_add_case(struct garim_bench *bench,
                                              const char *kernel,
                                              const char *name, size_t values,
                                              double value_bytes);
/* A contender with name, context and run, sampled by garim_bench_sample_runs.
 */
struct garim_bench_contender *
garim_bench_add_contender(struct garim_bench_case *one, const char *name,
                          void *context, void (*run)(void *context));
struct garim_bench_goal *
garim_bench_add_goal(struct garim_bench *bench, double figure, const char *unit,
                     double goal, const char *what, ...)
    __attribute__((format(printf, 5, 6)));
void garim_bench_add_note(struct garim_bench *bench, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What is being done, on a terminal; "" when all is. */
void garim_bench_progress(const char *what);

/* Verify every contender; complains on stderr and sets bench->wrong. */
void garim_bench_verify(struct garim_bench *bench);
/* All rounds of one case. */
void garim_bench_measure_case(struct garim_bench *bench,
                              struct garim_bench_case *one);
/* Those of all cases, one after the other; then verify again. */
void garim_bench_measure(struct garim_bench *bench);
void garim_bench_sample_runs(struct garim_bench_contender *contender,
                             double seconds,
                             struct garim_bench_sample *ret_sample);
/* One run over `bytes`, each a value. */
void garim_bench_sample_set(struct garim_bench_sample *ret_sample,
                            uint64_t bytes, double seconds, double core_seconds,
                            uint64_t peak_bytes);
void garim_bench_close(struct garim_bench *bench);

/* ---- figures.c ----------------------------------------------------------- */

struct garim_bench_figure {
    double median;
    double least;
    double most;
    double spread; /* median distance from the median, as a share of it */
};

struct garim_bench_figures {
    struct garim_bench_figure nanoseconds; /* a value */
    struct garim_bench_figure rate;        /* values a second */
    double cycles;                         /* a value */
    double gigabytes;                      /* a second, all threads */
    double gigabytes_core;                 /* a second of one core's time */

    /* Of whole jobs; NAN: not known. */
    double core_seconds;
    double peak_bytes; /* the most of all rounds */
    double read_request_bytes;
    double write_request_bytes;
};

struct garim_bench_figure garim_bench_figure(const double *values,
                                             size_t count);
struct garim_bench_figures
garim_bench_figures(const struct garim_bench *bench,
                    const struct garim_bench_case *one,
                    const struct garim_bench_contender *contender);

/* How many times as fast as `other` by core time, or by rate: the median over
 * the rounds; NAN where one of the two is NULL. */
double garim_bench_speedup(const struct garim_bench *bench,
                           const struct garim_bench_contender *contender,
                           const struct garim_bench_contender *other);
double garim_bench_scaling(const struct garim_bench *bench,
                           const struct garim_bench_contender *contender,
                           const struct garim_bench_contender *other);

/* NULL where there is none. */
const struct garim_bench_case *
garim_bench_find_case(const struct garim_bench *bench, const char *kernel,
                      const char *name);
const struct garim_bench_contender *
garim_bench_find(const struct garim_bench_case *one, const char *name);
/* The fastest of those whose names begin so. */
const struct garim_bench_contender *
garim_bench_fastest(const struct garim_bench *bench,
                    const struct garim_bench_case *one, const char *prefix);

/* ---- clock.c ------------------------------------------------------------- */

double garim_bench_thread_seconds(void);
double garim_bench_wall_seconds(void);
/* The clock rate of this core, now, from about 0.3 ms of additions. */
double garim_bench_gigahertz(void);
/* Stay on number `index` of the cores that this thread may use. */
bool garim_bench_pin(unsigned index);
unsigned garim_bench_cores(void);

/* ---- printers ------------------------------------------------------------ */

void garim_bench_print_table(const struct garim_bench *bench);
void garim_bench_print_json(const struct garim_bench *bench);

bool garim_bench_reached(const struct garim_bench_goal *goal);
/* Hex digits of the digest, into `text`, which is returned. */
const char *
garim_bench_digest_text(const struct garim_bench *bench,
                        char text[2 * GARIM_BENCH_DIGEST_BYTES + 1]);

/* What stands at the head of both. */
struct garim_bench_machine {
    char cpu[128];
    double gigahertz;
    const char *kernels;
    const char *compiler;
    bool optimized;
    const char *library;
    const char *openssl;
    const char *ipsec_mb; /* NULL: not built in */
};
void garim_bench_machine(const struct garim_bench *bench,
                         struct garim_bench_machine *ret_machine);

/* ---- engine.c: the public interface, as the benchmarks use it ------------ */

struct garim_bench_engine {
    struct garim_policy *policy;
    struct garim_engine *engine;
};

/* The policy FOLDER/NAME.yaml under a key that is always the same, with the
 * kernels of a tier (NULL: the best). */
enum garim_status garim_bench_engine_open(struct garim_bench_engine *ret_engine,
                                          const char *folder, const char *name,
                                          const char *kernels,
                                          struct garim_error *error);
void garim_bench_engine_close(struct garim_bench_engine *engine);

/* GARIM_USAGE, with these words. */
enum garim_status garim_bench_fail(struct garim_error *error,
                                   const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* `digest` becomes the SHA-256 of itself and `data`. */
void garim_bench_mix(uint8_t digest[GARIM_BENCH_DIGEST_BYTES], const void *data,
                     size_t bytes);
/* Zeroed, on huge pages where they help; stops the program without memory. */
void *garim_bench_memory(size_t bytes);
void garim_bench_memory_free(void *memory, size_t bytes);

/* ---- the subcommands ----------------------------------------------------- */

/* Fill the bench: measure cases and state goals.  A status other than GARIM_OK
 * comes with an error. */
typedef enum garim_status garim_bench_function(struct garim_bench *bench,
                                               struct garim_error *error);
garim_bench_function garim_bench_kernels;
garim_bench_function garim_bench_transform;
garim_bench_function garim_bench_disk;
garim_bench_function garim_bench_pipe;

#endif
