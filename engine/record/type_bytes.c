/* type_bytes.c - bytes: any bytes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <string.h>

#include "record/type.h"
#include "text/hex.h"

/* Any byte may be a value's, so none is a null by itself. */
static void bytes_set_defaults(struct garim_field *field)
{
    field->pad = 0;
}

/* In hex digits. */
static size_t bytes_from_text(const struct garim_field *field, const char *text,
                              uint8_t *out, const char **ret_wrong)
{
    (void)field;
    *ret_wrong = "is not an even number of hex digits; write two for each byte";
    return garim_hex_decode(out, text, strlen(text));
}

static void bytes_show(const struct garim_field *field, const uint8_t *data,
                       struct garim_show *show)
{
    garim_show_hex(show, data, field->bytes);
}

const struct garim_type garim_type_bytes = {
    .name = "bytes",
    .traits = GARIM_TYPE_RAW,
    .set_defaults = bytes_set_defaults,
    .from_text = bytes_from_text,
    .show = bytes_show,
};
