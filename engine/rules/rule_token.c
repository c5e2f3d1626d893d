/* rule_token.c - token: truncated HMAC-SHA-256 of the canonical value
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "kernels/kernels.h"
#include "rules/rule.h"

/* How a tag is written. */
struct form {
    const char *name;
    size_t bits_each; /* as in struct garim_encoding */
    const char *alphabet;
};

struct token {
    const char *domain;
    const struct garim_canonical *canonical;
    const struct form *form;
    struct garim_encoding encoding; /* in the bytes of the field's page */
    size_t text_bytes;              /* characters written */
};

enum { EMPTIES }; /* its counters */

enum { HEX, BASE32, BASE64URL, RAW, DIGITS, FORM_COUNT };

static const struct form forms[] = {
    [HEX] = {"hex", 4, "0123456789abcdef"},
    [BASE32] = {"base32", 5, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"},
    [BASE64URL] = {"base64url", 6,
                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                   "abcdefghijklmnopqrstuvwxyz0123456789-_"},
    [RAW] = {"raw", 8, ""},
    [DIGITS] = {"digits", 0, "0123456789"},
};
static_assert(sizeof forms / sizeof *forms == FORM_COUNT, "a row for each");

/* ---- reading ------------------------------------------------------------- */

static const struct garim_key_name keys[] = {
    {"domain", true}, {"canonical", false}, {"bits", false},
    {"as", true},     {"null", false},
};
enum { DOMAIN, CANONICAL, BITS, AS, NULLS, KEY_COUNT };
static_assert(sizeof keys / sizeof *keys == KEY_COUNT, "a number for each");

static const struct garim_canonical *
read_canonical(struct garim_reader *reader, struct garim_entry entry,
               const struct garim_type *type)
{
    const char *words[GARIM_CANONICAL_COUNT];
    if (entry.key == NULL) return garim_canonical_default(type);
    for (size_t i = 0; i < GARIM_CANONICAL_COUNT; i++)
        words[i] = garim_canonicals[i].name;
    const struct garim_canonical *canonical =
        &garim_canonicals[garim_reader_choice(reader, entry, NULL, words,
                                              GARIM_CANONICAL_COUNT)];
    if (!garim_canonical_is_for(canonical, type))
        garim_reader_refuse(reader, entry,
                            "canonical: %s is not for this type of field; "
                            "leave it out for the type's own form",
                            canonical->name);
    return canonical;
}

/* The characters of `as` in the encoding they are written in. */
static void spell_alphabet(struct garim_reader *reader,
                           struct garim_entry entry, struct token *token,
                           const struct garim_step *step)
{
    const struct garim_codepage *page = step->field->page;
    const char *alphabet = token->form->alphabet;
    for (size_t i = 0; alphabet[i] != '\0'; i++) {
        int16_t byte = page->from_ascii[(unsigned char)alphabet[i]];
        ASSERT(i < sizeof token->encoding.alphabet);
        token->encoding.alphabet[i] = (uint8_t)byte;
        if (byte < 0)
            garim_reader_refuse(
                reader, entry,
                "encoding '%.64s' does not have all characters of %s; use "
                "another form of token",
                page->name, token->form->name);
    }
}

static void read_form(struct garim_rule_build *build, struct garim_entry entry,
                      struct token *token, const struct garim_step *step)
{
    struct garim_reader *reader = &build->reader;
    const unsigned traits = step->field->type->traits;
    const char *words[FORM_COUNT];
    for (size_t i = 0; i < FORM_COUNT; i++)
        words[i] = forms[i].name;
    size_t index = garim_reader_choice(reader, entry, NULL, words, FORM_COUNT);
    ASSERT(index < FORM_COUNT);
    token->form = &forms[index];
    token->encoding.bits_each = forms[index].bits_each;
    token->encoding.pad = step->field->pad;
    if (reader->status != GARIM_OK) return;
    if (index == RAW && (traits & GARIM_TYPE_RAW) == 0)
        garim_reader_refuse(reader, entry,
                            "as: raw is for type bytes; use hex, base32 or "
                            "base64url for field %s",
                            step->field->name);
    if (index == RAW && build->layout->framing.terminator_bytes > 0)
        garim_reader_refuse(reader, entry,
                            "as: raw could write a line feed in framing: "
                            "lines; use hex, base32 or base64url");
    if (traits == GARIM_TYPE_DIGITS && index != DIGITS)
        garim_reader_refuse(reader, entry,
                            "field %s is of type digits; use as: digits, or "
                            "type: char in the layout",
                            step->field->name);
    spell_alphabet(reader, entry, token, step);
}

static void read_digits(struct garim_reader *reader,
                        const struct garim_entry *entries,
                        const struct garim_field *field, struct token *token)
{
    if (entries[BITS].key != NULL)
        garim_reader_refuse(reader, entries[BITS],
                            "as: digits fills the field and takes no bits; "
                            "remove bits");
    if (field->bytes > GARIM_TOKEN_DIGITS_MAX)
        garim_reader_refuse(reader, entries[AS],
                            "as: digits fills at most %d bytes, field %s has "
                            "%zu; divide the field, or use another form",
                            GARIM_TOKEN_DIGITS_MAX, field->name, field->bytes);
    token->text_bytes = field->bytes;
}

static void read_bits(struct garim_reader *reader,
                      const struct garim_entry *entries,
                      const struct garim_field *field, struct token *token)
{
    if (entries[BITS].key == NULL) {
        garim_reader_refuse(reader, entries[AS],
                            "as: %s needs bits; write bits: 80 or more",
                            token->form->name);
        return;
    }
    token->encoding.bits = garim_reader_number(
        reader, entries[BITS], GARIM_TOKEN_BITS_MIN, GARIM_TOKEN_BITS_MAX);
    if (token->encoding.bits % 8 != 0)
        garim_reader_refuse(reader, entries[BITS],
                            "bits: %zu is not a multiple of 8; write %zu",
                            token->encoding.bits,
                            token->encoding.bits / 8 * 8 + 8);
    token->text_bytes =
        garim_encode_bytes(token->encoding.bits, token->encoding.bits_each);
    if (token->text_bytes > field->bytes)
        garim_reader_refuse(reader, entries[BITS],
                            "%zu bits in %s need %zu bytes, field %s has %zu; "
                            "use fewer bits, a denser form or a wider field",
                            token->encoding.bits, token->form->name,
                            token->text_bytes, field->name, field->bytes);
}

static double token_bits(const struct garim_step *step)
{
    const struct token *token = step->options;
    return token->encoding.bits_each > 0 ? (double)token->encoding.bits
                                         : (double)token->text_bytes * log2(10);
}

/* Enter the token's domain; two canonical forms in one are an error. */
static void join_domain(struct garim_rule_build *build,
                        struct garim_entry entry, struct token *token,
                        struct garim_step *step)
{
    struct garim_reader *reader = &build->reader;
    const char *name = garim_reader_label(reader, entry, GARIM_LABEL_BYTES_MAX);
    if (reader->status != GARIM_OK) return;
    const double bits = token_bits(step);
    size_t index = 0;
    while (index < build->domain_count &&
           strcmp(build->domains[index].name, name) != 0)
        index++;
    struct garim_domain *domain = &build->domains[index];
    ASSERT(index < build->layout->field_count);
    ASSERT(bits > 0);
    if (index == build->domain_count) {
        *domain = (struct garim_domain){
            .name = name,
            .canonical = token->canonical,
            .token_bits = bits,
            .secret = garim_rule_take_secret(build, step),
            .place = garim_reader_place(entry),
        };
        build->domain_count++;
    }
    if (domain->canonical != token->canonical)
        garim_reader_refuse(reader, entry,
                            "domain %s has the canonical form %s already, not "
                            "%s; give both fields the same canonical:",
                            name, domain->canonical->name,
                            token->canonical->name);
    if (bits < domain->token_bits) domain->token_bits = bits;
    ASSERT(domain->secret < build->secret_bytes);
    token->domain = name;
    step->secret = domain->secret;
}

static void describe(struct garim_rule_build *build, struct garim_step *step)
{
    const struct token *token = step->options;
    struct garim_arena *arena = build->reader.arena;
    if (build->reader.status != GARIM_OK) return;
    const char *bits =
        token->encoding.bits == 0
            ? ""
            : garim_arena_print(arena, "%zu bits, ", token->encoding.bits);
    if (bits != NULL)
        step->details =
            garim_arena_print(arena, "%s, %s, %s%s", token->domain,
                              token->canonical->name, bits, token->form->name);
    if (bits == NULL || step->details == NULL)
        garim_reader_no_memory(&build->reader);
}

static void token_read(struct garim_rule_build *build, struct garim_entry entry,
                       bool flagged, void *options, struct garim_step *step)
{
    struct garim_entry entries[KEY_COUNT];
    struct garim_reader *reader = &build->reader;
    struct token *token = options;
    (void)flagged;
    garim_reader_map(reader, entry, "token", keys, KEY_COUNT, entries);
    if (reader->status != GARIM_OK) return;
    token->canonical =
        read_canonical(reader, entries[CANONICAL], step->field->type);
    read_form(build, entries[AS], token, step);
    if (reader->status != GARIM_OK) return;
    if (token->encoding.bits_each == 0)
        read_digits(reader, entries, step->field, token);
    else
        read_bits(reader, entries, step->field, token);
    garim_rule_read_null(build, entries[NULLS], step);
    step->slot_bytes = garim_values_slot_bytes(step->field);
    join_domain(build, entries[DOMAIN], token, step);
    describe(build, step);
}

/* ---- its key: POLICY.md, Keys of tokens ---------------------------------- */

static int token_derive(const struct garim_step *step,
                        const struct garim_key *key,
                        const struct garim_release *release, uint8_t *scratch,
                        void *ret_secret)
{
    const struct token *token = step->options;
    const char *const labels[] = {"token", release->recipient, release->purpose,
                                  token->domain, release->epoch};
    ASSERT(token->domain != NULL && key != NULL);
    if (garim_key_derive(key, labels, 5, scratch, GARIM_KEY_BYTES) != 0)
        return -1;
    return garim_hmac_key(ret_secret, scratch, GARIM_KEY_BYTES);
}

/* ---- writing ------------------------------------------------------------- */

/* Rows are looked at in lots: most lots hold nothing but values to hash, and
 * are taken whole. */
enum { LOT = 16 };
static_assert(LOT == 2 * sizeof(uint64_t), "lot_has looks at two halves");

/* Whether a flag of `wanted` is set in a lot. */
static bool lot_has(const uint8_t flags[LOT], uint8_t wanted)
{
    uint64_t halves[2];
    memcpy(halves, flags, sizeof halves);
    return ((halves[0] | halves[1]) & wanted * UINT64_C(0x0101010101010101)) !=
           0;
}

static size_t lot_end(size_t row, size_t count)
{
    return count - row < LOT ? count : row + LOT;
}

enum { SKIPPED = GARIM_SCAN_NULL | GARIM_SCAN_SAME };

/* Add the values of a whole lot at `row`, none of which is skipped. */
static void take_lot(struct garim_piece *piece, size_t row, size_t next)
{
    struct garim_values *values = &piece->values;
    memcpy(values->offsets + next, piece->offsets + row,
           LOT * sizeof *values->offsets);
    memcpy(values->lengths + next, piece->lengths + row,
           LOT * sizeof *values->lengths);
    memcpy(piece->value_flags + next, piece->flags + row, LOT);
    for (size_t i = 0; i < LOT; i++)
        piece->fields[next + i] = (uint32_t)((row + i) * piece->stride);
    for (size_t i = 0; i < LOT; i++)
        piece->which[row + i] = (uint32_t)(next + i);
}

/* The values to hash: a value that stands in row after row is hashed once.
 * which[row] is the value of a row that is not null; returns how many. */
static size_t take_values(struct garim_piece *piece)
{
    struct garim_values *values = &piece->values;
    size_t next = 0;
    for (size_t row = 0, end; row < piece->count; row = end) {
        end = lot_end(row, piece->count);
        if (end - row == LOT && !lot_has(piece->flags + row, SKIPPED)) {
            take_lot(piece, row, next);
            next += LOT;
            continue;
        }
        for (size_t i = row; i < end; i++) {
            values->offsets[next] = piece->offsets[i];
            values->lengths[next] = piece->lengths[i];
            piece->value_flags[next] = piece->flags[i];
            piece->fields[next] = (uint32_t)(i * piece->stride);
            next += (piece->flags[i] & SKIPPED) == 0 ? 1 : 0;
            piece->which[i] = (uint32_t)next - 1;
        }
    }
    ASSERT(next <= piece->count);
    return next;
}

static void choose_values(const struct garim_step *step,
                          struct garim_piece *piece)
{
    struct garim_values *values = &piece->values;
    values->count = take_values(piece);
    values->kernels = piece->kernels;
    values->field = step->field;
    values->data = garim_piece_field(piece, step);
    values->fields = piece->fields;
    values->flags = piece->value_flags;
    values->slot_bytes = garim_values_slot_bytes(step->field);
}

/* A value without a canonical form: broken, or empty and to be blanked. */
static void refuse_value(const struct garim_step *step,
                         struct garim_piece *piece, size_t row)
{
    const struct garim_field *field = step->field;
    uint8_t *data = garim_piece_field(piece, step) + row * piece->stride;
    ASSERT(piece->which[row] < piece->values.count);
    uint8_t breach = piece->values.breaches[piece->which[row]];
    if (breach != GARIM_BREACH_NONE) {
        garim_piece_break(piece, row, (enum garim_breach)breach);
    } else {
        memset(data, field->pad, field->bytes);
        piece->counts[EMPTIES] += garim_piece_owns(piece, row);
    }
}

/* Whether each value has a canonical form. */
static bool all_have_forms(const struct garim_values *values)
{
    bool bad = false;
    for (size_t i = 0; i < values->count; i++)
        bad |= (values->lengths[i] == 0) | (values->breaches[i] != 0);
    return !bad;
}

/* The rows that get a token, into offsets and which; returns how many. */
static size_t choose_rows(const struct garim_step *step,
                          struct garim_piece *piece)
{
    const struct garim_values *values = &piece->values;
    const bool sure = all_have_forms(values);
    size_t count = 0;
    for (size_t row = 0; row < piece->count; row++) {
        const uint32_t value = piece->which[row];
        const bool null = garim_piece_is_null(piece, row);
        if (!sure && !null &&
            (values->lengths[value] == 0 || values->breaches[value] != 0)) {
            refuse_value(step, piece, row);
            continue;
        }
        piece->offsets[count] = (uint32_t)(row * piece->stride);
        piece->which[count] = value;
        count += null ? 0 : 1;
    }
    ASSERT(count <= piece->count);
    return count;
}

static void token_apply(const struct garim_step *step,
                        struct garim_piece *piece)
{
    const struct token *token = step->options;
    struct garim_values *values = &piece->values;
    ASSERT(token->text_bytes > 0 && token->text_bytes <= step->field->bytes);
    ASSERT(step->slot_bytes == garim_values_slot_bytes(step->field));
    choose_values(step, piece);
    token->canonical->form(values);
    garim_hmac_many(piece->kernels, garim_piece_secret(piece, step),
                    values->data, values->offsets, values->lengths,
                    values->count, piece->tags);
    size_t count = choose_rows(step, piece);
    piece->kernels->encode(&token->encoding, piece->tags, piece->which,
                           garim_piece_field(piece, step), piece->offsets,
                           step->field->bytes, count);
}

const struct garim_rule garim_rule_token = {
    .name = "token",
    .participle = "tokenized",
    .traits = GARIM_TYPE_ANY,
    .takes_options = true,
    .options_bytes = sizeof(struct token),
    .counters = {[EMPTIES] = "empties"},
    .read = token_read,
    .secret_bytes = sizeof(struct garim_hmac_state),
    .derive = token_derive,
    .apply = token_apply,
    .token_bits = token_bits,
};
