/* sample.c - the names of the sample generators
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "record/sample.h"

#include "base/assert.h"

const char *const garim_sample_names[] = {
    [GARIM_SAMPLE_DEFAULT] = "",
    [GARIM_SAMPLE_ACCOUNT] = "account",
    [GARIM_SAMPLE_ADDRESS] = "address",
    [GARIM_SAMPLE_AMOUNT] = "amount",
    [GARIM_SAMPLE_BANK_ACCOUNT] = "bank-account",
    [GARIM_SAMPLE_BLANK] = "blank",
    [GARIM_SAMPLE_CARD] = "card",
    [GARIM_SAMPLE_CATEGORY] = "category",
    [GARIM_SAMPLE_COUNTERPARTY] = "counterparty",
    [GARIM_SAMPLE_CURRENCY] = "currency",
    [GARIM_SAMPLE_DEVICE] = "device",
    [GARIM_SAMPLE_EMAIL] = "email",
    [GARIM_SAMPLE_IP] = "ip",
    [GARIM_SAMPLE_MERCHANT] = "merchant",
    [GARIM_SAMPLE_NAME] = "name",
    [GARIM_SAMPLE_NAME_KR] = "name-kr",
    [GARIM_SAMPLE_PHONE_KR] = "phone-kr",
    [GARIM_SAMPLE_STATUS] = "status",
    [GARIM_SAMPLE_TEXT] = "text",
    [GARIM_SAMPLE_TIMESTAMP] = "timestamp",
};
static_assert(sizeof garim_sample_names / sizeof *garim_sample_names ==
                  GARIM_SAMPLE_COUNT,
              "a name for each");
