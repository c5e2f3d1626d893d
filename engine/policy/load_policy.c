/* load_policy.c - a policy from its YAML file, compiled against its layout
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"
#include "crypto/crypto.h"
#include "rules/guard.h"
#include "policy/load_edge.h"
#include "layout/load_layout.h"
#include "policy/lint.h"
#include "policy/load_policy.h"
#include "policy/release.h"
#include "rules/rule.h"
#include "text/hex.h"
#include "text/nearest.h"

static const struct garim_key_name policy_keys[] = {
    {"policy", true},   {"layout", true},   {"release", true},
    {"subjects", true}, {"budget", false},  {"uncovered", false},
    {"header", false},  {"trailer", false}, {"rules", true},
};
enum {
    VERSION,
    LAYOUT,
    RELEASE,
    SUBJECTS,
    BUDGET,
    UNCOVERED,
    HEADER,
    TRAILER,
    RULES,
    POLICY_KEY_COUNT,
};
static_assert(sizeof policy_keys / sizeof *policy_keys == POLICY_KEY_COUNT,
              "a number for each key");
static_assert(2 * GARIM_FIELDS_MAX + 1 <= UINT16_MAX,
              "marks of rows hold the index of a step");

struct loader {
    struct garim_rule_build build;
    struct garim_policy *policy;
    const struct garim_policy_source *given; /* or NULL */
    struct garim_step *steps; /* in the order of the layout's fields first */
};

/* ---- the layout ---------------------------------------------------------- */

/* `name` beside the policy at `path`. */
static const char *beside(struct garim_arena *arena, const char *path,
                          const char *name)
{
    const char *slash = strrchr(path, '/');
    if (name[0] == '/' || slash == NULL)
        return garim_arena_text(arena, name, strlen(name));
    return garim_arena_print(arena, "%.*s/%s", (int)(slash - path), path, name);
}

static void digest(struct garim_reader *reader, struct garim_yaml *layout,
                   char *ret_digest)
{
    size_t policy_bytes = 0;
    size_t layout_bytes = 0;
    const char *policy_source = garim_yaml_source(reader->yaml, &policy_bytes);
    const char *layout_source = garim_yaml_source(layout, &layout_bytes);
    uint8_t hash[32];
    if (garim_sha256(policy_source, policy_bytes, layout_source, layout_bytes,
                     hash) != 0) {
        reader->status = garim_crypto_failed(
            reader->error, "SHA-256 failed; check the OpenSSL of this machine");
        return;
    }
    static_assert(sizeof((struct garim_policy *)0)->digest ==
                      2 * sizeof hash + 1,
                  "room for the digest in hex");
    garim_hex_encode(ret_digest, hash, sizeof hash);
}

/* The layout that the policy calls `name`, wherever it is. */
static enum garim_status open_layout(struct loader *loader,
                                     struct garim_entry entry, const char *name,
                                     struct garim_yaml **ret_yaml)
{
    struct garim_reader *reader = &loader->build.reader;
    const struct garim_policy_source *given = loader->given;
    if (given == NULL) {
        const char *path = beside(reader->arena, loader->policy->path, name);
        return path == NULL ? garim_error_no_memory(reader->error)
                            : garim_yaml_open(ret_yaml, path, reader->error);
    }
    if (given->name == NULL || strcmp(given->name, name) == 0)
        return garim_yaml_open_text(ret_yaml, name, given->text, given->bytes,
                                    reader->error);
    garim_reader_refuse(reader, entry,
                        "the layout in memory has another name; give the one "
                        "that is named here, or the other policy");
    return reader->status;
}

static void read_layout(struct loader *loader, struct garim_entry entry)
{
    struct garim_reader *reader = &loader->build.reader;
    struct garim_policy *policy = loader->policy;
    const char *name = garim_reader_text(reader, entry, 1, 4096);
    if (reader->status != GARIM_OK) return;
    struct garim_yaml *yaml = NULL;
    reader->status = open_layout(loader, entry, name, &yaml);
    if (reader->status == GARIM_OK)
        reader->status =
            garim_layout_load(&policy->layout, yaml, reader->error);
    ASSERT((reader->status == GARIM_OK) == (policy->layout != NULL));
    if (reader->status == GARIM_OK) digest(reader, yaml, policy->digest);
    garim_yaml_close(yaml);
    loader->build.layout = policy->layout;
}

/* ---- rules --------------------------------------------------------------- */

static size_t find_field(const struct garim_layout *layout, const char *name)
{
    size_t i = 0;
    while (i < layout->field_count && strcmp(layout->fields[i].name, name) != 0)
        i++;
    return i;
}

