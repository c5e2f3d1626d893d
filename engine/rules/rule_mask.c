/* rule_mask.c - mask: some characters of a value stay, the rest is hidden
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "rules/rule.h"

struct mask {
    bool email;
    bool whole_field;
    size_t keep_first; /* characters */
    size_t keep_last;
    size_t hide_min;
    uint8_t with;
};

/* ---- reading ------------------------------------------------------------- */

static uint8_t read_with(struct garim_rule_build *build,
                         struct garim_entry entry,
                         const struct garim_field *field)
{
    struct garim_reader *reader = &build->reader;
    const char *text = "*";
    if (entry.key != NULL) text = garim_reader_text(reader, entry, 1, 16);
    uint8_t encoded[16];
    size_t bytes = garim_codepage_encode(field->page, (const uint8_t *)text,
                                         strlen(text), encoded);
    if (bytes != 1)
        garim_reader_refuse(reader, entry,
                            "with must be one character of one byte in %s, for "
                            "example *",
                            field->page->name);
    else if ((field->type->traits & GARIM_TYPE_TEXT) == 0 &&
             field->page->digit[encoded[0]] < 0)
        garim_reader_refuse(reader, entry,
                            "a mask over digits (field %s) needs a digit as "
                            "with; write with: 0",
                            field->name);
    else if (build->layout->framing.terminator_bytes > 0 && encoded[0] == '\n')
        garim_reader_refuse(reader, entry,
                            "a line feed cannot be a mask in framing: lines");
    return encoded[0];
}

/* The least is also the default. */
static size_t read_count(struct garim_rule_build *build,
                         struct garim_entry entry, size_t least)
{
    if (entry.key == NULL) return least;
    return garim_reader_number(&build->reader, entry, least,
                               GARIM_RECORD_BYTES_MAX);
}

static void describe(struct garim_rule_build *build, struct garim_step *step)
{
    const struct mask *mask = step->options;
    step->details = garim_arena_print(
        build->reader.arena, "keep first %zu, last %zu; hide at least %zu%s",
        mask->keep_first, mask->keep_last, mask->hide_min,
        mask->whole_field ? "; padding too" : "");
    if (step->details == NULL) garim_reader_no_memory(&build->reader);
}

static void read_counts(struct garim_rule_build *build,
                        struct garim_entry options, struct mask *mask,
                        struct garim_step *step)
{
    static const struct garim_key_name keys[] = {
        {"keep_first", false}, {"keep_last", false},   {"with", false},
        {"hide_min", false},   {"whole_field", false}, {"null", false},
    };
    enum { FIRST, LAST, WITH, HIDE_MIN, WHOLE_FIELD, NULLS, COUNT };
    struct garim_entry entries[COUNT];
    static_assert(sizeof keys / sizeof *keys == COUNT, "a number for each key");
    garim_reader_map(&build->reader, options, "mask", keys, COUNT, entries);
    if (build->reader.status != GARIM_OK) return;
    struct garim_entry with = entries[WITH];
    if (with.key == NULL) with.value = options.key;
    *mask = (struct mask){
        .keep_first = read_count(build, entries[FIRST], 0),
        .keep_last = read_count(build, entries[LAST], 0),
        .hide_min = read_count(build, entries[HIDE_MIN], 1),
        .with = read_with(build, with, step->field),
    };
    if (entries[WHOLE_FIELD].key != NULL)
        mask->whole_field =
            garim_reader_flag(&build->reader, entries[WHOLE_FIELD]);
    garim_rule_read_null(build, entries[NULLS], step);
    describe(build, step);
}

