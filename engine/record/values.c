/* values.c - values of one field in many rows, on their way to what is hashed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/values.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

size_t garim_values_slot_bytes(const struct garim_field *field)
{
    enum { VECTOR_BYTES = 64 };
    const size_t bytes =
        field->bytes * (field->page->same ? 1 : GARIM_CHARACTER_BYTES_MAX);
    ASSERT(field->bytes > 0 && field->bytes <= GARIM_RECORD_BYTES_MAX);
    return (bytes + VECTOR_BYTES - 1) / VECTOR_BYTES * VECTOR_BYTES;
}

void garim_values_check(struct garim_values *values)
{
    ASSERT(values->breaches != NULL && values->flags != NULL);
    ASSERT(values->count <= GARIM_PIECE_RECORDS);
    memset(values->breaches, GARIM_BREACH_NONE, values->count);
    for (size_t i = 0; i < values->count; i++) {
        if ((values->flags[i] & GARIM_SCAN_NEEDS_CHECK) == 0) continue;
        const struct garim_value value = {values->data + values->offsets[i],
                                          values->lengths[i]};
        const enum garim_breach breach =
            garim_value_check(values->field, value);
        values->breaches[i] = (uint8_t)breach;
        if (breach != GARIM_BREACH_NONE) values->lengths[i] = 0;
    }
}

void garim_values_take_fields(struct garim_values *values)
{
    ASSERT(values->data != values->slots);
    for (size_t i = 0; i < values->count; i++) {
        values->offsets[i] = values->fields[i];
        values->lengths[i] = (uint32_t)values->field->bytes;
    }
}

void garim_values_translate(struct garim_values *values,
                            const uint8_t table[256])
{
    ASSERT(values->slots != NULL);
    ASSERT(values->slot_bytes >= values->field->bytes);
    values->kernels->translate(table, values->data, values->offsets,
                               values->lengths, values->count, values->slots,
                               values->slot_bytes, values->non_ascii);
}

void garim_values_enter_slots(struct garim_values *values)
{
    ASSERT(values->slot_bytes % 64 == 0);
    ASSERT((uint64_t)values->count * values->slot_bytes <= UINT32_MAX);
    values->data = values->slots;
    for (size_t i = 0; i < values->count; i++)
        values->offsets[i] = (uint32_t)(i * values->slot_bytes);
}
