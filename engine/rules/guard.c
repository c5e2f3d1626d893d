/* guard.c - what records must hold, before any rule writes
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "rules/guard.h"

#include <string.h>

#include "base/assert.h"

/* ---- what is looked at --------------------------------------------------- */

/* No template of bytes tells a value that has no place of its own: the prefix
 * of one that stands right, digits behind blanks. */
static bool is_template(const struct garim_step *step,
                        enum garim_check_kind kind)
{
    const struct garim_field *field = step->field;
    const bool anything = field->expect.kind == GARIM_EXPECT_ANYTHING;
    if (kind == GARIM_CHECK_VALID) {
        bool bytes[256] = {false};
        field->type->valid_bytes(field, 0, bytes);
        return anything && bytes[field->pad];
    }
    return field->expect.kind != GARIM_EXPECT_PREFIX || !field->justify_right;
}

/* The checks of all steps; returns how many.  `checks` has room for two a
 * step, or is NULL. */
static size_t list_checks(const struct garim_step *steps, size_t count,
                          struct garim_check *checks)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const bool wanted[] = {
            [GARIM_CHECK_EXPECT] =
                steps[i].field->expect.kind != GARIM_EXPECT_ANYTHING,
            [GARIM_CHECK_VALID] = steps[i].checked,
        };
        static_assert(sizeof wanted == 2 * sizeof *wanted, "both kinds");
        ASSERT(!steps[i].checked || steps[i].field->type->valid_bytes != NULL);
        for (int kind = 0; kind < 2; kind++) {
            if (!wanted[kind]) continue;
            if (checks != NULL)
                checks[found] = (struct garim_check){
                    .step_index = i,
                    .kind = (enum garim_check_kind)kind,
                    .by_hand =
                        !is_template(&steps[i], (enum garim_check_kind)kind),
                };
            found++;
        }
    }
    return found;
}

/* ---- the template -------------------------------------------------------- */

/* Ranges of bytes. */
struct ranges {
    size_t count;
    uint8_t low[GARIM_GUARD_LAYERS_MAX];
    uint8_t span[GARIM_GUARD_LAYERS_MAX];
};

/* That of the byte `likely` first, since most rows pass by it; then as many as
 * there is room for: what is left out is looked at by hand. */
static struct ranges ranges_of(const bool bytes[256], unsigned likely)
{
    struct ranges ranges = {0};
    ASSERT(likely < 256);
    while (likely > 0 && bytes[likely - 1])
        likely--;
    for (unsigned i = 0; i < 256 && ranges.count < GARIM_GUARD_LAYERS_MAX;) {
        unsigned low = (likely + i) % 256, span = 0;
        while (bytes[low] && low + span < 255 && bytes[low + span + 1])
            span++;
        if (bytes[low]) {
            ranges.low[ranges.count] = (uint8_t)low;
            ranges.span[ranges.count++] = (uint8_t)span;
        }
        i += span + 1;
    }
    ASSERT(ranges.count <= GARIM_GUARD_LAYERS_MAX);
    return ranges;
}

/* Whether fields of these bytes only are nulls. */
static bool is_null_set(const struct garim_field *field)
{
    for (size_t i = 0; i < 256; i++)
        if (field->expect.bytes[i] && !field->null_byte[i]) return false;
    return !field->expect.no_nulls;
}

/* Returns the likeliest byte. */
static uint8_t allow_text(const struct garim_field *field,
                          const struct garim_expect_text *text, size_t k,
                          bool *bytes)
{
    const bool prefix = field->expect.kind == GARIM_EXPECT_PREFIX;
    ASSERT(text->bytes <= field->bytes && k < field->bytes);
    size_t from = field->justify_right ? field->bytes - text->bytes : 0;
    uint8_t likely = field->pad;
    if (k >= from && k < from + text->bytes)
        likely = text->data[k - from];
    else if (prefix)
        memset(bytes, true, 256);
    else if (field->type->nul_pads)
        bytes[0] = true;
    bytes[likely] = true;
    return likely;
}

