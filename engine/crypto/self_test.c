/* self_test.c - known answers before the first token
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <pthread.h>
#include <string.h>

#include "base/assert.h"
#include "base/error.h"
#include "crypto/crypto.h"

enum {
    INPUT_BYTES_MAX = 160,
    OKM_BYTES_MAX = 82,
};

/* A text, or `count` bytes from `first` on, each `step` above the last. */
struct input {
    const char *text;
    uint8_t first, step;
    size_t count;
};

struct hmac_case {
    struct input key, message;
    const char *tag;
    size_t tag_bytes;
};

struct hkdf_case {
    struct input key, salt, info;
    const char *okm;
    size_t okm_bytes;
};

static const struct hmac_case rfc4231[] = {
    {{.first = 0x0b, .count = 20},
     {.text = "Hi There"},
     "\xb0\x34\x4c\x61\xd8\xdb\x38\x53\x5c\xa8\xaf\xce\xaf\x0b\xf1\x2b"
     "\x88\x1d\xc2\x00\xc9\x83\x3d\xa7\x26\xe9\x37\x6c\x2e\x32\xcf\xf7",
     32},
    {{.text = "Jefe"},
     {.text = "what do ya want for nothing?"},
     "\x5b\xdc\xc1\x46\xbf\x60\x75\x4e\x6a\x04\x24\x26\x08\x95\x75\xc7"
     "\x5a\x00\x3f\x08\x9d\x27\x39\x83\x9d\xec\x58\xb9\x64\xec\x38\x43",
     32},
    {{.first = 0xaa, .count = 20},
     {.first = 0xdd, .count = 50},
     "\x77\x3e\xa9\x1e\x36\x80\x0e\x46\x85\x4d\xb8\xeb\xd0\x91\x81\xa7"
     "\x29\x59\x09\x8b\x3e\xf8\xc1\x22\xd9\x63\x55\x14\xce\xd5\x65\xfe",
     32},
    {{.first = 0x01, .step = 1, .count = 25},
     {.first = 0xcd, .count = 50},
     "\x82\x55\x8a\x38\x9a\x44\x3c\x0e\xa4\xcc\x81\x98\x99\xf2\x08\x3a"
     "\x85\xf0\xfa\xa3\xe5\x78\xf8\x07\x7a\x2e\x3f\xf4\x67\x29\x66\x5b",
     32},
    {{.first = 0x0c, .count = 20},
     {.text = "Test With Truncation"},
     "\xa3\xb6\x16\x74\x73\x10\x0e\xe0\x6e\x0c\x79\x6c\x29\x55\x55\x2b",
     16},
    {{.first = 0xaa, .count = 131},
     {.text = "Test Using Larger Than Block-Size Key - Hash Key First"},
     "\x60\xe4\x31\x59\x1e\xe0\xb6\x7f\x0d\x8a\x26\xaa\xcb\xf5\xb7\x7f"
     "\x8e\x0b\xc6\x21\x37\x28\xc5\x14\x05\x46\x04\x0f\x0e\xe3\x7f\x54",
     32},
    {{.first = 0xaa, .count = 131},
     {.text = "This is a test using a larger than block-size key and a larger "
              "than block-size data. The key needs to be hashed before being "
              "used by the HMAC algorithm."},
     "\x9b\x09\xff\xa7\x1b\x94\x2f\xcb\x27\x63\x5f\xbc\xd5\xb0\xe9\x44"
     "\xbf\xdc\x63\x64\x4f\x07\x13\x93\x8a\x7f\x51\x53\x5c\x3a\x35\xe2",
     32},
};

