/* yaml.c - a YAML file as maps, lists and texts: the only user of libyaml
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * libyaml tells of a file as a row of events; what is not used here is refused
 * at the event that shows it, and so is what is too much, so that no document
 * takes more memory or time than its bytes allow.
 */
#include "config/yaml.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/error.h"
#include "base/limits.h"
#include "config/source.h"
#include "config/yaml_node.h"

/* What grows while a file is parsed.  `pending` are finished nodes whose list
 * or map is open; those of one stand in a row. */
struct build {
    struct garim_yaml *yaml;
    struct garim_error *error;
    yaml_parser_t parser;
    const char *text; /* the source behind a byte order mark */
    size_t bytes;
    size_t characters, at; /* the same place in `text`, in both measures */
    struct garim_yaml_node **pending;
    size_t pending_count, node_count;
    struct open {
        struct garim_yaml_node *node;
        size_t first; /* pending */
    } open[GARIM_YAML_DEPTH_MAX];
    size_t depth;
};

/* ---- refusals ------------------------------------------------------------ */

static enum garim_status refuse(const struct build *build, unsigned line,
                                unsigned column, const char *what)
{
    return garim_error_set_place(build->error, GARIM_USAGE, build->yaml->path,
                                 line, column, "%s", what);
}

static enum garim_status refuse_at(const struct build *build, yaml_mark_t mark,
                                   const char *what)
{
    return refuse(build, (unsigned)mark.line + 1, (unsigned)mark.column + 1,
                  what);
}

/* The byte at `mark`, 0 at the end; marks must not go back. */
static char byte_at(struct build *build, yaml_mark_t mark)
{
    while (build->characters < mark.index && build->at < build->bytes) {
        build->at++;
        while (build->at < build->bytes &&
               ((uint8_t)build->text[build->at] & 0xC0) == 0x80)
            build->at++;
        build->characters++;
    }
    ASSERT(build->at <= build->bytes);
    return build->at < build->bytes ? build->text[build->at] : '\0';
}

/* Where byte `offset` stands. */
static yaml_mark_t mark_of(const struct build *build, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < build->bytes; i++) {
        uint8_t byte = (uint8_t)build->text[i];
        mark.column += (byte & 0xC0) != 0x80 ? 1 : 0;
        if (byte != '\n') continue;
        mark.line++;
        mark.column = 0;
    }
    return mark;
}

/* Why libyaml could not go on: it names no byte of the file. */
static enum garim_status refuse_syntax(struct build *build)
{
    const yaml_parser_t *parser = &build->parser;
    yaml_mark_t mark = parser->problem_mark;
    const char *problem = parser->problem;
    const char *context = parser->context;
    if (parser->error == YAML_MEMORY_ERROR)
        return garim_error_no_memory(build->error);
    if (parser->error == YAML_READER_ERROR) {
        mark = mark_of(build, parser->problem_offset);
        problem = "a control character, or not UTF-8";
    } else if (byte_at(build, mark) == '\t') {
        problem = "a tab may not indent";
        context = NULL;
    }
    return garim_error_set_place(
        build->error, GARIM_USAGE, build->yaml->path, (unsigned)mark.line + 1,
        (unsigned)mark.column + 1,
        "not valid YAML: %s%s%s%s; correct it here or just before", problem,
        context == NULL ? "" : " (", context == NULL ? "" : context,
        context == NULL ? "" : ")");
}

/* What a node begins with tells of an anchor, an alias or a tag, also where
 * libyaml keeps it for itself (the tag "!"). */
static enum garim_status check_start(struct build *build, yaml_mark_t mark)
{
    char byte = byte_at(build, mark);
    if (byte == '&' || byte == '*')
        return refuse_at(build, mark,
                         "anchors and aliases are not used here; write the "
                         "value out");
    if (byte == '!')
        return refuse_at(build, mark, "tags are not used here; remove the tag");
    return GARIM_OK;
}

/* ---- nodes --------------------------------------------------------------- */

