/* translate_scalar.c - values through a table, and the digits of values
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Both write to slots of equal size, not back to the records: what is hashed is
 * another text than what stands in the field.
 */
#include "kernels/kernels.h"

/* A table holds the ASCII character of each byte of a code page, or 0x80 where
 * the byte is none: the top bits of all results, or-ed together, say whether a
 * value needs more than the table. */
void garim_translate_scalar(const uint8_t table[256], const uint8_t *data,
                            const uint32_t *offsets, const uint32_t *lengths,
                            size_t count, uint8_t *slots, size_t slot_bytes,
                            uint8_t *non_ascii)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        uint8_t *slot = slots + i * slot_bytes;
        uint8_t any = 0;
        for (size_t k = 0; k < lengths[i]; k++) {
            slot[k] = table[value[k]];
            any |= slot[k];
        }
        non_ascii[i] = any >> 7;
    }
}

/* For telephone numbers: "+82 10-1234" and "82101234" are one.  A slot is
 * never written further than its value is long. */
void garim_digits_scalar(const uint8_t *data, const uint32_t *offsets,
                         const uint32_t *lengths, size_t count, uint8_t *slots,
                         size_t slot_bytes, uint32_t *digits)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t *value = data + offsets[i];
        uint8_t *slot = slots + i * slot_bytes;
        uint32_t kept = 0;
        for (size_t k = 0; k < lengths[i]; k++)
            if (value[k] >= '0' && value[k] <= '9') slot[kept++] = value[k];
        digits[i] = kept;
    }
}