/* Of several texts the first: the bytes of two, mixed, may be neither.  Those
 * of one byte cannot mix. */
static uint8_t allow_texts(const struct garim_field *field, size_t k,
                           bool *bytes)
{
    const struct garim_expect *expect = &field->expect;
    size_t count = field->bytes == 1 ? expect->text_count : 1;
    ASSERT(expect->texts != NULL && count > 0);
    for (size_t i = 1; i < count; i++)
        (void)allow_text(field, &expect->texts[i], k, bytes);
    return allow_text(field, &expect->texts[0], k, bytes);
}

/* The bytes that may stand at byte k of the field: a field of such bytes is
 * right, others may be. */
static struct ranges allowed(const struct garim_step *step,
                             enum garim_check_kind kind, size_t k)
{
    const struct garim_field *field = step->field;
    bool bytes[256] = {false};
    uint8_t likely = field->page->blank;
    if (kind == GARIM_CHECK_VALID) {
        field->type->valid_bytes(field, k, bytes);
    } else if (field->expect.kind == GARIM_EXPECT_BYTES) {
        memcpy(bytes,
               is_null_set(field) ? field->null_byte : field->expect.bytes,
               sizeof bytes);
    } else {
        likely = allow_texts(field, k, bytes);
    }
    return ranges_of(bytes, likely);
}

/* From the first byte of a checked field to the last, and the most ranges. */
static void measure(struct garim_policy_guard *guard,
                    const struct garim_step *steps)
{
    struct garim_guard *template = &guard->template;
    size_t end = 0;
    for (size_t i = 0; i < guard->check_count; i++) {
        const struct garim_check *check = &guard->checks[i];
        const struct garim_step *step = &steps[check->step_index];
        if (check->by_hand) continue;
        if (end == 0) template->at = step->field->at;
        /* Both kinds of check may look at one field. */
        ASSERT(step->field->at + step->field->bytes >= end);
        end = step->field->at + step->field->bytes;
        for (size_t k = 0; k < step->field->bytes; k++) {
            size_t count = allowed(step, check->kind, k).count;
            if (count > template->layers) template->layers = count;
        }
    }
    ASSERT(end >= template->at);
    ASSERT(template->layers <= GARIM_GUARD_LAYERS_MAX);
    template->bytes = end - template->at;
}

/* Where a byte has fewer ranges than there are layers, the first is repeated.
 */
static void fill(const struct garim_policy_guard *guard,
                 const struct garim_step *steps, uint8_t *lows, uint8_t *spans)
{
    const struct garim_guard *template = &guard->template;
    memset(spans, 255, template->layers * template->bytes);
    for (size_t i = 0; i < guard->check_count; i++) {
        const struct garim_check *check = &guard->checks[i];
        const struct garim_step *step = &steps[check->step_index];
        if (check->by_hand) continue;
        for (size_t k = 0; k < step->field->bytes; k++) {
            struct ranges ranges = allowed(step, check->kind, k);
            size_t at = step->field->at - template->at + k;
            ASSERT(at < template->bytes && ranges.count > 0);
            for (size_t layer = 0; layer < template->layers; layer++) {
                size_t range = layer < ranges.count ? layer : 0;
                lows[layer * template->bytes + at] = ranges.low[range];
                spans[layer * template->bytes + at] = ranges.span[range];
            }
        }
    }
}

bool garim_guard_build(struct garim_policy_guard *ret_guard,
                       struct garim_arena *arena,
                       const struct garim_step *steps, size_t count)
{
    size_t checks = list_checks(steps, count, NULL);
    *ret_guard = (struct garim_policy_guard){.check_count = checks};
    if (checks == 0) return true;
    struct garim_check *list = garim_arena_take(arena, checks * sizeof *list);
    if (list == NULL) return false;
    const size_t listed = list_checks(steps, count, list);
    ASSERT(listed == checks && checks <= 2 * count);
    ret_guard->checks = list;
    measure(ret_guard, steps);
    struct garim_guard *template = &ret_guard->template;
    size_t bytes = template->layers * template->bytes + GARIM_GUARD_SPARE_BYTES;
    uint8_t *lows = garim_arena_take(arena, bytes);
    uint8_t *spans = garim_arena_take(arena, bytes);
    if (lows == NULL || spans == NULL) return false;
    fill(ret_guard, steps, lows, spans);
    template->lows = lows;
    template->spans = spans;
    return true;
}

