/* kernels.c - garim-bench kernels: every kernel, tier and size beside its peers
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "kernels_mask.h"
#include "peers.h"
#include "work.h"

enum { COUNT = 1024 }; /* values of a run: some 250 KiB, inside L2 */

/* Kernel, case, bytes, stride, count; for encode bits a character and bits. */
static const struct garim_bench_shape shapes[] = {
    {"hmac", "8 bytes", 8, 128, COUNT, 0, 0},
    {"hmac", "16 bytes", 16, 128, COUNT, 0, 0},
    {"hmac", "32 bytes", 32, 128, COUNT, 0, 0},
    {"hmac", "55 bytes", 55, 128, COUNT, 0, 0},
    {"hmac", "100 bytes", 100, 128, COUNT, 0, 0},
    {"hmac", "300 bytes", 300, 320, COUNT, 0, 0},
    {"hmac", "16 bytes, 1 a call", 16, 128, 1, 0, 0},
    {"hmac", "16 bytes, 16 a call", 16, 128, 16, 0, 0},
    {"hmac", "16 bytes, 33 a call", 16, 128, 33, 0, 0},
    {"hmac", "16 bytes, 128 a call", 16, 128, 128, 0, 0},
    {"token", "text to base32, 16 bytes", 16, 128, COUNT, 5, 80},
    {"scan", "8 bytes", 8, 128, COUNT, 0, 0},
    {"scan", "16 bytes", 16, 128, COUNT, 0, 0},
    {"scan", "32 bytes", 32, 128, COUNT, 0, 0},
    {"scan", "120 bytes", 120, 128, COUNT, 0, 0},
    {"guard", "16 bytes", 16, 128, COUNT, 0, 0},
    {"guard", "128 bytes", 128, 128, COUNT, 0, 0},
    {"fill", "6 bytes", 6, 128, COUNT, 0, 0},
    {"fill", "20 bytes", 20, 128, COUNT, 0, 0},
    {"fill", "120 bytes", 120, 128, COUNT, 0, 0},
    {"find_last", "32 bytes", 32, 128, COUNT, 0, 0},
    {"find_last", "64 bytes", 64, 128, COUNT, 0, 0},
    {"translate", "cp037, 128 KiB", 128 * 1024, 128 * 1024, 1, 0, 0},
    {"translate", "cp037, 50 bytes", 50, 50, COUNT, 0, 0},
    {"digits", "16 bytes", 16, 128, COUNT, 0, 0},
    {"digits", "32 bytes", 32, 128, COUNT, 0, 0},
    {"encode", "hex, 128 bits", 32, 128, COUNT, 4, 128},
    {"encode", "base32, 80 bits", 16, 128, COUNT, 5, 80},
    {"encode", "base64url, 128 bits", 22, 128, COUNT, 6, 128},
    {"encode", "raw, 128 bits", 16, 128, COUNT, 8, 128},
    {"encode", "16 digits", 16, 128, COUNT, 0, 0},
};
enum { SHAPE_COUNT = sizeof shapes / sizeof shapes[0] };

/* What a run must leave, and how to see it. */
struct check {
    const struct garim_bench_kind *kind;
    const struct garim_bench_way *way;
    struct garim_bench_work *work;
    uint8_t expected[GARIM_BENCH_DIGEST_BYTES];
    struct check *next;
};

/* A tier at a work. */
struct job {
    const struct garim_kernels *kernels;
    const struct garim_bench_way *way;
    struct garim_bench_work *work;
};

/* All that the cases point to, until the end. */
struct belongings {
    struct garim_bench_work *works[SHAPE_COUNT];
    size_t work_count;
    struct check *checks;
    struct garim_bench_mask *mask;
};

static void run_job(void *context)
{
    struct job *job = context;
    job->way->run(job->kernels, job->work);
}

static bool verify(struct garim_bench_contender *contender)
{
    const struct check *check = contender->check;
    uint8_t digest[GARIM_BENCH_DIGEST_BYTES] = {0};
    garim_bench_work_reset(check->work, check->kind);
    contender->run(contender->context);
    check->way->digest(check->work, digest);
    return memcmp(digest, check->expected, sizeof digest) == 0;
}

