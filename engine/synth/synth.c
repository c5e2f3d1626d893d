/* synth.c - seeded sample records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "synth/synth.h"

#include <string.h>

#include "synth/generators.h"

/* How often each of a population appears: evenly among the first 2^even_bits,
 * then every further doubling of them all together as often as these, so about
 * as one over the rank (a Zipf-Mandelbrot law in steps). */
struct population {
    unsigned bits; /* of them there are 2^bits */
    unsigned even_bits;
};

static const struct population persons = {GARIM_SYNTH_PERSON_BITS, 10};
static const struct population merchants = {GARIM_SYNTH_MERCHANT_BITS, 6};

enum draw {
    DRAW_PERSON,
    DRAW_COUNTERPARTY,
    DRAW_MERCHANT,
    DRAW_FIELD, /* the last: the field's place is added */
};

static uint64_t draw_rank(const struct population *population, uint64_t hash)
{
    unsigned steps = population->bits - population->even_bits + 1;
    uint64_t step = garim_synth_below(hash, steps);
    uint64_t start =
        step == 0 ? 0 : (uint64_t)1 << (population->even_bits + step - 1);
    uint64_t width = step == 0 ? (uint64_t)1 << population->even_bits : start;
    return start + (hash & (width - 1));
}

static struct garim_synth_someone
draw_someone(const struct population *population, uint64_t seed, uint64_t hash)
{
    uint64_t rank = draw_rank(population, hash);
    /* An odd factor: another number for every rank. */
    uint64_t number =
        (rank * 0x9e3779b1u + seed) & (((uint64_t)1 << population->bits) - 1);
    return (struct garim_synth_someone){
        .number = number,
        .hash = garim_synth_mix(seed, number),
    };
}

static struct garim_synth_row draw_row(uint64_t seed, uint64_t record)
{
    uint64_t base = garim_synth_mix(seed, 0);
    uint64_t hash = garim_synth_mix(base, record);
    return (struct garim_synth_row){
        .record = record,
        .hash = hash,
        .person =
            draw_someone(&persons, base, garim_synth_mix(hash, DRAW_PERSON)),
        .counterparty = draw_someone(&persons, base,
                                     garim_synth_mix(hash, DRAW_COUNTERPARTY)),
        .merchant = draw_someone(&merchants, ~base,
                                 garim_synth_mix(hash, DRAW_MERCHANT)),
    };
}

static uint8_t encoded(const struct garim_codepage *page, char ascii)
{
    int byte = page->from_ascii[(unsigned char)ascii & 127];
    if (byte < 0) byte = page->from_ascii['?'];
    return byte < 0 ? page->blank : (uint8_t)byte;
}

/* ---- fields without a generator ---- */

static void put_random_digits(const struct garim_field *field, uint64_t hash,
                              uint8_t *out)
{
    for (size_t i = 0; i < field->bytes; i++) {
        if (i % 8 == 0) hash = garim_synth_mix(hash, i);
        uint64_t digit = (hash >> (i % 8 * 8) & 255) * 10 >> 8;
        out[i] = encoded(field->page, (char)('0' + digit));
    }
}

static void put_random_bytes(const struct garim_field *field, uint64_t hash,
                             bool lines, uint8_t *out)
{
    for (size_t i = 0; i < field->bytes; i++) {
        if (i % 8 == 0) hash = garim_synth_mix(hash, i);
        out[i] = (uint8_t)(hash >> (i % 8 * 8));
        if (lines && out[i] == '\n') out[i] = 0;
    }
}

/* ---- fields with one ---- */

/* The digits of `text`, the last ones if they are too many for the field;
 * random ones if there are none. */
static void put_digits_of(const struct garim_field *field, uint64_t hash,
                          const char *text, size_t bytes, uint8_t *out)
{
    uint8_t digits[GARIM_SYNTH_TEXT_BYTES_MAX];
    size_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        if (text[i] >= '0' && text[i] <= '9')
            digits[count++] = encoded(field->page, text[i]);
    size_t skip = count > field->bytes ? count - field->bytes : 0;
    if (count == 0)
        put_random_digits(field, hash, out);
    else
        garim_field_put(field, digits + skip, count - skip, out);
}

