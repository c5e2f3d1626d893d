/* load_expect.h - what a field must hold, from its layout
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_LAYOUT_LOAD_EXPECT_H
#define GARIM_LAYOUT_LOAD_EXPECT_H

#include "config/reader.h"
#include "record/layout.h"

/* Read `expect` (absent: anything) of a field that is complete but for it.
 * Errors through the reader. */
void garim_expect_read(struct garim_reader *reader, struct garim_entry entry,
                       struct garim_field *field);

#endif
