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
#include "policy/rule.h"

/* How a tag is written; bits_each 0 is `digits`. */
struct garim_encoding {
    const char *name;
    size_t bits_each;
    garim_encode_function *write;
};

enum { HEX, BASE32, BASE64URL, RAW, DIGITS, ENCODING_COUNT };

static const struct garim_encoding encodings[ENCODING_COUNT] = {
    [HEX] = {"hex", 4, garim_encode_hex_scalar},
    [BASE32] = {"base32", 5, garim_encode_base32_scalar},
    [BASE64URL] = {"base64url", 6, garim_encode_base64url_scalar},
    [RAW] = {"raw", 8, garim_encode_raw_scalar},
    [DIGITS] = {"digits", 0, NULL},
};

/* ---- reading ------------------------------------------------------------- */

static const struct garim_key_name keys[] = {
    {"domain", true}, {"canonical", false}, {"bits", false},
    {"as", true},     {"null", false},
};
enum { DOMAIN, CANONICAL, BITS, AS, NULLS, KEY_COUNT };

static const struct garim_canonical *read_canonical(struct garim_reader *reader,
                                                    struct garim_entry entry,
                                                    enum garim_type type)
{
    const char *words[GARIM_CANONICAL_COUNT];
    if (entry.key == NULL) return garim_canonical_default(type);
    for (size_t i = 0; i < GARIM_CANONICAL_COUNT; i++)
        words[i] = garim_canonicals[i].name;
    const struct garim_canonical *canonical =
        &garim_canonicals[garim_reader_choice(reader, entry, NULL, words,
                                              GARIM_CANONICAL_COUNT)];
    if (!canonical->for_type[type])
        garim_reader_refuse(reader, entry,
                            "canonical: %s is not for this type of field; "
                            "leave it out for the type's own form",
                            canonical->name);
    return canonical;
}

/* The characters of `as` must exist in the encoding they are written in. */
static void check_alphabet(struct garim_reader *reader,
                           struct garim_entry entry,
                           const struct garim_step *step)
{
    static const char *const alphabets[ENCODING_COUNT] = {
        [HEX] = "0123456789abcdef",
        [BASE32] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        [BASE64URL] =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
        [RAW] = "",
        [DIGITS] = "0123456789",
    };
    const char *alphabet = alphabets[step->token.encoding - encodings];
    for (; *alphabet != '\0'; alphabet++)
        if (step->field->page->from_ascii[(unsigned char)*alphabet] < 0)
            garim_reader_refuse(reader, entry,
                                "encoding '%.64s' lacks characters of %s; use "
                                "another form of token",
                                step->field->page->name,
                                step->token.encoding->name);
}

static void read_encoding(struct garim_rule_build *build,
                          struct garim_entry entry, struct garim_step *step)
{
    struct garim_reader *reader = &build->reader;
    enum garim_type type = step->field->type;
    const char *words[ENCODING_COUNT];
    for (size_t i = 0; i < ENCODING_COUNT; i++)
        words[i] = encodings[i].name;
    size_t index =
        garim_reader_choice(reader, entry, NULL, words, ENCODING_COUNT);
    step->token.encoding = &encodings[index];
    if (reader->status != GARIM_OK) return;
    if (index == RAW && type != GARIM_BYTES)
        garim_reader_refuse(reader, entry,
                            "as: raw is for type bytes; use hex, base32 or "
                            "base64url for field %s",
                            step->field->name);
    if (index == RAW && build->layout->terminator_bytes > 0)
        garim_reader_refuse(reader, entry,
                            "as: raw could write a line feed in framing: "
                            "lines; use hex, base32 or base64url");
    if (type == GARIM_DIGITS && index != DIGITS)
        garim_reader_refuse(reader, entry,
                            "field %s is of type digits; use as: digits, or "
                            "type: char in the layout",
                            step->field->name);
    check_alphabet(reader, entry, step);
}

static void read_digits(struct garim_reader *reader,
                        const struct garim_entry *entries,
                        struct garim_step *step)
{
    const struct garim_field *field = step->field;
    if (entries[BITS].key != NULL)
        garim_reader_refuse(reader, entries[BITS],
                            "as: digits fills the field and takes no bits; "
                            "remove bits");
    if (field->bytes > GARIM_TOKEN_DIGITS_MAX)
        garim_reader_refuse(reader, entries[AS],
                            "as: digits fills at most %d bytes, field %s has "
                            "%zu; divide the field, or use another form",
                            GARIM_TOKEN_DIGITS_MAX, field->name, field->bytes);
    step->token.text_bytes = field->bytes;
}

static void read_bits(struct garim_reader *reader,
                      const struct garim_entry *entries,
                      struct garim_step *step)
{
    const struct garim_field *field = step->field;
    struct garim_token *token = &step->token;
    if (entries[BITS].key == NULL) {
        garim_reader_refuse(reader, entries[AS],
                            "as: %s wants bits; write bits: 80 or more",
                            token->encoding->name);
        return;
    }
    token->bits = garim_reader_number(
        reader, entries[BITS], GARIM_TOKEN_BITS_MIN, GARIM_TOKEN_BITS_MAX);
    if (token->bits % 8 != 0)
        garim_reader_refuse(reader, entries[BITS],
                            "bits: %zu is no multiple of 8; write %zu",
                            token->bits, token->bits / 8 * 8 + 8);
    token->text_bytes =
        garim_encode_bytes(token->bits, token->encoding->bits_each);
    if (token->text_bytes > field->bytes)
        garim_reader_refuse(reader, entries[BITS],
                            "%zu bits in %s need %zu bytes, field %s has %zu; "
                            "use fewer bits, a denser form or a wider field",
                            token->bits, token->encoding->name,
                            token->text_bytes, field->name, field->bytes);
}

