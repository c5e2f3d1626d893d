/* fd_tuning.h - descriptors made ready for speed
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_PUBLISH_FD_TUNING_H
#define GARIM_PUBLISH_FD_TUNING_H

#include "io/io.h"

/* Turn O_DIRECT on and try it with one aligned transfer at `offset` (a write
 * is of zeros).  False: refused, and off again. */
bool garim_direct_probe(const struct garim_io *io, int descriptor,
                        enum garim_io_operation operation, uint64_t offset);

/* Of a stream that is no regular file: let a pipe hold more, and, where the
 * back end makes transfers at submit, replace `*descriptor` by one of our own
 * that never waits (`*owned`: to be closed).  What is refused is done without.
 */
void garim_stream_prepare(const struct garim_io *io, int *descriptor,
                          bool *owned, bool writing);

#endif
