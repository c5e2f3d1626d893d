/* verify.h - finished windows of a part, made again and compared with it
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Transforms are pure: what an earlier run wrote can be made again at any time.
 */
#ifndef GARIM_JOB_VERIFY_H
#define GARIM_JOB_VERIFY_H

#include "publish/output.h"
#include "flow/flow.h"

/* Before a part is gone on with: make windows below its watermark again, 64
 * drawn at random and the last one, or all of them.  GARIM_VERIFY: the part
 * holds something else. */
enum garim_status garim_verify(struct garim_flow *flow,
                               const struct garim_output *output, bool all,
                               struct garim_error *error);

#endif