static void read_email(struct garim_rule_build *build,
                       struct garim_entry options, struct mask *mask,
                       struct garim_step *step)
{
    const char *word = garim_reader_text(&build->reader, options, 0, 64);
    if (strcmp(word, "email") != 0)
        garim_reader_refuse(&build->reader, options,
                            "mask cannot be '%s'; use email, or options: "
                            "{keep_first: 6, keep_last: 4}",
                            word);
    if ((step->field->type->traits & GARIM_TYPE_TEXT) == 0)
        garim_reader_refuse(&build->reader, options,
                            "mask: email is for type char, not for field %s; "
                            "use mask: {keep_first: ...}",
                            step->field->name);
    if (step->field->page->from_ascii['@'] < 0 ||
        step->field->page->from_ascii['*'] < 0)
        garim_reader_refuse(&build->reader, options,
                            "mask: email needs an encoding with @ and *");
    ASSERT(!mask->whole_field && mask->hide_min == 0);
    mask->email = true;
    mask->with = (uint8_t)step->field->page->from_ascii['*'];
    step->details = "email";
}

static void mask_read(struct garim_rule_build *build, struct garim_entry entry,
                      bool flagged, void *options, struct garim_step *step)
{
    (void)flagged;
    if (entry.value != NULL && garim_yaml_kind(entry.value) == GARIM_YAML_MAP)
        read_counts(build, entry, options, step);
    else
        read_email(build, entry, options, step);
}

/* ---- writing ------------------------------------------------------------- */

/* Bytes that the first `characters` of a valid text take. */
static size_t skip_characters(const struct garim_codepage *page,
                              const uint8_t *text, size_t bytes,
                              size_t characters)
{
    if (!page->utf8) return characters < bytes ? characters : bytes;
    size_t at = 0;
    for (; at < bytes; at++)
        if ((text[at] & 0xC0) != 0x80 && characters-- == 0) break;
    return at;
}

static size_t count_characters(const struct garim_codepage *page,
                               const uint8_t *text, size_t bytes)
{
    if (!page->utf8) return bytes;
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += (text[i] & 0xC0) != 0x80 ? 1 : 0;
    return count;
}

struct range {
    size_t from;
    size_t to;
};

/* Which bytes of the value to hide. */
static struct range hide_counts(const struct garim_step *step,
                                struct garim_value value)
{
    const struct mask *mask = step->options;
    const struct garim_codepage *page = step->field->page;
    size_t count = count_characters(page, value.data, value.bytes);
    size_t kept = mask->keep_first + mask->keep_last;
    if (kept > count || count - kept < mask->hide_min)
        return (struct range){0, value.bytes};
    size_t last = count - mask->keep_last;
    return (struct range){
        skip_characters(page, value.data, value.bytes, mask->keep_first),
        skip_characters(page, value.data, value.bytes, last),
    };
}

static struct range hide_email(const struct garim_step *step,
                               struct garim_value value)
{
    const struct garim_codepage *page = step->field->page;
    struct range all = {0, value.bytes};
    const uint8_t *at = memrchr(value.data, page->from_ascii['@'], value.bytes);
    if (at == NULL) return all;
    size_t local = (size_t)(at - value.data);
    size_t first = skip_characters(page, value.data, local, 1);
    return first < local ? (struct range){first, local} : all;
}

/* Values of more than plain bytes: breaks, or characters of several bytes. */
static void hide_odd(const struct garim_step *step, struct garim_piece *piece,
                     size_t row)
{
    struct garim_value value = {
        garim_piece_field(piece, step) + piece->offsets[row],
        piece->lengths[row],
    };
    struct range hide = {0, 0};
    const struct mask *mask = step->options;
    enum garim_breach breach = garim_value_check(step->field, value);
    if (breach != GARIM_BREACH_NONE)
        garim_piece_break(piece, row, breach);
    else
        hide = mask->email ? hide_email(step, value) : hide_counts(step, value);
    ASSERT(hide.from <= hide.to && hide.to <= value.bytes);
    piece->values.offsets[row] = piece->offsets[row] + (uint32_t)hide.from;
    piece->values.lengths[row] = (uint32_t)(hide.to - hide.from);
}