static bool is_key(const struct build *build)
{
    if (build->depth == 0) return false;
    const struct open *open = &build->open[build->depth - 1];
    return open->node->kind == GARIM_YAML_MAP &&
           (build->pending_count - open->first) % 2 == 0;
}

/* A finished node becomes one of the innermost list or map, or the root. */
static enum garim_status add(struct build *build, struct garim_yaml_node *node)
{
    if (build->depth == 0) {
        build->yaml->root = node;
        return GARIM_OK;
    }
    const struct open *open = &build->open[build->depth - 1];
    ASSERT(build->pending_count < GARIM_YAML_NODES_MAX);
    ASSERT(open->first <= build->pending_count);
    size_t count = build->pending_count - open->first;
    size_t parts = open->node->kind == GARIM_YAML_MAP ? 2 : 1;
    build->pending[build->pending_count++] = node;
    if (open->node->line == 0 && (parts == 1 || count % 2 == 0)) {
        open->node->line = node->line;
        open->node->column = node->column;
    }
    if (count < parts * GARIM_FIELDS_MAX) return GARIM_OK;
    return refuse(build, open->node->line, open->node->column,
                  "more entries than a layout may have fields");
}

static enum garim_status make_node(struct build *build,
                                   enum garim_yaml_kind kind, yaml_mark_t mark,
                                   struct garim_yaml_node **ret_node)
{
    if (++build->node_count > GARIM_YAML_NODES_MAX)
        return refuse_at(build, mark,
                         "more values than a layout or a policy may have");
    if (kind != GARIM_YAML_TEXT && is_key(build))
        return refuse_at(build, mark, "a key must be a plain word");
    enum garim_status status = check_start(build, mark);
    if (status != GARIM_OK) return status;
    *ret_node = garim_arena_take(build->yaml->arena, sizeof **ret_node);
    if (*ret_node == NULL) return garim_error_no_memory(build->error);
    (*ret_node)->kind = kind;
    return GARIM_OK;
}

static enum garim_status on_text(struct build *build, const yaml_event_t *event)
{
    struct garim_yaml_node *node = NULL;
    yaml_mark_t mark = event->start_mark;
    size_t bytes = event->data.scalar.length;
    enum garim_status status = make_node(build, GARIM_YAML_TEXT, mark, &node);
    if (status != GARIM_OK) return status;
    node->text = garim_arena_text(
        build->yaml->arena, (const char *)event->data.scalar.value, bytes);
    if (node->text == NULL) return garim_error_no_memory(build->error);
    node->count = bytes;
    yaml_scalar_style_t style = event->data.scalar.style;
    bool absent = bytes == 0 && style == YAML_PLAIN_SCALAR_STYLE;
    bool quoted = style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                  style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    node->line = absent ? 0 : (unsigned)mark.line + 1;
    node->column = absent ? 0 : (unsigned)mark.column + (quoted ? 2 : 1);
    if (build->depth == 0 && absent) return GARIM_OK;
    return add(build, node);
}

static enum garim_status open_node(struct build *build,
                                   const yaml_event_t *event,
                                   enum garim_yaml_kind kind)
{
    struct garim_yaml_node *node = NULL;
    if (build->depth == GARIM_YAML_DEPTH_MAX)
        return refuse_at(build, event->start_mark,
                         "lists and maps are nested too deeply; no layout or "
                         "policy needs this");
    enum garim_status status = make_node(build, kind, event->start_mark, &node);
    if (status != GARIM_OK) return status;
    ASSERT(build->depth < GARIM_YAML_DEPTH_MAX);
    build->open[build->depth++] =
        (struct open){.node = node, .first = build->pending_count};
    return GARIM_OK;
}

static enum garim_status on_list(struct build *build, const yaml_event_t *event)
{
    return open_node(build, event, GARIM_YAML_LIST);
}

static enum garim_status on_map(struct build *build, const yaml_event_t *event)
{
    return open_node(build, event, GARIM_YAML_MAP);
}

/* ---- keys that stand twice ----------------------------------------------- */

static int compare_texts(const struct garim_yaml_node *a,
                         const struct garim_yaml_node *b)
{
    size_t shorter = a->count < b->count ? a->count : b->count;
    int order = memcmp(a->text, b->text, shorter);
    return order != 0 ? order : (a->count > b->count) - (a->count < b->count);
}