/* Enter the token's domain; two canonical forms in one are an error. */
static void join_domain(struct garim_rule_build *build,
                        struct garim_entry entry, struct garim_step *step)
{
    struct garim_reader *reader = &build->reader;
    struct garim_token *token = &step->token;
    const char *name = garim_reader_label(reader, entry, GARIM_LABEL_BYTES_MAX);
    if (reader->status != GARIM_OK) return;
    double bits = token->encoding->bits_each > 0
                      ? (double)token->bits
                      : (double)token->text_bytes * log2(10);
    size_t index = 0;
    while (index < build->domain_count &&
           strcmp(build->domains[index].name, name) != 0)
        index++;
    struct garim_domain *domain = &build->domains[index];
    if (index == build->domain_count) {
        *domain = (struct garim_domain){name, token->canonical, bits, 0};
        build->domain_count++;
    }
    if (domain->canonical != token->canonical)
        garim_reader_refuse(reader, entry,
                            "domain %s has the canonical form %s already, not "
                            "%s; give both fields the same canonical:",
                            name, domain->canonical->name,
                            token->canonical->name);
    if (bits < domain->token_bits) domain->token_bits = bits;
    token->domain = index;
}

static void describe(struct garim_rule_build *build, struct garim_step *step)
{
    const struct garim_token *token = &step->token;
    struct garim_arena *arena = build->reader.arena;
    if (build->reader.status != GARIM_OK) return;
    const char *domain = build->domains[token->domain].name;
    const char *bits =
        token->bits == 0 ? ""
                         : garim_arena_print(arena, "%zu bits, ", token->bits);
    if (bits != NULL)
        step->details = garim_arena_print(arena, "%s, %s, %s%s", domain,
                                          token->canonical->name, bits,
                                          token->encoding->name);
    if (bits == NULL || step->details == NULL)
        garim_reader_no_memory(&build->reader);
}

static void read(struct garim_rule_build *build, struct garim_entry options,
                 struct garim_step *step)
{
    struct garim_entry entries[KEY_COUNT];
    struct garim_reader *reader = &build->reader;
    garim_reader_map(reader, options, "token", keys, KEY_COUNT, entries);
    if (reader->status != GARIM_OK) return;
    step->token.canonical =
        read_canonical(reader, entries[CANONICAL], step->field->type);
    read_encoding(build, entries[AS], step);
    if (reader->status != GARIM_OK) return;
    if (step->token.encoding->bits_each == 0)
        read_digits(reader, entries, step);
    else
        read_bits(reader, entries, step);
    garim_rule_read_null(build, entries[NULLS], step);
    join_domain(build, entries[DOMAIN], step);
    describe(build, step);
}

/* ---- writing ------------------------------------------------------------- */

/* The canonical values of the live rows, one after the other; returns how many
 * there are to hash. */
static size_t gather(const struct garim_step *step, struct garim_piece *piece)
{
    size_t count = 0;
    uint32_t used = 0;
    for (size_t i = 0; i < piece->live_count; i++) {
        size_t row = piece->live[i];
        uint8_t *data = garim_piece_field(piece, step, row);
        size_t bytes = 0;
        enum garim_breach breach = step->token.canonical->write(
            step->field, data, piece->canonical + used, &bytes);
        if (breach != GARIM_BREACH_NONE) {
            garim_piece_break(piece, row, breach);
        } else if (bytes == 0) {
            memset(data, step->field->pad, step->field->bytes);
            piece->empties++;
        } else {
            piece->hashed[count] = (uint16_t)row;
            piece->offsets[count] = used;
            piece->lengths[count++] = (uint32_t)bytes;
            used += (uint32_t)bytes;
        }
    }
    return count;
}

static void write_tag(const struct garim_step *step, const uint8_t *tag,
                      uint8_t *data)
{
    const struct garim_token *token = &step->token;
    const struct garim_field *field = step->field;
    if (token->encoding->bits_each == 0)
        garim_encode_digits_scalar(tag, field->bytes, data);
    else
        token->encoding->write(tag, token->bits, data);
    if (!field->page->ascii && token->encoding != &encodings[RAW])
        for (size_t i = 0; i < token->text_bytes; i++)
            data[i] = (uint8_t)field->page->from_ascii[data[i]];
    memset(data + token->text_bytes, field->pad,
           field->bytes - token->text_bytes);
}

static void apply(const struct garim_step *step, struct garim_piece *piece)
{
    size_t count = gather(step, piece);
    int failed =
        garim_hmac_many(piece->hmacs[step->token.domain], piece->canonical,
                        piece->offsets, piece->lengths, count, piece->tags);
    ASSERT(failed == 0);
    for (size_t i = 0; i < count; i++)
        write_tag(step, piece->tags + i * GARIM_TAG_BYTES,
                  garim_piece_field(piece, step, piece->hashed[i]));
}

const struct garim_rule garim_rule_token = {
    .name = "token",
    .for_type = {true, true, true},
    .takes_options = true,
    .read = read,
    .apply = apply,
};