/* Run the references: the scalar kernels with OpenSSL's HMAC. */
static struct check *new_check(struct garim_bench *bench,
                               struct belongings *belongings,
                               const struct garim_bench_kind *kind,
                               const struct garim_bench_way *way,
                               struct garim_bench_work *work)
{
    struct garim_kernels reference = *garim_kernels_of(GARIM_TIER_SCALAR);
    reference.hmac = garim_bench_hmac_openssl;
    struct check *check = calloc(1, sizeof *check);
    ASSERT(check != NULL);
    *check = (struct check){
        .kind = kind,
        .way = way,
        .work = work,
        .next = belongings->checks,
    };
    belongings->checks = check;
    garim_bench_work_reset(work, kind);
    way->run(&reference, work);
    way->digest(work, check->expected);
    garim_bench_mix(bench->digest, check->expected, sizeof check->expected);
    return check;
}

/* ---- contenders ---------------------------------------------------------- */

static void add_tiers(struct garim_bench *bench, struct garim_bench_case *one,
                      const struct garim_bench_way *way,
                      const struct check *check)
{
    const char *wanted = bench->options.kernels;
    for (enum garim_tier tier = 0; tier < GARIM_TIER_COUNT; tier++) {
        const char *tier_name = garim_tier_names[tier];
        if (!garim_tier_usable(tier)) continue;
        if (wanted != NULL && strcmp(wanted, tier_name) != 0) continue;
        struct job *job = malloc(sizeof *job);
        ASSERT(job != NULL);
        *job = (struct job){garim_kernels_of(tier), way, check->work};
        char name[40];
        (void)snprintf(name, sizeof name, "%s%s", tier_name, way->suffix);
        struct garim_bench_contender *contender =
            garim_bench_add_contender(one, name, job, run_job);
        contender->close = free;
        contender->verify = verify;
        contender->check = check;
    }
}

static void add_peers(struct garim_bench_case *one,
                      const struct garim_bench_peer *peer,
                      const struct check *check)
{
    for (; peer != NULL && peer->name != NULL; peer++) {
        void *context = peer->open(check->work);
        if (context == NULL) continue;
        struct garim_bench_contender *contender =
            garim_bench_add_contender(one, peer->name, context, peer->run);
        contender->peer = true;
        contender->close = peer->close;
        contender->verify = verify;
        contender->check = check;
    }
}

static const struct garim_bench_kind *kind_of(const char *kernel)
{
    for (size_t i = 0; i < GARIM_BENCH_KIND_COUNT; i++)
        if (strcmp(garim_bench_kinds[i].kernel, kernel) == 0)
            return &garim_bench_kinds[i];
    return NULL;
}

static void add_case(struct garim_bench *bench, struct belongings *belongings,
                     const struct garim_bench_shape *shape)
{
    const struct garim_bench_kind *kind = kind_of(shape->kernel);
    struct garim_bench_work *work = garim_bench_work_open(shape);
    belongings->works[belongings->work_count++] = work;
    struct garim_bench_case *one = garim_bench_add_case(
        bench, shape->kernel, shape->name, shape->count, (double)shape->bytes);
    for (size_t i = 0; i < 2 && kind->ways[i].run != NULL; i++) {
        const struct garim_bench_way *way = &kind->ways[i];
        struct check *check = new_check(bench, belongings, kind, way, work);
        add_tiers(bench, one, way, check);
        if (i > 0) continue;
        add_peers(one, kind->peers[0], check);
        add_peers(one, kind->peers[1], check);
    }
}

/* ---- goals --------------------------------------------------------------- */

/* A tier against the fastest peer whose name begins with `peer`. */
static void add_race(struct garim_bench *bench, const char *tier,
                     const char *peer, double goal)
{
    const struct garim_bench_case *one =
        garim_bench_find_case(bench, "hmac", "16 bytes");
    if (one == NULL) return;
    const struct garim_bench_contender *best =
        garim_bench_fastest(bench, one, peer);
    double figure =
        garim_bench_speedup(bench, garim_bench_find(one, tier), best);
    (void)garim_bench_add_goal(bench, figure, "x", goal,
                               "hmac 16 bytes: %s against %s", tier,
                               best == NULL ? peer : best->name);
}

static void add_hmac_goals(struct garim_bench *bench)
{
#if defined(__clang__)
    const double ipsec_goal = 3.2;
#else
    const double ipsec_goal = 2.8;
#endif
    add_race(bench, "avx512", "ipsec-mb auto", ipsec_goal);
    add_race(bench, "avx512", "ipsec-mb", ipsec_goal);
    add_race(bench, "avx512", "openssl HMAC_CTX", 8);
    add_race(bench, "shani", "ipsec-mb sha-ni", 1);
    add_race(bench, "avx2", "ipsec-mb avx2", 1.2);
}

static const char *best_tier(const struct garim_bench *bench)
{
    const char *wanted = bench->options.kernels;
    return wanted != NULL ? wanted : garim_tier_names[garim_tier_best()];
}

