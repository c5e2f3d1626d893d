/* sim_lanes.h - lanes that are stepped in one thread, in an order that is drawn
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * They stand in for the threads of flow/lanes.c and for job/watch.c: the linker
 * wraps those.
 */
#ifndef GARIM_TESTS_SIM_SIM_LANES_H
#define GARIM_TESTS_SIM_SIM_LANES_H

#include <stdint.h>

extern uint64_t sim_drain_after; /* steps, the job is told to stop; 0: not */
extern uint64_t sim_steps;       /* of all jobs */
extern const char *sim_stalled;  /* why the lanes came to a halt, or NULL */

#endif
