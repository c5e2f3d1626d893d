/* inline.h - pieces of kernels that must, or must not, become calls
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef GARIM_KERNELS_X86_INLINE_H
#define GARIM_KERNELS_X86_INLINE_H

#define ALWAYS_INLINE inline __attribute__((always_inline))
#if defined(__clang__)
#define NEVER_INLINE __attribute__((noinline))
#else
#define NEVER_INLINE __attribute__((noinline, noclone))
#endif

/* Loops written out: gcc unrolls them itself, but only after it has decided
 * that an array of vectors stays in memory. */
#define FOUR(f, i) f((i)), f((i) + 1), f((i) + 2), f((i) + 3)
#define EIGHT(f) FOUR(f, 0), FOUR(f, 4)
#define SIXTEEN(f) FOUR(f, 0), FOUR(f, 4), FOUR(f, 8), FOUR(f, 12)

/* The compiler keeps what it computes in memory there, and loads it when it is
 * needed, rather than moving more values than there are registers about. */
#define BARRIER __asm__ volatile("" ::: "memory")

#endif
