/* translate_scalar.c - values through a table, and the digits of values
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kernels/kernels.h"

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