/* Equal keys in the order of the file. */
static int compare_keys(const void *left, const void *right)
{
    const struct garim_yaml_node *a =
        *(const struct garim_yaml_node *const *)left;
    const struct garim_yaml_node *b =
        *(const struct garim_yaml_node *const *)right;
    int order = compare_texts(a, b);
    if (order == 0) order = (a->line > b->line) - (a->line < b->line);
    if (order == 0) order = (a->column > b->column) - (a->column < b->column);
    return order;
}

/* Sorted, so that no choice of keys makes it slow. */
static enum garim_status check_keys(struct build *build,
                                    const struct garim_yaml_node *map)
{
    if (map->count < 2) return GARIM_OK;
    struct garim_yaml_node **keys = malloc(map->count * sizeof(void *));
    if (keys == NULL) return garim_error_no_memory(build->error);
    for (size_t i = 0; i < map->count; i++)
        keys[i] = map->children[2 * i];
    qsort(keys, map->count, sizeof(void *), compare_keys);
    const struct garim_yaml_node *twice = NULL;
    for (size_t i = 1; i < map->count; i++) {
        if (compare_texts(keys[i - 1], keys[i]) != 0) continue;
        if (twice == NULL || keys[i]->line < twice->line ||
            (keys[i]->line == twice->line && keys[i]->column < twice->column))
            twice = keys[i];
    }
    free(keys);
    if (twice == NULL) return GARIM_OK;
    return refuse(build, twice->line == 0 ? map->line : twice->line,
                  twice->line == 0 ? map->column : twice->column,
                  "not valid YAML: duplicate key; correct it here or just "
                  "before");
}

static enum garim_status on_close(struct build *build,
                                  const yaml_event_t *event)
{
    (void)event;
    ASSERT(build->depth > 0);
    const struct open *open = &build->open[--build->depth];
    struct garim_yaml_node *node = open->node;
    ASSERT(open->first <= build->pending_count);
    size_t children = build->pending_count - open->first;
    ASSERT(node->kind == GARIM_YAML_LIST || children % 2 == 0);
    build->pending_count = open->first;
    node->count = node->kind == GARIM_YAML_MAP ? children / 2 : children;
    if (children > 0) {
        size_t bytes = children * sizeof(void *);
        node->children = garim_arena_take(build->yaml->arena, bytes);
        if (node->children == NULL) return garim_error_no_memory(build->error);
        memcpy(node->children, &build->pending[open->first], bytes);
    }
    enum garim_status status = GARIM_OK;
    if (node->kind == GARIM_YAML_MAP) status = check_keys(build, node);
    return status == GARIM_OK ? add(build, node) : status;
}

/* ---- documents ----------------------------------------------------------- */

static enum garim_status on_alias(struct build *build,
                                  const yaml_event_t *event)
{
    return check_start(build, event->start_mark);
}

static enum garim_status on_document(struct build *build,
                                     const yaml_event_t *event)
{
    if (build->node_count > 0)
        return garim_error_set_path(
            build->error, GARIM_USAGE, build->yaml->path,
            "has a second document; keep one document in a file");
    if (event->data.document_start.version_directive != NULL ||
        event->data.document_start.tag_directives.start !=
            event->data.document_start.tag_directives.end)
        return refuse_at(build, event->start_mark,
                         "directives are not used here; remove it");
    return GARIM_OK;
}

static enum garim_status on_nothing(struct build *build,
                                    const yaml_event_t *event)
{
    (void)build;
    (void)event;
    return GARIM_OK;
}