/* Of values in which a character is a byte; for hidden ones among others. */
static void hide_plain_counts(const struct mask *mask,
                              struct garim_piece *piece)
{
    uint32_t first = (uint32_t)mask->keep_first;
    uint32_t kept = first + (uint32_t)mask->keep_last;
    uint32_t least = kept + (uint32_t)mask->hide_min;
    ASSERT(least >= kept && mask->hide_min > 0);
    for (size_t row = 0; row < piece->count; row++) {
        uint32_t bytes = piece->lengths[row];
        bool enough = bytes >= least;
        piece->values.offsets[row] = piece->offsets[row] + (enough ? first : 0);
        piece->values.lengths[row] = bytes - (enough ? kept : 0);
    }
}

/* The last @ divides; one character or none before it: all is hidden. */
static void hide_plain_email(const struct garim_step *step,
                             struct garim_piece *piece)
{
    uint32_t *at = piece->which;
    uint8_t sign = (uint8_t)step->field->page->from_ascii['@'];
    piece->kernels->find_last(garim_piece_field(piece, step), piece->offsets,
                              piece->lengths, piece->count, sign, at);
    for (size_t row = 0; row < piece->count; row++) {
        bool local = at[row] != UINT32_MAX && at[row] > 1;
        piece->values.offsets[row] = piece->offsets[row] + (local ? 1 : 0);
        piece->values.lengths[row] = local ? at[row] - 1 : piece->lengths[row];
    }
}

/* Padding, on the side that the value leaves free. */
static void fill_padding(const struct garim_step *step,
                         struct garim_piece *piece)
{
    const struct mask *mask = step->options;
    uint32_t bytes = (uint32_t)step->field->bytes;
    ASSERT(mask->whole_field && !mask->email);
    for (size_t row = 0; row < piece->count; row++) {
        uint32_t start = (uint32_t)(row * piece->stride);
        piece->lengths[row] =
            garim_piece_is_null(piece, row) ? 0 : bytes - piece->lengths[row];
        if (step->field->justify_right)
            piece->offsets[row] = start;
        else
            piece->offsets[row] = start + bytes - piece->lengths[row];
    }
    piece->kernels->fill(garim_piece_field(piece, step), piece->offsets,
                         piece->lengths, piece->count, mask->with);
}

static void mask_apply(const struct garim_step *step, struct garim_piece *piece)
{
    const struct mask *mask = step->options;
    if (mask->email)
        hide_plain_email(step, piece);
    else
        hide_plain_counts(mask, piece);
    for (size_t row = 0; row < piece->count; row++) {
        unsigned found = piece->flags[row];
        if ((found & GARIM_SCAN_NULL) != 0)
            piece->values.lengths[row] = 0;
        else if ((found & GARIM_SCAN_NEEDS_CHECK) != 0)
            hide_odd(step, piece, row);
    }
    piece->kernels->fill(garim_piece_field(piece, step), piece->values.offsets,
                         piece->values.lengths, piece->count, mask->with);
    if (mask->whole_field) fill_padding(step, piece);
}

/* The characters it hides, each one of those that the layout expects, or of ten
 * where it says nothing: what is masked is mostly numbers. */
static double mask_candidates(const struct garim_step *step)
{
    const struct mask *mask = step->options;
    const struct garim_expect *expect = &step->field->expect;
    if (mask->email) return 0;
    size_t kept = mask->keep_first + mask->keep_last;
    size_t count = step->field->bytes;
    if (kept == 0) return 0; /* what shows nothing needs no better mask */
    bool shows = kept <= count && count - kept >= mask->hide_min;
    size_t of_each = 0;
    for (size_t i = 0; i < 256; i++)
        of_each += expect->bytes[i] ? 1 : 0;
    if (expect->kind != GARIM_EXPECT_BYTES ||
        (step->field->type->traits & GARIM_TYPE_DIGITS) != 0)
        of_each = 10;
    return pow((double)of_each, (double)(shows ? count - kept : count));
}

const struct garim_rule garim_rule_mask = {
    .name = "mask",
    .participle = "masked",
    .traits = GARIM_TYPE_TEXT | GARIM_TYPE_DIGITS,
    .way_out = "use token, blank, constant or keep",
    .takes_options = true,
    .options_bytes = sizeof(struct mask),
    .read = mask_read,
    .apply = mask_apply,
    .candidates = mask_candidates,
};
