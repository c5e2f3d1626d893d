/* bounds.c - whether the numbers of a state can be true
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "publish/bounds.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

enum { COUNTS_MAX = 1 << 24 };

bool garim_bounds_hold_job(const struct garim_journal_job *job)
{
    const uint64_t window = job->window_bytes;
    for (size_t i = 0; i < GARIM_JOURNAL_TRAITS_MAX; i++) {
        const struct garim_trait *trait = &job->traits[i];
        if (memchr(trait->name, 0, sizeof trait->name) == NULL ||
            memchr(trait->value, 0, sizeof trait->value) == NULL)
            return false;
    }
    return job->resumable <= 1 && window >= GARIM_WINDOW_BYTES_MIN &&
           window <= GARIM_WINDOW_BYTES_MAX && (window & (window - 1)) == 0 &&
           job->trait_count <= GARIM_JOURNAL_TRAITS_MAX &&
           job->count_size <= COUNTS_MAX &&
           job->rejects_max <= GARIM_REJECTS_MAX;
}

bool garim_bounds_hold_rejects(const struct garim_reject *rejects,
                               uint64_t count,
                               const struct garim_journal_bounds *bounds)
{
    ASSERT(count <= GARIM_REJECTS_MAX);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t record = rejects[i].record;
        if (record < bounds->first_record ||
            record - bounds->first_record >= bounds->records ||
            (i > 0 && record <= rejects[i - 1].record) ||
            rejects[i].step >= bounds->reject_steps ||
            rejects[i].breach >= bounds->reject_breaches)
            return false;
    }
    return true;
}

static uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

/* Of a whole output. */
static uint64_t count_windows(const struct garim_journal_job *job,
                              const struct garim_journal_bounds *bounds)
{
    const uint64_t window = job->window_bytes;
    if (bounds->grows_by == 0) return divide_up(job->output_bytes, window);
    if (bounds->records == 0) return job->output_bytes > 0;
    const uint64_t some = window / bounds->grows_by;
    return divide_up(bounds->records, some == 0 ? 1 : some);
}

bool garim_bounds_hold_point(const struct garim_journal_job *job,
                             const struct garim_journal_point *point,
                             const struct garim_journal_bounds *bounds)
{
    const uint64_t window = job->window_bytes, bytes = job->output_bytes;
    ASSERT(window >= GARIM_WINDOW_BYTES_MIN);
    const uint64_t count = count_windows(job, bounds);
    const uint64_t done =
        point->windows >= count ? bytes : point->windows * window;
    const bool bytes_hold = bounds->grows_by == 0 ? point->bytes_out == done
                                                  : point->bytes_out <= bytes;
    return point->windows <= count && bytes_hold &&
           point->records <= bounds->records &&
           point->rows_out <= point->records &&
           point->bytes_in <= bounds->bytes_in &&
           point->complete <= (point->windows == count ? 1 : 0);
}
