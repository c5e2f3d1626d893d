/* forge.c - resumes from states and parts that somebody has forged
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * usage: forge [CASES [SEED]]
 *
 * A job is cut off half-way, or before its output gets its name.  Its state and
 * its part are changed at places that mean something, the state is sealed again
 * by somebody who has no key or another one, and the job is resumed.  It must
 * end within two seconds, with the right output or with none.  Cases run in
 * children, so that a signal is a failure with a seed.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "crypto/crypto.h"
#include "publish/journal.h"

enum {
    RECORDS = 1500,
    RECORD_BYTES = 64,
    DATA_BYTES = RECORDS * RECORD_BYTES,
    WINDOW_BYTES = 4096,
    STATE_MAX = 1 << 17,
    HEAD_SLOTS = 4096,
    SEAL = GARIM_JOURNAL_SEAL_BYTES,
    HEAD_BYTES = 24 + sizeof(struct garim_journal_job),
    BATCH = 500,
    SECONDS_MAX = 2,
    MEMORY_MAX_KIB = 64 << 10,
};

static const char layout_text[] =
    "layout: 1\nname: forged\n"
    "record: {length: 64, encoding: ascii}\n"
    "fields:\n"
    "  - {name: id, at: 0, length: 32, type: char, sample: account}\n"
    "  - {name: rest, at: 32, length: 32, type: char, sample: name}\n";

static const char policy_text[] =
    "policy: 1\nlayout: l.yaml\n"
    "release: {recipient: r, purpose: p, basis: b, epoch: e, "
    "expires: 9999-12-31}\n"
    "subjects: 1\nrules:\n  id: %s\n  rest: {mask: {keep_first: 1}}\n";

/* A job and what it leaves. */
struct job {
    struct garim_policy *policy;
    struct garim_engine *engine;
    bool keyed;
    uint8_t state_key[GARIM_KEY_BYTES];
    uint8_t *right; /* the output */
    uint8_t *state; /* of a run that was cut off: half-way, complete */
    size_t state_bytes;
    uint8_t part[DATA_BYTES];
    struct timespec part_time;
};

static uint64_t random_state;

static uint64_t draw(uint64_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % limit;
}

/* ---- files --------------------------------------------------------------- */

static void write_whole(const char *path, const void *data, size_t bytes)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ASSERT(file >= 0 && write(file, data, bytes) == (ssize_t)bytes);
    ASSERT(close(file) == 0);
}

static size_t read_whole(const char *path, void *data, size_t room)
{
    const int file = open(path, O_RDONLY);
    if (file < 0) return 0;
    const ssize_t bytes = read(file, data, room);
    ASSERT(bytes >= 0 && close(file) == 0);
    return (size_t)bytes;
}

/* ---- jobs ---------------------------------------------------------------- */

static bool stop_at_once(void *user, const struct garim_progress *progress)
{
    (void)user;
    (void)progress;
    return false;
}

static enum garim_status stop_when_whole(void *user,
                                         const struct garim_report *report,
                                         struct garim_error *error)
{
    (void)user;
    (void)report;
    error->status = GARIM_TEMPORARY;
    return GARIM_TEMPORARY;
}

static enum garim_status run(const struct job *job, const char *output,
                             struct garim_job_options options,
                             struct garim_error *error)
{
    struct garim_report report = {.size = sizeof report};
    options.size = sizeof options;
    options.input = "in";
    options.output = output;
    options.io = GARIM_IO_POSIX;
    options.threads = 1;
    options.window_bytes = WINDOW_BYTES;
    options.max_rejects = 3;
    const enum garim_status status =
        garim_run(job->engine, &options, &report, error);
    garim_report_clear(&report);
    return status;
}

/* Secret memory is not for children: each opens its own. */
static void open_engine(struct job *job)
{
    static const char *const label = "state";
    struct garim_key *key = NULL;
    struct garim_error error;
    if (job->keyed) {
        ASSERT(garim_key_open_file(&key, "key", &error) == GARIM_OK);
        ASSERT(garim_key_derive(key, &label, 1, job->state_key,
                                GARIM_KEY_BYTES) == 0);
    }
    ASSERT(garim_policy_open(&job->policy,
                             job->keyed ? "tokens.yaml" : "keeps.yaml",
                             &error) == GARIM_OK);
    ASSERT(garim_engine_open(&job->engine, job->policy, key, NULL, &error) ==
           GARIM_OK);
    garim_key_close(key);
}

