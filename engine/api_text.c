/* api_text.c - the public interface: a field as printable text
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "garim/garim.h"
#include "record/type.h"

size_t garim_layout_text(const struct garim_layout *layout, size_t index,
                         const void *record, char *text, size_t size,
                         bool *ret_printable)
{
    const struct garim_field *field = &layout->fields[index];
    struct garim_show show = {.text = text, .size = size};
    field->type->show(field, (const uint8_t *)record + field->at, &show);
    garim_show_end(&show);
    if (ret_printable != NULL) *ret_printable = !show.escaped;
    return show.length;
}