static const struct hkdf_case rfc5869[] = {
    {{.first = 0x0b, .count = 22},
     {.first = 0x00, .step = 1, .count = 13},
     {.first = 0xf0, .step = 1, .count = 10},
     "\x3c\xb2\x5f\x25\xfa\xac\xd5\x7a\x90\x43\x4f\x64\xd0\x36\x2f\x2a"
     "\x2d\x2d\x0a\x90\xcf\x1a\x5a\x4c\x5d\xb0\x2d\x56\xec\xc4\xc5\xbf"
     "\x34\x00\x72\x08\xd5\xb8\x87\x18\x58\x65",
     42},
    {{.first = 0x00, .step = 1, .count = 80},
     {.first = 0x60, .step = 1, .count = 80},
     {.first = 0xb0, .step = 1, .count = 80},
     "\xb1\x1e\x39\x8d\xc8\x03\x27\xa1\xc8\xe7\xf7\x8c\x59\x6a\x49\x34"
     "\x4f\x01\x2e\xda\x2d\x4e\xfa\xd8\xa0\x50\xcc\x4c\x19\xaf\xa9\x7c"
     "\x59\x04\x5a\x99\xca\xc7\x82\x72\x71\xcb\x41\xc6\x5e\x59\x0e\x09"
     "\xda\x32\x75\x60\x0c\x2f\x09\xb8\x36\x77\x93\xa9\xac\xa3\xdb\x71"
     "\xcc\x30\xc5\x81\x79\xec\x3e\x87\xc1\x4c\x01\xd5\xc1\xf3\x43\x4f"
     "\x1d\x87",
     82},
    {{.first = 0x0b, .count = 22},
     {.text = ""},
     {.text = ""},
     "\x8d\xa4\xe7\x75\xa5\x63\xc1\x8f\x71\x5f\x80\x2a\x06\x3c\x5a\x31"
     "\xb8\xa1\x1f\x5c\x5e\xe1\x87\x9e\xc3\x45\x4e\x5f\x3c\x73\x8d\x2d"
     "\x9d\x20\x13\x95\xfa\xa4\xb6\x1a\x96\xc8",
     42},
};

static size_t spell(const struct input *input, uint8_t out[INPUT_BYTES_MAX])
{
    size_t bytes = input->text == NULL ? input->count : strlen(input->text);
    ASSERT(bytes <= INPUT_BYTES_MAX);
    if (input->text != NULL)
        memcpy(out, input->text, bytes);
    else
        for (size_t i = 0; i < bytes; i++)
            out[i] = (uint8_t)(input->first + i * input->step);
    return bytes;
}

/* The message again and again, so that every lane of a kernel and the rest of
 * its batch answer. */
static bool hmac_good(const struct garim_kernels *kernels,
                      const struct hmac_case *known)
{
    enum { COPIES = 67 };
    uint8_t key[INPUT_BYTES_MAX], message[INPUT_BYTES_MAX];
    size_t key_bytes = spell(&known->key, key);
    uint32_t bytes = (uint32_t)spell(&known->message, message);
    uint32_t offsets[COPIES] = {0}, lengths[COPIES];
    uint8_t tags[COPIES * GARIM_TAG_BYTES];
    struct garim_hmac_state state;

    if (garim_hmac_key(&state, key, key_bytes) != 0) return false;
    for (size_t i = 0; i < COPIES; i++)
        lengths[i] = bytes;
    garim_hmac_many(kernels, &state, message, offsets, lengths, COPIES, tags);
    for (size_t i = 0; i < COPIES; i++)
        if (memcmp(tags + i * GARIM_TAG_BYTES, known->tag, known->tag_bytes) !=
            0)
            return false;
    return true;
}

/* A message of its own in each lane: of up to half a block, one block, more,
 * and of all of these. */
static const struct {
    uint32_t bytes, growth; /* of each message over the one before it */
} lane_cases[] = {{17, 0}, {40, 0}, {130, 0}, {0, 3}};
enum { LANE_CASES = sizeof lane_cases / sizeof lane_cases[0], MESSAGES = 67 };

