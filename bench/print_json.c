/* print_json.c - a bench as one JSON object, for machines
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <stdio.h>

#include "bench.h"
#include "text/json_write.h"

static void put_machine(struct garim_json *json,
                        const struct garim_bench *bench)
{
    struct garim_bench_machine machine;
    garim_bench_machine(bench, &machine);
    garim_json_open(json, "machine", '{');
    garim_json_text(json, "cpu", machine.cpu);
    garim_json_count(json, "cores", bench->cores);
    garim_json_number(json, "gigahertz", machine.gigahertz);
    garim_json_number(json, "load", bench->load);
    garim_json_text(json, "kernels", machine.kernels);
    garim_json_text(json, "compiler", machine.compiler);
    garim_json_bool(json, "optimized", machine.optimized);
    garim_json_text(json, "library", machine.library);
    garim_json_text(json, "openssl", machine.openssl);
    garim_json_text(json, "ipsec_mb", machine.ipsec_mb);
    garim_json_close(json, '}');
}

static void put_figure(struct garim_json *json, const char *name,
                       const struct garim_bench_figure *figure)
{
    garim_json_open(json, name, '{');
    garim_json_number(json, "median", figure->median);
    garim_json_number(json, "least", figure->least);
    garim_json_number(json, "most", figure->most);
    garim_json_number(json, "spread", figure->spread);
    garim_json_close(json, '}');
}

static void put_job(struct garim_json *json,
                    const struct garim_bench_figures *figures)
{
    garim_json_number(json, "core_seconds", figures->core_seconds);
    garim_json_number(json, "peak_bytes", figures->peak_bytes);
    garim_json_number(json, "read_request_bytes", figures->read_request_bytes);
    garim_json_number(json, "write_request_bytes",
                      figures->write_request_bytes);
}

static void put_contender(struct garim_json *json,
                          const struct garim_bench *bench,
                          const struct garim_bench_case *one,
                          const struct garim_bench_contender *contender)
{
    struct garim_bench_figures figures =
        garim_bench_figures(bench, one, contender);
    garim_json_open(json, NULL, '{');
    garim_json_text(json, "name", contender->name);
    garim_json_bool(json, "peer", contender->peer);
    garim_json_count(json, "threads", contender->threads);
    put_figure(json, "nanoseconds", &figures.nanoseconds);
    garim_json_number(json, "cycles", figures.cycles);
    put_figure(json, "rate", &figures.rate);
    garim_json_number(json, "gigabytes", figures.gigabytes);
    garim_json_number(json, "gigabytes_core", figures.gigabytes_core);
    if (one->jobs) put_job(json, &figures);
    garim_json_close(json, '}');
}

static void put_case(struct garim_json *json, const struct garim_bench *bench,
                     const struct garim_bench_case *one)
{
    garim_json_open(json, NULL, '{');
    garim_json_text(json, "kernel", one->kernel);
    garim_json_text(json, "case", one->name);
    garim_json_text(json, "unit", one->unit);
    garim_json_count(json, "values", one->values);
    garim_json_number(json, "value_bytes", one->value_bytes);
    garim_json_open(json, "contenders", '[');
    for (size_t i = 0; i < one->contender_count; i++)
        put_contender(json, bench, one, &one->contenders[i]);
    garim_json_close(json, ']');
    garim_json_close(json, '}');
}

static void put_goal(struct garim_json *json,
                     const struct garim_bench_goal *goal)
{
    garim_json_open(json, NULL, '{');
    garim_json_text(json, "what", goal->what);
    garim_json_number(json, "figure", goal->figure);
    garim_json_text(json, "unit", goal->unit);
    garim_json_text(json, "bound", goal->at_most ? "at most" : "at least");
    garim_json_number(json, "goal", goal->goal);
    garim_json_bool(json, "reached", garim_bench_reached(goal));
    garim_json_close(json, '}');
}

void garim_bench_print_json(const struct garim_bench *bench)
{
    char digest[2 * GARIM_BENCH_DIGEST_BYTES + 1];
    struct garim_json json = {.file = stdout, .line_depth = 4};
    garim_json_open(&json, NULL, '{');
    garim_json_text(&json, "benchmark", bench->command);
    garim_json_bool(&json, "smoke", bench->options.smoke);
    garim_json_count(&json, "rounds", bench->options.rounds);
    put_machine(&json, bench);
    garim_json_bool(&json, "verified", !bench->wrong);
    garim_json_text(&json, "result", garim_bench_digest_text(bench, digest));
    garim_json_open(&json, "cases", '[');
    for (size_t i = 0; i < bench->case_count; i++)
        put_case(&json, bench, bench->cases[i]);
    garim_json_close(&json, ']');
    garim_json_open(&json, "goals", '[');
    for (size_t i = 0; i < bench->goal_count; i++)
        put_goal(&json, &bench->goals[i]);
    garim_json_close(&json, ']');
    garim_json_open(&json, "notes", '[');
    for (size_t i = 0; i < bench->note_count; i++)
        garim_json_text(&json, NULL, bench->notes[i]);
    garim_json_close(&json, ']');
    garim_json_close(&json, '}');
}