/* Run the job until it is cut off, and keep what it left. */
static void cut_off(struct job *job, bool complete)
{
    struct garim_error error;
    struct stat status;
    struct garim_job_options options = {.restart = true};
    if (complete)
        options.whole = stop_when_whole;
    else
        options.rate_bytes = DATA_BYTES, options.progress = stop_at_once;
    ASSERT(run(job, "out", options, &error) == GARIM_TEMPORARY);
    job->state_bytes = read_whole("out.state", job->state, STATE_MAX);
    ASSERT(job->state_bytes > HEAD_SLOTS);
    ASSERT(read_whole("out.part", job->part, DATA_BYTES) > 0);
    ASSERT(stat("out.part", &status) == 0);
    job->part_time = status.st_mtim;
}

static void open_job(struct job *job, bool keyed, bool complete)
{
    struct garim_error error;
    *job = (struct job){.keyed = keyed};
    open_engine(job);
    job->state = malloc(STATE_MAX);
    job->right = malloc(DATA_BYTES);
    ASSERT(job->state != NULL && job->right != NULL);
    ASSERT(run(job, "right", (struct garim_job_options){.force = true},
               &error) == GARIM_OK);
    ASSERT(read_whole("right", job->right, DATA_BYTES) == DATA_BYTES);
    cut_off(job, complete);
    garim_engine_close(job->engine);
    garim_policy_close(job->policy);
    (void)unlink("out.state");
    (void)unlink("out.part");
}

/* ---- sealing ------------------------------------------------------------- */

/* The HMAC of the digest, or where `key` is NULL the digest. */
static void seal(const uint8_t *key, const void *a, size_t a_bytes,
                 const void *b, size_t b_bytes, uint8_t *ret_seal)
{
    uint8_t digest[SEAL];
    ASSERT(garim_sha256(a, a_bytes, b, b_bytes, digest) == 0);
    memcpy(ret_seal, digest, SEAL);
    if (key != NULL)
        ASSERT(garim_hmac_sha256(key, GARIM_KEY_BYTES, digest, SEAL,
                                 ret_seal) == 0);
}

static uint64_t slot_bytes_of(const uint8_t *state)
{
    uint64_t bytes;
    memcpy(&bytes, state + 16, sizeof bytes);
    return bytes;
}

/* Seal all of a state anew, as far as its numbers let find the places. */
static void seal_state(uint8_t *state, size_t bytes, const uint8_t *key)
{
    struct garim_journal_job job;
    const uint64_t slot_bytes = slot_bytes_of(state);
    memcpy(&job, state + 24, sizeof job);
    seal(key, state, HEAD_BYTES, NULL, 0, state + HEAD_BYTES);
    for (uint64_t i = 0; i < 2 && slot_bytes < bytes; i++) {
        struct garim_journal_point point;
        const uint64_t at = HEAD_SLOTS + i * slot_bytes;
        if (at + sizeof point > bytes) return;
        memcpy(&point, state + at, sizeof point);
        if (job.count_size > bytes || point.reject_count > bytes) continue;
        const uint64_t used = sizeof point + 8 * job.count_size +
                              sizeof(struct garim_reject) * point.reject_count;
        if (at + used + SEAL > bytes) continue;
        seal(key, state + HEAD_BYTES, SEAL, state + at, used,
             state + at + used);
    }
}

/* ---- forging ------------------------------------------------------------- */

static uint64_t wild_number(void)
{
    const uint64_t shift = draw(64);
    switch (draw(6)) {
    case 0:
        return draw(40);
    case 1:
        return UINT64_MAX - draw(3);
    case 2:
        return (UINT64_C(1) << shift) + draw(3) - 1;
    case 3:
        return draw(40) * WINDOW_BYTES;
    case 4:
        return draw(DATA_BYTES + 2);
    default:
        return random_state;
    }
}

