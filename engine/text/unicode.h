/* unicode.h - which characters may be shown, and which texts may name things
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_TEXT_UNICODE_H
#define GARIM_TEXT_UNICODE_H

#include <stdbool.h>

/* The one list of characters that move a cursor, or hide or reorder what stands
 * around them: controls, format characters, separators of lines, fillers.  The
 * joiners U+200C and U+200D belong to words.  Of what is no character
 * (GARIM_UTF8_BROKEN) true as well. */
bool garim_unicode_unsafe(unsigned code_point);

/* Why the UTF-8 `text`, which ends with a NUL, can name nothing that people
 * compare by eye, as the beginning of a message; NULL: it can.  Two such texts
 * that look alike for their marks or for what can not be seen are the same
 * bytes. */
const char *garim_unicode_label_fault(const char *text);

#endif
