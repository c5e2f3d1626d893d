/* literal.h - texts of layouts and policies as the bytes of a field
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_LITERAL_H
#define GARIM_RECORD_LITERAL_H

#include <stddef.h>
#include <stdint.h>

#include "record/layout.h"

/* `text` in the bytes of the field's type and encoding (bytes: hex digits) to
 * `out`, which has room for strlen(text); returns their number.  SIZE_MAX: it
 * can not be, and `*ret_wrong` says why, as the end of a sentence. */
size_t garim_literal_encode(const struct garim_field *field, const char *text,
                            uint8_t *out, const char **ret_wrong);

#endif
