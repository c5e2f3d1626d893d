/* test_traces.c - what stays in memory that nobody owns any more: nothing
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "crypto/crypto.h"
#include "crypto/key.h"
#if defined(__x86_64__)
#include "kernels/x86/x86.h"
#endif
#include "publish/fd_tuning.h"
#include "support.h"

/* ---- stacks and registers -------------------------------------------------
 * What is looked at runs in a thread, whose stack is painted before and read
 * after it ended.  A signal at the end brings the registers into it. */

enum {
    STACK_BYTES = 256 << 10,
    GAP_BYTES = 32 << 10,
    PIECE = 8,
    SECRETS_MAX = 80,
};

typedef void traced_function(void);

/* Static, and so in none of the places looked at. */
static uint8_t secrets[SECRETS_MAX][64];
static size_t secret_bytes[SECRETS_MAX], secret_count;
static traced_function *traced;
static bool with_registers;

static void expect_none_of(const void *bytes, size_t count)
{
    secret_bytes[secret_count] = count;
    memcpy(secrets[secret_count++], bytes, count);
}

static void expect_no_state(const struct garim_hmac_state *state)
{
    const uint32_t *words = state->inner;
    expect_none_of(state->inner, sizeof state->inner);
    expect_none_of(state->outer, sizeof state->outer);
    /* In the order of the instructions for SHA-256, too. */
    for (size_t i = 0; i < 4; i++) {
        const uint32_t *half = i < 2 ? state->inner : state->outer;
        const size_t from = i % 2 * 2;
        const uint32_t pair[4] = {half[from + 5], half[from + 4],
                                  half[from + 1], half[from]};
        expect_none_of(pair, sizeof pair);
    }
    for (size_t i = 0; i < 16; i++) {
        const uint32_t word = i < 8 ? words[i] : state->outer[i - 8];
        const uint32_t lanes[2] = {word, word};
        expect_none_of(lanes, sizeof lanes);
    }
}

/* Which secret has a piece in `memory`, from 1; 0: none. */
static size_t find_piece(const uint8_t *memory, size_t bytes)
{
    for (size_t s = 0; s < secret_count; s++)
        for (size_t i = 0; i + PIECE <= secret_bytes[s]; i++)
            if (memmem(memory, bytes, secrets[s] + i, PIECE) != NULL)
                return s + 1;
    return 0;
}

static void on_signal(int signal)
{
    (void)signal;
}

/* Below a gap, which is for whatever the thread does after it: it would write
 * over what is looked for. */
static __attribute__((noinline)) void call_traced(void)
{
    uint8_t gap[GAP_BYTES];
    explicit_bzero(gap, sizeof gap);
    traced();
    explicit_bzero(gap, sizeof gap);
}

static void *trace(void *nothing)
{
    call_traced();
    if (with_registers) (void)raise(SIGUSR1);
    return nothing;
}

static size_t leftover_of(traced_function *function, bool registers)
{
    pthread_t thread;
    pthread_attr_t attributes;
    void *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(stack != MAP_FAILED);
    memset(stack, 0xA5, STACK_BYTES);
    cr_assert(signal(SIGUSR1, on_signal) != SIG_ERR);
    traced = function;
    with_registers = registers;
    cr_assert_eq(pthread_attr_init(&attributes), 0);
    cr_assert_eq(pthread_attr_setstack(&attributes, stack, STACK_BYTES), 0);
    cr_assert_eq(pthread_create(&thread, &attributes, trace, NULL), 0);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    const size_t found = find_piece(stack, STACK_BYTES);
    (void)pthread_attr_destroy(&attributes);
    (void)munmap(stack, STACK_BYTES);
    return found;
}

static void expect_clean(traced_function *function, const char *what)
{
    cr_assert_eq(leftover_of(function, false), 0, "%s: on the stack", what);
    cr_assert_eq(leftover_of(function, true), 0, "%s: in registers", what);
}

/* ---- kernels ---- */

enum { MESSAGES = 100 };

static struct garim_hmac_state state;
static const struct garim_kernels *kernels;
static uint32_t offsets[MESSAGES], lengths[MESSAGES];
static size_t message_count;
static uint8_t tags[MESSAGES * GARIM_TAG_BYTES];

static void hash_messages(void)
{
    static uint8_t data[4 * MESSAGES];
    garim_hmac_many(kernels, &state, data, offsets, lengths, message_count,
                    tags);
}

static void leave_a_state(void)
{
    struct garim_hmac_state copy;
    memcpy(&copy, &state, sizeof copy);
    __asm__ volatile("" : : "r"(&copy) : "memory");
}

