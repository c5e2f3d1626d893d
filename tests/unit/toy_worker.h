/* toy_worker.h - a small worker that may widen records, and leave some out
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Every byte of record i is XORed with a function of i.  A record that begins
 * with TOY_FAULTY is rejected; a line feed out of place breaks the framing.
 */
#ifndef GARIM_TESTS_UNIT_TOY_WORKER_H
#define GARIM_TESTS_UNIT_TOY_WORKER_H

#include "job_support.h"

enum { TOY_FAULTY = 0xee };

/* Its user is the scenario. */
struct garim_worker toy_worker(const struct scenario *scenario);

/* Whether it leaves the record out. */
bool toy_drops(const struct scenario *scenario, uint64_t record);

/* What it makes of one record. */
void toy_make_row(const struct scenario *scenario, const uint8_t *in,
                  uint8_t *out, uint64_t record, bool unterminated);

#endif
