/* vectors.c - answer HMAC and HKDF questions from published vectors
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Reads "hmac KEY MESSAGE" and "hkdf KEY SALT INFO BYTES" lines, all in hex
 * with
 * "-" for nothing, and writes the answer in hex.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/crypto.h"

enum { BYTES_MAX = 1 << 16 };

struct bytes {
    uint8_t *data;
    size_t count;
};

static struct bytes next_bytes(char **rest)
{
    const char *text = strtok_r(NULL, " \n", rest);
    struct bytes bytes = {.data = calloc(1, BYTES_MAX)};
    if (text == NULL || bytes.data == NULL) exit(2);
    if (text[0] == '-') return bytes;
    for (; bytes.count < strlen(text) / 2; bytes.count++) {
        unsigned byte = 0;
        if (sscanf(text + 2 * bytes.count, "%2x", &byte) != 1) exit(2);
        bytes.data[bytes.count] = (uint8_t)byte;
    }
    return bytes;
}

static void print(const uint8_t *data, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)printf("%02x", data[i]);
    (void)printf("\n");
    (void)fflush(stdout);
}

static void answer_hmac(char **rest)
{
    struct bytes key = next_bytes(rest);
    struct bytes message = next_bytes(rest);
    const uint32_t offset = 0;
    const uint32_t length = (uint32_t)message.count;
    uint8_t tag[GARIM_TAG_BYTES], reference[GARIM_TAG_BYTES];
    struct garim_hmac_state state;
    if (garim_hmac_sha256(key.data, key.count, message.data, message.count,
                          reference) != 0 ||
        garim_hmac_key(&state, key.data, key.count) != 0)
        exit(1);
    for (enum garim_tier tier = 0; tier < GARIM_TIER_COUNT; tier++) {
        if (!garim_tier_usable(tier)) continue;
        garim_hmac_many(garim_kernels_of(tier), &state, message.data, &offset,
                        &length, 1, tag);
        if (memcmp(tag, reference, sizeof tag) != 0) exit(1);
    }
    print(tag, sizeof tag);
    free(key.data);
    free(message.data);
}

static void answer_hkdf(char **rest)
{
    struct bytes key = next_bytes(rest);
    struct bytes salt = next_bytes(rest);
    struct bytes info = next_bytes(rest);
    const char *size = strtok_r(NULL, " \n", rest);
    size_t count = size == NULL ? 0 : strtoul(size, NULL, 10);
    uint8_t *okm = calloc(1, count + 1);
    if (okm == NULL ||
        garim_hkdf_sha256(key.data, key.count, salt.data, salt.count, info.data,
                          info.count, okm, count) != 0)
        exit(1);
    print(okm, count);
    free(okm);
    free(key.data);
    free(salt.data);
    free(info.data);
}

int main(void)
{
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, stdin) > 0) {
        char *rest = NULL;
        const char *kind = strtok_r(line, " \n", &rest);
        if (kind != NULL && strcmp(kind, "hmac") == 0) answer_hmac(&rest);
        if (kind != NULL && strcmp(kind, "hkdf") == 0) answer_hkdf(&rest);
    }
    free(line);
    return 0;
}