static void put(uint8_t *state, size_t bytes, uint64_t at)
{
    const uint64_t number = wild_number();
    if (at + sizeof number <= bytes) memcpy(state + at, &number, sizeof number);
}

/* Change one thing. */
static void forge(uint8_t *state, size_t *bytes, uint8_t *part,
                  size_t *part_end)
{
    const uint64_t slot_bytes = slot_bytes_of(state);
    const uint64_t slot = HEAD_SLOTS + draw(2) * (slot_bytes % STATE_MAX);
    switch (draw(9)) {
    case 0:
        put(state, *bytes, 8 * draw(HEAD_BYTES / 8));
        break;
    case 1:
        put(state, *bytes, 8 * draw(9));
        break;
    case 2:
        put(state, *bytes, slot + 8 * draw(11));
        break;
    case 3:
        put(state, *bytes, slot + 8 * draw(40));
        break;
    case 4:
        state[draw(*bytes)] = (uint8_t)draw(256);
        break;
    case 5:
        *bytes = draw(*bytes + 1);
        if (*bytes < HEAD_BYTES + SEAL) *bytes = HEAD_BYTES + SEAL;
        break;
    case 6:
        part[draw(DATA_BYTES)] = (uint8_t)draw(256);
        break;
    case 7:
        memset(part + draw(DATA_BYTES / WINDOW_BYTES) * WINDOW_BYTES, 0,
               WINDOW_BYTES);
        break;
    default:
        *part_end = draw(DATA_BYTES + 1);
    }
}

/* Put the part where the state says that it is; its inode. */
static ino_t put_part(const struct job *job, const uint8_t *part, size_t bytes)
{
    struct stat status;
    const struct timespec times[] = {job->part_time, job->part_time};
    if (access("out.part", F_OK) != 0) (void)rename("out", "out.part");
    const int file = open("out.part", O_RDWR | O_CREAT, 0600);
    ASSERT(file >= 0 && ftruncate(file, 0) == 0 && fchmod(file, 0600) == 0);
    ASSERT(write(file, part, bytes) == (ssize_t)bytes);
    ASSERT(futimens(file, times) == 0 && fstat(file, &status) == 0);
    ASSERT(close(file) == 0);
    return status.st_ino;
}

static void name_part(uint8_t *state, ino_t inode)
{
    for (uint64_t i = 0; i < 2; i++) {
        const uint64_t number = inode;
        const uint64_t at = HEAD_SLOTS + i * slot_bytes_of(state) +
                            offsetof(struct garim_journal_point, part_inode);
        memcpy(state + at, &number, sizeof number);
    }
}

static unsigned long ends[GARIM_TEMPORARY + 1]; /* cases by status */

/* 0: well; what is wrong goes to standard output. */
static int try_case(const struct job *job)
{
    static uint8_t state[STATE_MAX], named[STATE_MAX], part[DATA_BYTES],
        found[DATA_BYTES + 1];
    struct garim_error error;
    uint8_t wrong_key[GARIM_KEY_BYTES];
    size_t bytes = job->state_bytes, part_end = DATA_BYTES;
    memcpy(state, job->state, bytes);
    memcpy(part, job->part, DATA_BYTES);
    name_part(state, put_part(job, part, DATA_BYTES));
    memcpy(named, state, bytes);
    /* One time in eight all is as the run left it. */
    for (uint64_t i = draw(8); i > 0; i--)
        if (i <= 3) forge(state, &bytes, part, &part_end);
    for (size_t i = 0; i < sizeof wrong_key; i++)
        wrong_key[i] = (uint8_t)draw(256);
    (void)put_part(job, part, part_end);
    const bool untouched =
        bytes == job->state_bytes && memcmp(state, named, bytes) == 0;
    if (job->keyed && untouched)
        seal_state(state, bytes, job->state_key);
    else if (draw(4) != 0)
        seal_state(state, bytes, job->keyed && draw(2) == 0 ? wrong_key : NULL);
    (void)unlink("out.state");
    write_whole("out.state", state, bytes);
    const enum garim_status status =
        run(job, "out", (struct garim_job_options){.resume = true}, &error);
    const size_t got = read_whole("out", found, sizeof found);
    ends[status]++;
    if (status == GARIM_OK && got == DATA_BYTES &&
        memcmp(found, job->right, DATA_BYTES) == 0)
        return 0;
    if (status != GARIM_OK && access("out", F_OK) != 0) return 0;
    printf("status %d, %zu bytes: %s\n", (int)status, got, error.message);
    return 1;
}

