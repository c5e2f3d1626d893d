/* load_edge.c - what becomes of a header or a trailer, from a policy
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/load_edge.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"

/* {begins: TEXT}, in the record's encoding. */
static void read_begins(struct garim_rule_build *build,
                        struct garim_entry entry, const char *name,
                        struct garim_edge *edge)
{
    static const struct garim_key_name keys[] = {{"begins", true}};
    struct garim_reader *reader = &build->reader;
    struct garim_entry begins;
    garim_reader_map(reader, entry, "keep", keys, 1, &begins);
    const char *text = garim_reader_text(reader, begins, 1, edge->bytes * 4);
    size_t room = strlen(text);
    uint8_t *encoded = garim_arena_take(reader->arena, room + 1);
    if (encoded == NULL) garim_reader_no_memory(reader);
    if (reader->status != GARIM_OK) return;
    size_t bytes = garim_codepage_encode(build->layout->page,
                                         (const uint8_t *)text, room, encoded);
    if (bytes == SIZE_MAX)
        garim_reader_refuse(reader, begins,
                            "begins has a character that the encoding does not "
                            "have; use others");
    else if (bytes > edge->bytes)
        garim_reader_refuse(reader, begins,
                            "begins has %zu bytes, the %s %zu; shorten it",
                            bytes, name, edge->bytes);
    ASSERT(bytes == SIZE_MAX || bytes <= room);
    edge->begins = (struct garim_begins){encoded, bytes};
}

/* {keep: ...} */
static void read_map(struct garim_rule_build *build, struct garim_entry entry,
                     const char *name, struct garim_edge *edge)
{
    static const struct garim_key_name keys[] = {{"keep", true}};
    struct garim_entry keep;
    garim_reader_map(&build->reader, entry, name, keys, 1, &keep);
    if (build->reader.status == GARIM_OK) read_begins(build, keep, name, edge);
}

void garim_edge_read(struct garim_rule_build *build, struct garim_entry entry,
                     struct garim_entry root, const char *name,
                     struct garim_edge *edge)
{
    static const char *const words[] = {"keep", "drop", "blank"};
    struct garim_reader *reader = &build->reader;
    const size_t bytes = edge->bytes;
    static_assert(sizeof words / sizeof *words == GARIM_EDGE_BLANK + 1,
                  "a word for each action");
    ASSERT(bytes <= GARIM_EDGE_BYTES_MAX && edge->action == GARIM_EDGE_KEEP);
    if (reader->status != GARIM_OK) return;
    if (entry.key == NULL && bytes > 0)
        garim_reader_refuse(reader, root,
                            "the layout has %zu %s bytes; say %s: keep, drop "
                            "or blank",
                            bytes, name, name);
    if (entry.key != NULL && bytes == 0)
        garim_reader_refuse(reader, entry,
                            "the layout has no %s bytes; remove this", name);
    if (entry.key == NULL || reader->status != GARIM_OK) return;
    if (entry.value != NULL && garim_yaml_kind(entry.value) == GARIM_YAML_MAP)
        read_map(build, entry, name, edge);
    else
        edge->action = (enum garim_edge_action)garim_reader_choice(
            reader, entry, NULL, words, 3);
}