/* ---- looking ------------------------------------------------------------- */

static enum garim_breach look(const struct garim_step *step,
                              enum garim_check_kind kind, const uint8_t *data)
{
    const struct garim_field *field = step->field;
    if (kind == GARIM_CHECK_EXPECT)
        return garim_field_expected(field, data) ? GARIM_BREACH_NONE
                                                 : GARIM_BREACH_EXPECT;
    if (garim_field_is_null(field, data)) return GARIM_BREACH_NONE;
    return garim_value_check(field, garim_field_trim(field, data));
}

/* `rows`: which ones, or NULL for the first `count`. */
static void look_at_rows(const struct garim_policy *policy,
                         const struct garim_check *check,
                         struct garim_piece *piece, const uint32_t *rows,
                         size_t count)
{
    const struct garim_step *step = &policy->steps[check->step_index];
    ASSERT(check->step_index < policy->step_count && count <= piece->count);
    piece->step_index = check->step_index;
    for (size_t i = 0; i < count; i++) {
        size_t row = rows == NULL ? i : rows[i];
        enum garim_breach breach =
            look(step, check->kind,
                 garim_piece_field(piece, step) + row * piece->stride);
        if (breach != GARIM_BREACH_NONE) garim_piece_break(piece, row, breach);
    }
}

/* The digits of values that stand anywhere in their field: only those with
 * another byte are looked at. */
static size_t find_odd(const struct garim_step *step, struct garim_piece *piece)
{
    const struct garim_scan scan = garim_field_scan(step->field, true);
    const struct garim_column column = {garim_piece_field(piece, step),
                                        piece->stride, step->field->bytes};
    size_t found = 0;
    piece->kernels->scan(&scan, &column, piece->count, piece->offsets,
                         piece->lengths, piece->flags);
    for (size_t row = 0; row < piece->count; row++) {
        piece->which[found] = (uint32_t)row;
        found +=
            (piece->flags[row] & (GARIM_SCAN_NEEDS_CHECK | GARIM_SCAN_NULL)) ==
            GARIM_SCAN_NEEDS_CHECK;
    }
    return found;
}

static void run_by_hand(const struct garim_policy *policy,
                        const struct garim_check *check,
                        struct garim_piece *piece)
{
    const struct garim_step *step = &policy->steps[check->step_index];
    if (check->kind == GARIM_CHECK_VALID)
        look_at_rows(policy, check, piece, piece->which, find_odd(step, piece));
    else
        look_at_rows(policy, check, piece, NULL, piece->count);
}

void garim_guard_run(const struct garim_policy *policy,
                     struct garim_piece *piece)
{
    const struct garim_policy_guard *guard = &policy->guard;
    size_t found = 0;
    if (guard->template.bytes > 0)
        found =
            piece->kernels->guard(&guard->template, piece->rows, piece->stride,
                                  piece->count, piece->which);
    ASSERT(found <= piece->count);
    for (size_t i = 0; found > 0 && i < guard->check_count; i++)
        if (!guard->checks[i].by_hand)
            look_at_rows(policy, &guard->checks[i], piece, piece->which, found);
    for (size_t i = 0; i < guard->check_count; i++)
        if (guard->checks[i].by_hand)
            run_by_hand(policy, &guard->checks[i], piece);
}

size_t garim_guard_bytes(const struct garim_policy *policy)
{
    size_t bytes = 0;
    for (size_t i = 0; i < policy->step_count; i++) {
        const struct garim_step *step = &policy->steps[i];
        bytes += step->checked ? step->field->bytes
                               : garim_field_checked_bytes(step->field);
    }
    return bytes;
}
