/* sample.h - the generators that a layout's `sample:` may name
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_RECORD_SAMPLE_H
#define GARIM_RECORD_SAMPLE_H

enum garim_sample {
    GARIM_SAMPLE_DEFAULT, /* by type: words, digits or bytes */
    GARIM_SAMPLE_ACCOUNT,
    GARIM_SAMPLE_ADDRESS,
    GARIM_SAMPLE_AMOUNT,
    GARIM_SAMPLE_BANK_ACCOUNT,
    GARIM_SAMPLE_BLANK,
    GARIM_SAMPLE_CARD,
    GARIM_SAMPLE_CATEGORY,
    GARIM_SAMPLE_COUNTERPARTY,
    GARIM_SAMPLE_CURRENCY,
    GARIM_SAMPLE_DEVICE,
    GARIM_SAMPLE_EMAIL,
    GARIM_SAMPLE_IP,
    GARIM_SAMPLE_MERCHANT,
    GARIM_SAMPLE_NAME,
    GARIM_SAMPLE_NAME_KR,
    GARIM_SAMPLE_PHONE_KR,
    GARIM_SAMPLE_STATUS,
    GARIM_SAMPLE_TEXT,
    GARIM_SAMPLE_TIMESTAMP,
    GARIM_SAMPLE_COUNT,
};

/* Their names, in that order; the first is "". */
extern const char *const garim_sample_names[];

#endif