static enum garim_status (*const handlers[])(struct build *build,
                                             const yaml_event_t *event) = {
    [YAML_NO_EVENT] = on_nothing,
    [YAML_STREAM_START_EVENT] = on_nothing,
    [YAML_STREAM_END_EVENT] = on_nothing,
    [YAML_DOCUMENT_START_EVENT] = on_document,
    [YAML_DOCUMENT_END_EVENT] = on_nothing,
    [YAML_ALIAS_EVENT] = on_alias,
    [YAML_SCALAR_EVENT] = on_text,
    [YAML_SEQUENCE_START_EVENT] = on_list,
    [YAML_SEQUENCE_END_EVENT] = on_close,
    [YAML_MAPPING_START_EVENT] = on_map,
    [YAML_MAPPING_END_EVENT] = on_close,
};
static_assert(sizeof handlers / sizeof *handlers == YAML_MAPPING_END_EVENT + 1,
              "a handler for each event");

static enum garim_status parse_events(struct build *build)
{
    enum garim_status status = GARIM_OK;
    bool end = false;
    while (status == GARIM_OK && !end) {
        yaml_event_t event;
        if (!yaml_parser_parse(&build->parser, &event))
            return refuse_syntax(build);
        end = event.type == YAML_STREAM_END_EVENT;
        ASSERT(event.type < sizeof handlers / sizeof *handlers);
        status = handlers[event.type](build, &event);
        yaml_event_delete(&event);
    }
    ASSERT(status != GARIM_OK || build->depth == 0);
    if (status != GARIM_OK || build->yaml->root != NULL) return status;
    return garim_error_set_path(build->error, GARIM_USAGE, build->yaml->path,
                                "is empty; POLICY.md says what belongs in it");
}

static enum garim_status parse(struct garim_yaml *yaml,
                               struct garim_error *error)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};
    struct build *build = calloc(1, sizeof *build);
    if (build == NULL) return garim_error_no_memory(error);
    bool marked = yaml->bytes >= sizeof mark &&
                  memcmp(yaml->source, mark, sizeof mark) == 0;
    build->yaml = yaml;
    build->error = error;
    build->text = yaml->source + (marked ? sizeof mark : 0);
    build->bytes = yaml->bytes - (marked ? sizeof mark : 0);
    build->pending = malloc(GARIM_YAML_NODES_MAX * sizeof(void *));
    enum garim_status status = garim_error_no_memory(error);
    if (build->pending != NULL && yaml_parser_initialize(&build->parser)) {
        yaml_parser_set_encoding(&build->parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(
            &build->parser, (const unsigned char *)build->text, build->bytes);
        status = parse_events(build);
        yaml_parser_delete(&build->parser);
    }
    free(build->pending);
    free(build);
    return status;
}

/* From memory, or where `text` is NULL from the file `name`. */
static enum garim_status open_source(struct garim_yaml **ret_yaml,
                                     const char *name, const void *text,
                                     size_t bytes, struct garim_error *error)
{
    struct garim_yaml *yaml = calloc(1, sizeof *yaml);
    if (yaml == NULL) return garim_error_no_memory(error);
    yaml->path = strdup(name);
    yaml->arena = garim_arena_open();
    enum garim_status status = GARIM_OK;
    if (yaml->path == NULL || yaml->arena == NULL)
        status = garim_error_no_memory(error);
    else if (text == NULL)
        status = garim_source_read(name, &yaml->source, &yaml->bytes, error);
    else
        status = garim_source_copy(name, text, bytes, &yaml->source,
                                   &yaml->bytes, error);
    if (status == GARIM_OK) status = parse(yaml, error);
    if (status == GARIM_OK)
        *ret_yaml = yaml;
    else
        garim_yaml_close(yaml);
    return status;
}

enum garim_status garim_yaml_open(struct garim_yaml **ret_yaml,
                                  const char *path, struct garim_error *error)
{
    return open_source(ret_yaml, path, NULL, 0, error);
}

enum garim_status garim_yaml_open_text(struct garim_yaml **ret_yaml,
                                       const char *name, const void *text,
                                       size_t bytes, struct garim_error *error)
{
    const bool given = text != NULL;
    return open_source(ret_yaml, name, given ? text : "", given ? bytes : 0,
                       error);
}

void garim_yaml_close(struct garim_yaml *yaml)
{
    if (yaml == NULL) return;
    garim_arena_close(yaml->arena);
    free(yaml->source);
    free(yaml->path);
    free(yaml);
}