/* ---- all of them --------------------------------------------------------- */

static int run_batch(struct job *jobs, uint64_t seed, unsigned long cases)
{
    random_state = seed;
    for (int i = 0; i < 4; i++)
        open_engine(&jobs[i]);
    for (unsigned long i = 0; i < cases; i++) {
        (void)alarm(SECONDS_MAX);
        if (try_case(&jobs[draw(4)]) != 0) return 1;
    }
    /* Some are gone on with, and some refused: else nothing was tried. */
    if (ends[GARIM_OK] == 0 || ends[GARIM_IN_THE_WAY] == 0 ||
        ends[GARIM_VERIFY] == 0) {
        printf("%lu done, %lu in the way, %lu verified as wrong\n",
               ends[GARIM_OK], ends[GARIM_IN_THE_WAY], ends[GARIM_VERIFY]);
        return 1;
    }
    struct rusage usage;
    ASSERT(getrusage(RUSAGE_SELF, &usage) == 0);
#ifndef __SANITIZE_ADDRESS__
    if (usage.ru_maxrss > MEMORY_MAX_KIB) {
        printf("memory %ld KiB\n", usage.ru_maxrss);
        return 1;
    }
#endif
    return 0;
}

static void write_policy(const char *path, const char *rule)
{
    char text[sizeof policy_text + 100];
    (void)snprintf(text, sizeof text, policy_text, rule);
    write_whole(path, text, strlen(text));
}

static void make_folder(struct job jobs[4], char folder[64])
{
    struct garim_layout *layout;
    struct garim_error error;
    char id[17];
    uint8_t *input = malloc(DATA_BYTES);
    strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/forge-XXXXXX"
                                                 : "/tmp/forge-XXXXXX");
    ASSERT(mkdtemp(folder) != NULL && chdir(folder) == 0);
    write_whole("l.yaml", layout_text, sizeof layout_text - 1);
    write_policy("keeps.yaml", "keep");
    write_policy("tokens.yaml", "{token: {domain: d, bits: 80, as: base32}}");
    ASSERT(garim_key_generate("key", id, &error) == GARIM_OK);
    ASSERT(garim_layout_open(&layout, "l.yaml", &error) == GARIM_OK);
    garim_synth_fill(layout, 1, 0, RECORDS, input);
    write_whole("in", input, DATA_BYTES);
    for (int i = 0; i < 4; i++)
        open_job(&jobs[i], i & 1, i & 2);
    free(input);
    garim_layout_close(layout);
}

int main(int argc, char **argv)
{
    const unsigned long cases = argc > 1 ? strtoul(argv[1], NULL, 10) : 20000;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10)
                             : (uint64_t)getpid() * 2654435761u + 1;
    unsigned long passed = 0, failed = 0;
    struct job jobs[4];
    char folder[64], command[80];
    printf("seed %llu\n", (unsigned long long)seed);
    make_folder(jobs, folder);
    for (unsigned long done = 0; done < cases; done += BATCH, seed++) {
        (void)fflush(stdout);
        const pid_t child = fork();
        if (child == 0) {
            const int result = run_batch(jobs, seed, BATCH);
            (void)fflush(stdout);
            _exit(result);
        }
        int status;
        ASSERT(waitpid(child, &status, 0) == child);
        if (status == 0) {
            passed += BATCH;
            continue;
        }
        failed++;
        printf("FAILED forge %d %llu: wait status %d\n", BATCH,
               (unsigned long long)seed, status);
        (void)unlink("out");
    }
    for (int i = 0; i < 4; i++) {
        free(jobs[i].state);
        free(jobs[i].right);
    }
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    ASSERT(chdir("/") == 0 && system(command) == 0);
    printf("%lu passed, %lu failed\n", passed, failed);
    return failed > 0 || passed == 0;
}