static void put_text(const struct garim_field *field, char *text, size_t bytes,
                     uint8_t *out)
{
    if (bytes > field->bytes) {
        bytes = field->bytes;
        while (bytes > 0 && ((uint8_t)text[bytes] & 0xc0) == 0x80)
            bytes--;
    }
    if (!field->page->ascii)
        for (size_t i = 0; i < bytes; i++)
            text[i] = (char)encoded(field->page, text[i]);
    garim_field_put(field, (const uint8_t *)text, bytes, out);
}

static bool is_text(const struct garim_field *field)
{
    return (field->type->traits & GARIM_TYPE_TEXT) != 0;
}

static bool is_null(const struct garim_field *field,
                    const struct garim_synth_row *row)
{
    uint64_t h = garim_synth_mix(row->person.hash, field->sample);
    return is_text(field) && field->null_byte[field->page->blank] &&
           garim_synth_below(h, 100) == 0;
}

static void put_field(const struct garim_layout *layout,
                      const struct garim_field *field,
                      const struct garim_synth_row *row, uint8_t *out)
{
    const bool digits = (field->type->traits & GARIM_TYPE_DIGITS) != 0;
    enum garim_sample sample = field->sample;
    if (sample == GARIM_SAMPLE_DEFAULT && is_text(field))
        sample = GARIM_SAMPLE_TEXT;
    const struct garim_synth_generator *generator =
        &garim_synth_generators[sample];
    uint64_t hash = garim_synth_mix(row->hash, DRAW_FIELD + field->at);

    if (sample == GARIM_SAMPLE_BLANK) {
        memset(out, field->pad, field->bytes);
    } else if (generator->null_sometimes && is_null(field, row)) {
        memset(out, field->page->blank, field->bytes);
    } else if (generator->write != NULL) {
        char text[GARIM_SYNTH_TEXT_BYTES_MAX];
        size_t bytes = generator->write(row, field, text);
        if (digits)
            put_digits_of(field, hash, text, bytes, out);
        else
            put_text(field, text, bytes, out);
    } else if (digits) {
        put_random_digits(field, hash, out);
    } else {
        put_random_bytes(field, hash, layout->framing.terminator_bytes > 0,
                         out);
    }
}

/* ---- what the layout expects ---- */

static void put_expected_bytes(const struct garim_field *field, uint64_t hash,
                               uint8_t *out)
{
    uint8_t choice[256];
    size_t count = 0;
    for (size_t i = 0; i < 256; i++)
        if (field->expect.bytes[i]) choice[count++] = (uint8_t)i;
    for (size_t i = 0; i < field->bytes; i++) {
        hash = garim_synth_mix(hash, i);
        if (!field->expect.bytes[out[i]])
            out[i] = choice[garim_synth_below(hash, (uint32_t)count)];
    }
}

/* What was drawn gives way where it has to. */
static void meet_expectation(const struct garim_field *field, uint64_t hash,
                             uint8_t *out)
{
    const struct garim_expect *expect = &field->expect;
    if (garim_field_expected(field, out)) return;
    if (expect->kind == GARIM_EXPECT_BYTES) {
        put_expected_bytes(field, hash, out);
        return;
    }
    size_t index = garim_synth_below(hash, (uint32_t)expect->text_count);
    const struct garim_expect_text *text = &expect->texts[index];
    if (expect->kind == GARIM_EXPECT_PREFIX && !field->justify_right)
        memcpy(out, text->data, text->bytes);
    else
        garim_field_put(field, text->data, text->bytes, out);
}

void garim_synth_records(const struct garim_layout *layout, uint64_t seed,
                         uint64_t first, size_t count, uint8_t *out)
{
    for (size_t i = 0; i < count; i++) {
        struct garim_synth_row row = draw_row(seed, first + i);
        memset(out, layout->page->blank, layout->record_bytes);
        for (size_t f = 0; f < layout->field_count; f++) {
            const struct garim_field *field = &layout->fields[f];
            put_field(layout, field, &row, out + field->at);
            meet_expectation(field, garim_synth_mix(row.hash, field->at),
                             out + field->at);
        }
        out += layout->record_bytes;
        memcpy(out, layout->framing.terminator,
               layout->framing.terminator_bytes);
        out += layout->framing.terminator_bytes;
    }
}