/* Neither of the state nor of a tag, which is more than a token. */
static void expect_clean_hash(void)
{
    const size_t states = secret_count;
    hash_messages();
    expect_none_of(tags, GARIM_TAG_BYTES);
    expect_none_of(tags + (message_count - 1) * GARIM_TAG_BYTES,
                   GARIM_TAG_BYTES);
    memset(tags, 0, sizeof tags);
    expect_clean(hash_messages, kernels->name);
    secret_count = states;
}

/* Halves of a block, a block, some, and all of these; in counts that fill the
 * lanes, and that do not. */
static void hash_each_way(enum garim_tier tier)
{
    static const struct {
        uint32_t bytes, growth;
    } shapes[] = {{17, 0}, {40, 0}, {130, 0}, {0, 2}};
    static const size_t counts[] = {1, 4, 13, 32, 64, 67, MESSAGES};
    kernels = garim_kernels_of(tier);
    for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            message_count = counts[i];
            for (uint32_t m = 0; m < MESSAGES; m++)
                lengths[m] = shapes[shape].bytes + m * shapes[shape].growth;
            expect_clean_hash();
        }
}

Test(traces, kernels_leave_no_midstate)
{
    static const uint8_t key[32] = "a key of thirty-two bytes, just";
    cr_assert_eq(garim_hmac_key(&state, key, sizeof key), 0);
    expect_no_state(&state);
    cr_assert_neq(leftover_of(leave_a_state, false), 0, "the test is blind");
    for (enum garim_tier tier = 0; tier < GARIM_TIER_COUNT; tier++)
        if (garim_tier_usable(tier)) hash_each_way(tier);
}

/* ---- registers ---- */

#if defined(__x86_64__)

static unsigned processor; /* of enum GARIM_CPU_... */

/* A thread begins with the registers of who makes it. */
static void fill_xmm7(void)
{
    garim_x86_clear_registers(garim_x86_cpu());
    __asm__ volatile("movdqu %0, %%xmm7" : : "m"(state) : "xmm7");
}

static void clear_xmm7(void)
{
    fill_xmm7();
    garim_x86_clear_registers(processor);
}

static void fill_zmm29(void)
{
    garim_x86_clear_registers(garim_x86_cpu());
    __asm__ volatile("vmovdqu64 %0, %%zmm29" : : "m"(state));
}

static void clear_zmm29(void)
{
    fill_zmm29();
    garim_x86_clear_registers(processor);
}

Test(traces, registers_of_every_kind_of_processor_are_cleared)
{
    const unsigned own = garim_x86_cpu();
    for (uint32_t i = 0; i < 8; i++)
        state.inner[i] = 0x9b3c51e7 * (i + 3);
    expect_none_of(state.inner, sizeof state.inner);
    cr_assert_neq(leftover_of(fill_xmm7, true), 0, "the test is blind");
    processor = 0;
    cr_assert_eq(leftover_of(clear_xmm7, true), 0, "SSE");
    processor = own & GARIM_CPU_YMM;
    cr_assert_eq(leftover_of(clear_xmm7, true), 0, "AVX");
    if (!(own & GARIM_CPU_ZMM)) return;
    cr_assert_neq(leftover_of(fill_zmm29, true), 0, "the test is blind");
    processor = own;
    cr_assert_eq(leftover_of(clear_zmm29, true), 0, "AVX-512");
}

#endif

/* ---- derivation ---- */

static struct garim_key *master;
static uint8_t derived[32];

static void derive(void)
{
    static const char *const labels[] = {"token", "a", "b", "c", "d"};
    cr_assert_eq(garim_key_derive(master, labels, 5, derived, 32), 0);
}

static void make_state(void)
{
    cr_assert_eq(garim_hmac_key(&state, derived, 32), 0);
}

static void hash_by_openssl(void)
{
    static uint8_t tag[GARIM_TAG_BYTES];
    cr_assert_eq(garim_hmac_sha256(derived, 32, "m", 1, tag), 0);
}

Test(traces, derivation_leaves_no_key)
{
    uint8_t pads[2][32];
    struct garim_key *key;
    cr_assert_eq(garim_key_open_random(&key, NULL), GARIM_OK);
    master = key;
    derive();
    make_state();
    for (size_t i = 0; i < 32; i++) {
        pads[0][i] = derived[i] ^ 0x36;
        pads[1][i] = derived[i] ^ 0x5c;
    }
    expect_none_of(key->bytes, GARIM_KEY_BYTES);
    expect_none_of(derived, sizeof derived);
    expect_none_of(pads[0], sizeof pads[0]);
    expect_none_of(pads[1], sizeof pads[1]);
    expect_no_state(&state);
    expect_clean(derive, "derivation");
    expect_clean(make_state, "midstates");
    expect_clean(hash_by_openssl, "OpenSSL");
    garim_key_close(key);
}

/* ---- freed memory ---------------------------------------------------------
 * Read by way of the kernel, which asks nobody whose it is; and without malloc,
 * which would give it to somebody. */

