/* synth.h - seeded sample records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_SYNTH_SYNTH_H
#define GARIM_SYNTH_SYNTH_H

#include <stddef.h>
#include <stdint.h>

#include "record/layout.h"

/* Records `first` to `first + count - 1` of the sample file that `seed` names,
 * each with its terminator, into `out`.  Pure in all its arguments. */
void garim_synth_records(const struct garim_layout *layout, uint64_t seed,
                         uint64_t first, size_t count, uint8_t *out);

#endif