static void add_token_goal(struct garim_bench *bench)
{
    const char *tier = best_tier(bench);
    const struct garim_bench_case *one =
        garim_bench_find_case(bench, "token", "text to base32, 16 bytes");
    if (one == NULL) return;
    char bare[40], whole[40];
    (void)snprintf(bare, sizeof bare, "%s hmac alone", tier);
    (void)snprintf(whole, sizeof whole, "%s scan, hmac, encode", tier);
    double figure = garim_bench_speedup(bench, garim_bench_find(one, bare),
                                        garim_bench_find(one, whole));
    struct garim_bench_goal *goal = garim_bench_add_goal(
        bench, figure, "x the time", 1.15,
        "token: text and base32 on top of the bare hmac (%s)", tier);
    goal->at_most = true;
}

static void add_translate_goals(struct garim_bench *bench, const char *name)
{
    const char *tier = best_tier(bench);
    const struct garim_bench_case *one =
        garim_bench_find_case(bench, "translate", name);
    if (one == NULL) return;
    const struct garim_bench_contender *contender = garim_bench_find(one, tier);
    double gigabytes =
        contender == NULL
            ? NAN
            : garim_bench_figures(bench, one, contender).gigabytes_core;
    (void)garim_bench_add_goal(bench, gigabytes, "GB/s", 10,
                               "translate %s (%s)", name, tier);
    const struct garim_bench_contender *peer =
        garim_bench_fastest(bench, one, "iconv");
    (void)garim_bench_add_goal(bench,
                               garim_bench_speedup(bench, contender, peer), "x",
                               10, "translate %s: %s against %s", name, tier,
                               peer == NULL ? "iconv" : peer->name);
}

/* ---- the subcommand ------------------------------------------------------ */

static enum garim_status check_options(const struct garim_bench *bench,
                                       struct garim_error *error)
{
    const struct garim_bench_options *options = &bench->options;
    bool known = options->kernels == NULL;
    char usable[80] = "";
    for (enum garim_tier tier = 0; tier < GARIM_TIER_COUNT; tier++) {
        if (!garim_tier_usable(tier)) continue;
        size_t length = strlen(usable);
        (void)snprintf(usable + length, sizeof usable - length, "%s%s",
                       length > 0 ? ", " : "", garim_tier_names[tier]);
        known = known || strcmp(options->kernels, garim_tier_names[tier]) == 0;
    }
    if (!known)
        return garim_bench_fail(error,
                                "tier %s is unknown or unusable here; "
                                "usable: %s",
                                options->kernels, usable);
    if (options->kernel != NULL && kind_of(options->kernel) == NULL &&
        strcmp(options->kernel, "mask") != 0)
        return garim_bench_fail(
            error,
            "unknown kernel %s; there are hmac, token, scan, guard, fill, "
            "find_last, translate, digits, encode and mask",
            options->kernel);
    return GARIM_OK;
}

static bool wanted(const struct garim_bench *bench, const char *kernel)
{
    return bench->options.kernel == NULL ||
           strcmp(bench->options.kernel, kernel) == 0;
}

static void close_belongings(struct belongings *belongings)
{
    for (size_t i = 0; i < belongings->work_count; i++)
        garim_bench_work_close(belongings->works[i]);
    while (belongings->checks != NULL) {
        struct check *next = belongings->checks->next;
        free(belongings->checks);
        belongings->checks = next;
    }
    garim_bench_mask_close(belongings->mask);
}

static void state_goals(struct garim_bench *bench)
{
    add_hmac_goals(bench);
    add_token_goal(bench);
    add_translate_goals(bench, "cp037, 128 KiB");
    add_translate_goals(bench, "cp037, 50 bytes");
    garim_bench_mask_goal(bench, best_tier(bench));
}

enum garim_status garim_bench_kernels(struct garim_bench *bench,
                                      struct garim_error *error)
{
    struct belongings belongings = {0};
    enum garim_status status = check_options(bench, error);
    if (status != GARIM_OK) return status;
    (void)garim_bench_pin(0);
    for (size_t i = 0; i < SHAPE_COUNT; i++)
        if (wanted(bench, shapes[i].kernel))
            add_case(bench, &belongings, &shapes[i]);
    if (wanted(bench, "mask"))
        status = garim_bench_mask_open(bench, &belongings.mask, error);
    if (status == GARIM_OK) {
        garim_bench_verify(bench);
        if (!bench->wrong) garim_bench_measure(bench);
        if (!bench->wrong) state_goals(bench);
    }
    close_belongings(&belongings);
    return status;
}