/* Whether `bytes` of this process hold the needle, of which the complement is
 * given, so that it is not found in itself. */
static bool range_holds(uintptr_t from, size_t bytes, const uint8_t *complement,
                        size_t needle_bytes)
{
    uint8_t needle[64];
    void *copy = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(copy != MAP_FAILED);
    const struct iovec local = {copy, bytes}, remote = {(void *)from, bytes};
    const ssize_t got = process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
    for (size_t i = 0; i < needle_bytes; i++)
        needle[i] = (uint8_t)~complement[i];
    const bool found =
        got > 0 && memmem(copy, (size_t)got, needle, needle_bytes) != NULL;
    explicit_bzero(needle, sizeof needle);
    (void)munmap(copy, bytes);
    return found;
}

static const char *read_maps(void)
{
    static char text[1 << 18];
    size_t used = 0;
    ssize_t got;
    const int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    cr_assert(file >= 0);
    while ((got = read(file, text + used, sizeof text - 1 - used)) > 0)
        used += (size_t)got;
    text[used] = '\0';
    (void)close(file);
    return text;
}

static bool memory_holds(const uint8_t *complement, size_t bytes)
{
    const char *line = read_maps();
    bool found = false;
    while (!found && line != NULL) {
        uintptr_t from, to;
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, mode) == 3 &&
            strncmp(mode, "rw", 2) == 0 && to - from <= 64 << 20)
            found = range_holds(from, to - from, complement, bytes);
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return found;
}

static void complement_of(uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes[i] = (uint8_t)~bytes[i];
}

Test(traces, a_closed_context_leaves_no_value_and_no_tag)
{
    static const char *const labels[] = {"token", "partner-a", "nsf-scoring",
                                         "d", "2026-11"};
    uint8_t digits[] = "8291037465510", domain_key[32], tag[GARIM_TAG_BYTES];
    char record[] = "82-9103-7465-510";
    /* What malloc gives back to the system can not be looked at. */
    (void)mallopt(M_MMAP_MAX, 0);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 30);
    struct garim_key *key = support_open_key();
    cr_assert_eq(garim_key_derive(key, labels, 5, domain_key, 32), 0);
    garim_key_close(key);
    cr_assert_eq(garim_hmac_sha256(domain_key, 32, digits, 13, tag), 0);
    complement_of(tag, sizeof tag);
    complement_of(digits, 13);

    struct support_engine opened = support_open_engine(
        "length: 16", "{name: f, at: 0, length: 16, type: char}",
        "f: {token: {domain: d, canonical: phone, bits: 80, as: base32}}",
        "subjects: 1");
    cr_assert_eq(garim_transform(opened.context, record, 1, record,
                                 sizeof record, NULL, NULL),
                 GARIM_OK);
    cr_assert(memory_holds(tag, sizeof tag), "the test is blind for tags");
    cr_assert(memory_holds(digits, 13), "the test is blind for values");
    garim_context_close(opened.context);
    opened.context = NULL;
    cr_assert_not(memory_holds(tag, sizeof tag));
    cr_assert_not(memory_holds(digits, 13));
    support_close_engine(&opened);
}

/* ---- the head of the input ---- */

static struct garim_io_request *pending;
static uintptr_t head_at;
static size_t carry_header_bytes;

static int open_queue(struct garim_io_queue **ret_queue,
                      const struct garim_io_queue_options *options)
{
    (void)options;
    *ret_queue = NULL;
    return 0;
}

static void close_queue(struct garim_io_queue *queue)
{
    (void)queue;
}

static void fill_head(struct garim_io_queue *queue,
                      struct garim_io_request *request)
{
    (void)queue;
    memset(request->buffer, 'Q', request->bytes);
    request->result = (int64_t)request->bytes;
    head_at = (uintptr_t)request->buffer;
    carry_header_bytes = request->bytes;
    pending = request;
}

static struct garim_io_request *give_back(struct garim_io_queue *queue,
                                          bool wait)
{
    (void)queue;
    (void)wait;
    return pending;
}

static int agree(int descriptor, bool direct)
{
    (void)descriptor;
    (void)direct;
    return 0;
}

Test(traces, a_probe_of_the_input_leaves_no_copy)
{
    const struct garim_io io = {.queue_open = open_queue,
                                .queue_close = close_queue,
                                .submit = fill_head,
                                .reap = give_back,
                                .set_direct = agree};
    uint8_t complement[PIECE];
    memset(complement, (uint8_t) ~'Q', sizeof complement);
    cr_assert(garim_direct_probe(&io, 0, GARIM_IO_READ, 0));
    cr_assert(carry_header_bytes >= 4096);
    cr_assert_not(range_holds(head_at, carry_header_bytes, complement, PIECE));
}