static bool lanes_good(const struct garim_kernels *kernels, size_t which)
{
    enum { DATA_BYTES = 4 * MESSAGES };
    uint8_t key[32], data[DATA_BYTES], tags[MESSAGES * GARIM_TAG_BYTES];
    uint32_t offsets[MESSAGES], lengths[MESSAGES];
    struct garim_hmac_state state;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * i * 7 + i / 3);
    for (size_t i = 0; i < sizeof key; i++)
        key[i] = (uint8_t)(0x40 + i);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        lengths[i] = lane_cases[which].bytes + i * lane_cases[which].growth;
        offsets[i] = MESSAGES - 1 - i;
    }
    if (garim_hmac_key(&state, key, sizeof key) != 0) return false;
    garim_hmac_many(kernels, &state, data, offsets, lengths, MESSAGES, tags);
    for (size_t i = 0; i < MESSAGES; i++) {
        uint8_t tag[GARIM_TAG_BYTES];
        if (garim_hmac_sha256(key, sizeof key, data + offsets[i], lengths[i],
                              tag) != 0 ||
            memcmp(tag, tags + i * GARIM_TAG_BYTES, sizeof tag) != 0)
            return false;
    }
    return true;
}

static bool hkdf_good(const struct hkdf_case *known)
{
    uint8_t key[INPUT_BYTES_MAX], salt[INPUT_BYTES_MAX], info[INPUT_BYTES_MAX];
    size_t key_bytes = spell(&known->key, key);
    size_t salt_bytes = spell(&known->salt, salt);
    size_t info_bytes = spell(&known->info, info);
    uint8_t okm[OKM_BYTES_MAX];
    return garim_hkdf_sha256(key, key_bytes, salt, salt_bytes, info, info_bytes,
                             okm, known->okm_bytes) == 0 &&
           memcmp(okm, known->okm, known->okm_bytes) == 0;
}

enum { RFC4231_CASES = sizeof rfc4231 / sizeof rfc4231[0] };

size_t garim_self_test_hmac(const struct garim_kernels *kernels)
{
    for (size_t i = 0; i < RFC4231_CASES; i++)
        if (!hmac_good(kernels, &rfc4231[i])) return i + 1;
    for (size_t i = 0; i < LANE_CASES; i++)
        if (!lanes_good(kernels, i)) return RFC4231_CASES + i + 1;
    return 0;
}

/* The first case that fails, from 1, or 0. */

static size_t test_hkdf(void)
{
    for (size_t i = 0; i < sizeof rfc5869 / sizeof rfc5869[0]; i++)
        if (!hkdf_good(&rfc5869[i])) return i + 1;
    return 0;
}

static size_t hmac_failures[GARIM_TIER_COUNT], hkdf_failure;

static void test_all(void)
{
    hkdf_failure = test_hkdf();
    for (enum garim_tier tier = 0; tier < GARIM_TIER_COUNT; tier++)
        if (garim_tier_usable(tier))
            hmac_failures[tier] = garim_self_test_hmac(garim_kernels_of(tier));
}

static bool any_failure(void)
{
    bool any = hkdf_failure > 0;
    for (enum garim_tier tier = 0; tier < GARIM_TIER_COUNT; tier++)
        any = any || hmac_failures[tier] > 0;
    return any;
}

enum garim_status garim_self_test(enum garim_tier tier,
                                  struct garim_error *error)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static bool tested;
    (void)pthread_mutex_lock(&lock);
    if (!tested) test_all();
    tested = !garim_crypto_is_short() || !any_failure();
    bool good = tested;
    (void)pthread_mutex_unlock(&lock);
    if (!good) return garim_error_no_memory(error);
    if (hmac_failures[tier] > 0)
        return garim_error_set(error, GARIM_KEY,
                               "self-test failed: HMAC-SHA-256 (%s), answer "
                               "%zu; do not use this machine for tokens",
                               garim_tier_names[tier], hmac_failures[tier]);
    if (hkdf_failure > 0)
        return garim_error_set(error, GARIM_KEY,
                               "self-test failed: HKDF-SHA-256, RFC 5869, case "
                               "%zu; do not use this machine or its OpenSSL "
                               "for tokens",
                               hkdf_failure);
    return GARIM_OK;
}
