/* verdict.h - what the lanes came to, in words
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_PIPELINE_VERDICT_H
#define GARIM_PIPELINE_VERDICT_H

#include "pipeline/run.h"

/* The error that ended the lanes, the one of the lowest record where there are
 * several; GARIM_OK: they came to the end of their work, or were told to. */
enum garim_status garim_verdict(const struct garim_run *run,
                                struct garim_error *error);

/* List the records that were allowed to be broken in `report`. */
enum garim_status garim_verdict_list(const struct garim_run *run,
                                     struct garim_report *report,
                                     struct garim_error *error);

#endif
