/* secret.h - memory for keys: locked, left out of dumps, wiped
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_BASE_SECRET_H
#define GARIM_BASE_SECRET_H

#include <stddef.h>

/* `bytes` of zeroed secret memory between guard pages: memfd_secret(2) where
 * the kernel has it, else locked anonymous memory; never in a core dump, absent
 * in a forked child, which faults instead of using a key of zeros.  NULL with
 * errno set where it cannot be had (ENOMEM; EPERM or EAGAIN under a
 * low RLIMIT_MEMLOCK). */
void *garim_secret_open(size_t bytes);

/* Wipe and unmap; NULL is nothing.  `bytes` as it was asked for. */
void garim_secret_close(void *memory, size_t bytes);

/* Overwrite with zeros in a way that no compiler removes. */
void garim_secret_wipe(void *memory, size_t bytes);

#endif