static void refuse_rule(struct loader *loader, struct garim_entry pair,
                        const char *name)
{
    const struct garim_layout *layout = loader->policy->layout;
    struct garim_reader *reader = &loader->build.reader;
    struct garim_entry place = {.key = pair.key, .value = pair.key};
    const char *names[GARIM_FIELDS_MAX];
    ASSERT(layout->field_count <= GARIM_FIELDS_MAX);
    for (size_t i = 0; i < layout->field_count; i++)
        names[i] = layout->fields[i].name;
    const char *nearest = garim_nearest(name, names, layout->field_count);
    if (nearest != NULL)
        garim_reader_refuse(reader, place,
                            "the layout has no field '%.64s'; did you mean "
                            "'%s'?",
                            name, nearest);
    else
        garim_reader_refuse(reader, place,
                            "the layout has no field '%.64s'; remove the rule "
                            "or add the field",
                            name);
}

static void read_rules(struct loader *loader, struct garim_entry rules)
{
    struct garim_reader *reader = &loader->build.reader;
    const struct garim_layout *layout = loader->policy->layout;
    if (reader->status != GARIM_OK) return;
    if (rules.value == NULL || garim_yaml_kind(rules.value) != GARIM_YAML_MAP) {
        garim_reader_refuse(reader, rules,
                            "rules must be a map: {field: rule}");
        return;
    }
    size_t count = garim_yaml_count(rules.value);
    for (size_t i = 0; i < count && reader->status == GARIM_OK; i++) {
        struct garim_entry pair;
        garim_yaml_pair(rules.value, i, &pair.key, &pair.value);
        const char *name = garim_reader_key(reader, pair);
        size_t index = find_field(layout, name);
        if (index == layout->field_count)
            refuse_rule(loader, pair, name);
        else
            garim_rule_read(&loader->build, pair, &layout->fields[index],
                            &loader->steps[index]);
    }
    for (size_t i = 0; i < layout->field_count; i++)
        if (loader->steps[i].rule == NULL)
            garim_reader_refuse(reader, rules,
                                "field %s has no rule; add one (keep, if it "
                                "may leave as it is)",
                                layout->fields[i].name);
}

/* ---- gaps ---------------------------------------------------------------- */

static void read_uncovered(struct loader *loader, struct garim_entry entry,
                           struct garim_entry root, size_t at, size_t bytes)
{
    static const char *const words[] = {"blank"};
    struct garim_reader *reader = &loader->build.reader;
    if (entry.key != NULL)
        (void)garim_reader_choice(reader, entry, NULL, words, 1);
    else
        garim_reader_refuse(reader, root,
                            "no field covers bytes %zu to %zu of the record; "
                            "add a field, or say uncovered: blank",
                            at, at + bytes - 1);
}

/* A stretch that no field covers: an unnamed field, always blanked. */
static struct garim_step gap_step(struct loader *loader,
                                  struct garim_entry uncovered, size_t at,
                                  size_t bytes)
{
    struct garim_reader *reader = &loader->build.reader;
    ASSERT(bytes > 0 && at + bytes <= loader->policy->layout->record_bytes);
    struct garim_field *gap = garim_arena_take(reader->arena, sizeof *gap);
    if (gap == NULL) {
        garim_reader_no_memory(reader);
        return (struct garim_step){0};
    }
    gap->name = "";
    gap->type = &garim_type_bytes;
    gap->at = at;
    gap->bytes = bytes;
    gap->page = loader->policy->layout->page;
    gap->pad = gap->page->blank;
    return (struct garim_step){
        .rule = &garim_rule_blank,
        .field = gap,
        .apply_to_null = true,
        .details = "uncovered",
        .place = garim_reader_place(uncovered),
    };
}

/* The steps in byte order, gaps among them. */
static void arrange(struct loader *loader, struct garim_entry uncovered,
                    struct garim_entry root)
{
    struct garim_policy *policy = loader->policy;
    const struct garim_layout *layout = policy->layout;
    struct garim_reader *reader = &loader->build.reader;
    if (reader->status != GARIM_OK) return;
    if (uncovered.key != NULL) read_uncovered(loader, uncovered, root, 0, 0);
    struct garim_step *steps = garim_arena_take(
        reader->arena, (2 * layout->field_count + 1) * sizeof *steps);
    if (steps == NULL) {
        garim_reader_no_memory(reader);
        return;
    }
    size_t at = 0;
    size_t count = 0;
    for (size_t i = 0; i <= layout->field_count; i++) {
        bool last = i == layout->field_count;
        const struct garim_field *field = last ? NULL : layout->by_place[i];
        size_t next = last ? layout->record_bytes : field->at;
        ASSERT(next >= at && count < 2 * layout->field_count + 1);
        if (next > at) {
            read_uncovered(loader, uncovered, root, at, next - at);
            steps[count++] = gap_step(loader, uncovered, at, next - at);
        }
        if (last) break;
        steps[count++] = loader->steps[field - layout->fields];
        at = field->at + field->bytes;
    }
    ASSERT(at <= layout->record_bytes && count > 0);
    for (size_t i = 0; i < count && reader->status == GARIM_OK; i++) {
        ASSERT(steps[i].rule != NULL && steps[i].field != NULL);
        steps[i].counts = policy->count_size;
        policy->count_size += garim_rule_count_size(steps[i].rule);
    }
    policy->steps = steps;
    policy->step_count = count;
}

