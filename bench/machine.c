/* machine.c - what was measured, and on what
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench.h"
#include "kernels/kernels.h"
#include "peers.h"

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#else
#define COMPILER "gcc " __VERSION__
#endif

static void read_cpu(char *cpu, size_t size)
{
    static const char key[] = "model name";
    struct utsname name;
    char line[256];
    (void)snprintf(cpu, size, "%s",
                   uname(&name) == 0 ? name.machine : "unknown");
    FILE *file = fopen("/proc/cpuinfo", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) != 0 || colon == NULL) continue;
        (void)snprintf(cpu, size, "%.*s", (int)strcspn(colon + 2, "\n"),
                       colon + 2);
        break;
    }
    if (file != NULL) (void)fclose(file);
}

/* The median over all rounds of all cases. */
static double gigahertz(const struct garim_bench *bench)
{
    double medians[GARIM_BENCH_CASES_MAX];
    for (size_t i = 0; i < bench->case_count; i++)
        medians[i] = garim_bench_figure(bench->cases[i]->gigahertz,
                                        bench->options.rounds)
                         .median;
    return garim_bench_figure(medians, bench->case_count).median;
}

void garim_bench_machine(const struct garim_bench *bench,
                         struct garim_bench_machine *ret_machine)
{
    const char *kernels = bench->options.kernels;
    *ret_machine = (struct garim_bench_machine)
    {
        .gigahertz = gigahertz(bench),
        .kernels =
            kernels == NULL ? garim_tier_names[garim_tier_best()] : kernels,
        .compiler = COMPILER, .library = garim_version(),
        .openssl = garim_bench_openssl_version(),
        .ipsec_mb = garim_bench_ipsec_version(),
#if defined(__OPTIMIZE__)
        .optimized = true,
#endif
    };
    read_cpu(ret_machine->cpu, sizeof ret_machine->cpu);
}
