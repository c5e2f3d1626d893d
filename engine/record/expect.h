/* expect.h - what a field must hold, in every record and under every rule
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_EXPECT_H
#define GARIM_RECORD_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum garim_expect_kind {
    GARIM_EXPECT_ANYTHING,
    GARIM_EXPECT_BYTES,  /* every byte of the field is one of `bytes` */
    GARIM_EXPECT_TEXT,   /* the value is one of `texts` */
    GARIM_EXPECT_PREFIX, /* the value begins with texts[0] */
};

/* In the field's encoding; trimming takes nothing of it. */
struct garim_expect_text {
    const uint8_t *data;
    size_t bytes;
};

struct garim_expect {
    enum garim_expect_kind kind;
    bool no_nulls; /* else a null passes, whatever is expected */
    bool bytes[256];
    const struct garim_expect_text *texts;
    size_t text_count;
};

struct garim_field;

/* Whether the field at `data` is as its layout expects. */
bool garim_field_expected(const struct garim_field *field, const uint8_t *data);

/* How many bytes of the field the expectation pins down. */
size_t garim_field_checked_bytes(const struct garim_field *field);

#endif
