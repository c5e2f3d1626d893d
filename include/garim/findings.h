/* findings.h - what is odd about a policy that is good: a part of garim.h
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Include garim.h, which has the rules for `size`, strings and errors.
 */
#ifndef GARIM_FINDINGS_H
#define GARIM_FINDINGS_H

#include "garim/garim.h"

#ifdef __cplusplus
extern "C" {
#endif

/* 0, the severity of nothing, is what a finding has that was not filled. */
enum garim_severity {
    GARIM_SEVERITY_NOTE = 1, /* worth knowing */
    GARIM_SEVERITY_WARNING,  /* may do harm */
    GARIM_SEVERITY_ERROR,    /* the policy is refused */
};

/* What a look at a policy as a whole has found.  No string is NULL. */
struct garim_finding {
    size_t size;
    const char *code; /* for programs, of POLICY.md, for example "token-bits" */
    enum garim_severity severity;
    const char *path; /* of the policy */
    unsigned line, column;
    const char *field;   /* that it is about, or "" */
    const char *message; /* what is wrong */
    const char *way_out; /* what to do */
};

/* Findings `first` to `first + count - 1`, or as many of them as there are,
 * into the array at `ret_findings`; returns how many there are in all.  They
 * come in the order of their places; at most 10,000 are kept.  Only the `size`
 * of the first element is read, for the whole array, and it is set in each that
 * is filled; where it is 0, none is.  The strings belong to the policy.  With a
 * `count` of 0 `ret_findings` may be NULL.
 * No open policy has findings of severity error: where there are some,
 * garim_policy_open() gives GARIM_USAGE and no policy, and its error is the
 * first of them, message and way out joined by "; ". */
GARIM_API size_t garim_policy_findings(const struct garim_policy *policy,
                                       size_t first,
                                       struct garim_finding *ret_findings,
                                       size_t count);

#ifdef __cplusplus
}
#endif

#endif