/* The birthday bound for n values in b bits: n^2 / 2^(b+1). */
static void expect_collisions(struct loader *loader)
{
    const double subjects = (double)loader->policy->subjects;
    const double pairs = subjects * subjects / 2;
    for (size_t i = 0; i < loader->build.domain_count; i++) {
        struct garim_domain *domain = &loader->build.domains[i];
        ASSERT(domain->token_bits > 0);
        domain->expected_collisions = pairs / exp2(domain->token_bits);
    }
}

/* What follows from the steps. */
static void derive(struct loader *loader)
{
    struct garim_policy *policy = loader->policy;
    struct garim_reader *reader = &loader->build.reader;
    if (reader->status != GARIM_OK) return;
    uint8_t *blank =
        garim_arena_take(reader->arena, policy->layout->record_bytes);
    if (blank == NULL) {
        garim_reader_no_memory(reader);
        return;
    }
    for (size_t i = 0; i < policy->step_count; i++) {
        const struct garim_step *step = &policy->steps[i];
        ASSERT(step->field->at + step->field->bytes <=
               policy->layout->record_bytes);
        memset(blank + step->field->at, step->field->pad, step->field->bytes);
        if (step->slot_bytes > policy->slot_bytes_max)
            policy->slot_bytes_max = step->slot_bytes;
    }
    if (!garim_guard_build(&policy->guard, reader->arena, policy->steps,
                           policy->step_count))
        garim_reader_no_memory(reader);
    expect_collisions(loader);
    policy->blank_record = blank;
    policy->domains = loader->build.domains;
    policy->domain_count = loader->build.domain_count;
    policy->secret_bytes = loader->build.secret_bytes;
}

/* ---- all of it ----------------------------------------------------------- */

static void take_room(struct loader *loader)
{
    struct garim_reader *reader = &loader->build.reader;
    size_t count = loader->policy->layout->field_count;
    loader->steps =
        garim_arena_take(reader->arena, count * sizeof *loader->steps);
    loader->build.domains =
        garim_arena_take(reader->arena, count * sizeof *loader->build.domains);
    if (loader->steps == NULL || loader->build.domains == NULL)
        garim_reader_no_memory(reader);
}

static void read_policy(struct loader *loader)
{
    struct garim_entry entries[POLICY_KEY_COUNT];
    struct garim_policy *policy = loader->policy;
    struct garim_reader *reader = &loader->build.reader;
    struct garim_entry root = {.value = garim_yaml_root(reader->yaml)};
    garim_reader_map(reader, root, "the policy", policy_keys, POLICY_KEY_COUNT,
                     entries);
    if (reader->status != GARIM_OK) return;
    garim_reader_version(reader, entries[VERSION], "policy");
    read_layout(loader, entries[LAYOUT]);
    garim_release_read(reader, entries[RELEASE], &policy->release);
    policy->subjects =
        garim_reader_number(reader, entries[SUBJECTS], 1, UINT64_MAX);
    policy->subjects_place = garim_reader_place(entries[SUBJECTS]);
    policy->budget = garim_budget_read(reader, entries[BUDGET]);
    if (reader->status != GARIM_OK) return;
    take_room(loader);
    policy->framing = policy->layout->framing;
    garim_edge_read(&loader->build, entries[HEADER], root, "header",
                    &policy->framing.header);
    garim_edge_read(&loader->build, entries[TRAILER], root, "trailer",
                    &policy->framing.trailer);
    read_rules(loader, entries[RULES]);
    arrange(loader, entries[UNCOVERED], root);
    derive(loader);
    if (reader->status == GARIM_OK)
        reader->status =
            garim_lint(policy, time(NULL), reader->arena, reader->error);
}

enum garim_status garim_policy_load(struct garim_policy **ret_policy,
                                    struct garim_yaml *yaml,
                                    const struct garim_policy_source *layout,
                                    struct garim_error *error)
{
    const char *path = garim_yaml_path(yaml);
    struct garim_arena *arena = garim_arena_open();
    struct garim_policy *policy =
        arena == NULL ? NULL : garim_arena_take(arena, sizeof *policy);
    if (policy == NULL) {
        garim_arena_close(arena);
        return garim_error_no_memory(error);
    }
    struct loader loader = {
        .build.reader = {.yaml = yaml, .arena = arena, .error = error},
        .policy = policy,
        .given = layout,
    };
    policy->arena = arena;
    policy->path = garim_arena_text(arena, path, strlen(path));
    if (policy->path == NULL)
        garim_reader_no_memory(&loader.build.reader);
    else
        read_policy(&loader);
    if (loader.build.reader.status == GARIM_OK) {
        ASSERT(policy->layout != NULL && policy->blank_record != NULL);
        garim_arena_seal(arena);
        *ret_policy = policy;
    } else {
        garim_policy_unload(policy);
    }
    return loader.build.reader.status;
}

void garim_policy_unload(struct garim_policy *policy)
{
    if (policy == NULL) return;
    garim_layout_unload(policy->layout);
    garim_arena_close(policy->arena);
}
