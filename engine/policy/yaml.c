/* yaml.c - a YAML file as maps, lists and texts: the only user of libfyaml
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "policy/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/limits.h"

struct garim_yaml {
    char *path;
    char *source;
    size_t bytes;
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct fy_document *document;
};

static struct fy_node *inner(struct garim_yaml_node *node)
{
    return (struct fy_node *)node;
}

static struct garim_yaml_node *outer(struct fy_node *node)
{
    return (struct garim_yaml_node *)node;
}

/* ---- the file ------------------------------------------------------------ */

static enum garim_status read_stream(struct garim_yaml *yaml, FILE *stream,
                                     struct garim_error *error)
{
    yaml->source = malloc(GARIM_YAML_BYTES_MAX + 1);
    if (yaml->source == NULL) return garim_error_no_memory(error);
    yaml->bytes = fread(yaml->source, 1, GARIM_YAML_BYTES_MAX + 1, stream);
    if (ferror(stream))
        return garim_error_set_path(error, GARIM_USAGE, yaml->path,
                                    "cannot be read (%s); check its rights",
                                    garim_error_text(errno));
    if (yaml->bytes > GARIM_YAML_BYTES_MAX)
        return garim_error_set_path(
            error, GARIM_USAGE, yaml->path,
            "is larger than %d bytes; is it a layout or a policy?",
            GARIM_YAML_BYTES_MAX);
    const char *nul = memchr(yaml->source, '\0', yaml->bytes);
    if (nul != NULL)
        return garim_error_set_path(error, GARIM_USAGE, yaml->path,
                                    "has a NUL at byte %td and is no YAML "
                                    "file; save it as UTF-8 text",
                                    nul - yaml->source);
    /* libfyaml would complain of some of them on standard error. */
    if ((yaml->bytes > 0 && yaml->source[0] == '%') ||
        memmem(yaml->source, yaml->bytes, "\n%", 2) != NULL)
        return garim_error_set_path(error, GARIM_USAGE, yaml->path,
                                    "has a line that begins with %%: "
                                    "directives are not used here; remove it");
    return GARIM_OK;
}

static enum garim_status read_file(struct garim_yaml *yaml,
                                   struct garim_error *error)
{
    struct stat status;
    FILE *stream = fopen(yaml->path, "rbe");
    if (stream == NULL || fstat(fileno(stream), &status) != 0) {
        enum garim_status result =
            garim_error_set_path(error, GARIM_USAGE, yaml->path,
                                 "cannot be opened (%s); check the path, a "
                                 "layout's is relative to its policy",
                                 garim_error_text(errno));
        if (stream != NULL) (void)fclose(stream);
        return result;
    }
    enum garim_status result =
        S_ISDIR(status.st_mode)
            ? garim_error_set_path(error, GARIM_USAGE, yaml->path,
                                   "is a directory; give the YAML file")
            : read_stream(yaml, stream, error);
    (void)fclose(stream);
    return result;
}

/* ---- what a valid YAML file may still not have ----------------------------
 */

static enum garim_status refuse(const struct garim_yaml *yaml,
                                struct fy_node *node, const char *what,
                                struct garim_error *error)
{
    unsigned line = 1;
    unsigned column = 1;
    (void)garim_yaml_place(outer(node), &line, &column);
    return garim_error_set_place(error, GARIM_USAGE, yaml->path, line, column,
                                 "%s", what);
}

/* libfyaml 0.7.12 misreads two apostrophes in a row in single quotes. */
static bool is_misread(struct fy_node *node)
{
    size_t bytes = 0;
    if (fy_node_get_style(node) != FYNS_SINGLE_QUOTED) return false;
    const char *text = fy_node_get_scalar(node, &bytes);
    return text != NULL && memmem(text, bytes, "''", 2) != NULL;
}

/* libfyaml bounds the depth of a document, and so this recursion. */
static enum garim_status check_node(const struct garim_yaml *yaml,
                                    struct fy_node *node,
                                    struct garim_error *error)
{
    size_t tag_bytes = 0;
    if (node == NULL) return GARIM_OK;
    if (fy_node_is_alias(node) || fy_node_get_anchor(node) != NULL)
        return refuse(yaml, node,
                      "anchors and aliases are not used here; write the value "
                      "out",
                      error);
    if (fy_node_get_tag(node, &tag_bytes) != NULL)
        return refuse(yaml, node, "tags are not used here; remove the tag",
                      error);
    if (is_misread(node))
        return refuse(yaml, node,
                      "two apostrophes in a row need double quotes around the "
                      "text",
                      error);
    enum garim_status status = GARIM_OK;
    size_t count = garim_yaml_count(outer(node));
    if (count > GARIM_FIELDS_MAX)
        return refuse(yaml, node, "more entries than a layout may have fields",
                      error);
    for (size_t i = 0; i < count && status == GARIM_OK; i++) {
        if (fy_node_is_sequence(node)) {
            status = check_node(
                yaml, fy_node_sequence_get_by_index(node, (int)i), error);
            continue;
        }
        struct garim_yaml_node *key = NULL;
        struct garim_yaml_node *value = NULL;
        garim_yaml_pair(outer(node), i, &key, &value);
        if (key == NULL || garim_yaml_kind(key) != GARIM_YAML_TEXT)
            return refuse(yaml, node, "a key must be a plain word", error);
        status = check_node(yaml, inner(key), error);
        if (status == GARIM_OK) status = check_node(yaml, inner(value), error);
    }
    return status;
}

/* The first complaint of libfyaml, or `otherwise`. */
static enum garim_status refuse_syntax(const struct garim_yaml *yaml,
                                       const char *otherwise,
                                       struct garim_error *error)
{
    void *previous = NULL;
    struct fy_diag_error *complaint =
        fy_diag_errors_iterate(yaml->diag, &previous);
    if (complaint == NULL || complaint->msg == NULL)
        return garim_error_set_path(error, GARIM_USAGE, yaml->path, "%s",
                                    otherwise);
    unsigned line = complaint->line > 0 ? (unsigned)complaint->line : 1;
    unsigned column = complaint->column > 0 ? (unsigned)complaint->column : 1;
    return garim_error_set_place(error, GARIM_USAGE, yaml->path, line, column,
                                 "not valid YAML: %s; correct it here or just "
                                 "before",
                                 complaint->msg);
}

static enum garim_status parse(struct garim_yaml *yaml,
                               struct garim_error *error)
{
    struct fy_diag_cfg diag_options;
    fy_diag_cfg_default(&diag_options);
    yaml->diag = fy_diag_create(&diag_options);
    if (yaml->diag == NULL) return garim_error_no_memory(error);
    fy_diag_set_collect_errors(yaml->diag, true);
    struct fy_parse_cfg options = {
        .flags = FYPCF_QUIET | FYPCF_JSON_NONE,
        .diag = yaml->diag,
    };
    yaml->parser = fy_parser_create(&options);
    if (yaml->parser == NULL) return garim_error_no_memory(error);
    if (fy_parser_set_string(yaml->parser, yaml->source, yaml->bytes) != 0)
        return garim_error_no_memory(error);
    yaml->document = fy_parse_load_document(yaml->parser);
    if (yaml->document == NULL || garim_yaml_root(yaml) == NULL)
        return refuse_syntax(
            yaml, "is empty; POLICY.md says what belongs into it", error);
    struct fy_document *second = fy_parse_load_document(yaml->parser);
    if (second == NULL && !fy_parser_get_stream_error(yaml->parser))
        return check_node(yaml, inner(garim_yaml_root(yaml)), error);
    fy_parse_document_destroy(yaml->parser, second);
    return refuse_syntax(
        yaml, "has a second document; keep one document in a file", error);
}

enum garim_status garim_yaml_open(struct garim_yaml **ret_yaml,
                                  const char *path, struct garim_error *error)
{
    struct garim_yaml *yaml = calloc(1, sizeof *yaml);
    if (yaml == NULL) return garim_error_no_memory(error);
    yaml->path = strdup(path);
    enum garim_status status = GARIM_OK;
    if (yaml->path == NULL) status = garim_error_no_memory(error);
    if (status == GARIM_OK) status = read_file(yaml, error);
    if (status == GARIM_OK) status = parse(yaml, error);
    if (status == GARIM_OK)
        *ret_yaml = yaml;
    else
        garim_yaml_close(yaml);
    return status;
}

void garim_yaml_close(struct garim_yaml *yaml)
{
    if (yaml == NULL) return;
    if (yaml->document != NULL)
        fy_parse_document_destroy(yaml->parser, yaml->document);
    if (yaml->parser != NULL) fy_parser_destroy(yaml->parser);
    if (yaml->diag != NULL) fy_diag_destroy(yaml->diag);
    free(yaml->source);
    free(yaml->path);
    free(yaml);
}

/* ---- reading ------------------------------------------------------------- */

const char *garim_yaml_path(const struct garim_yaml *yaml)
{
    return yaml->path;
}

const char *garim_yaml_source(const struct garim_yaml *yaml, size_t *ret_bytes)
{
    *ret_bytes = yaml->bytes;
    return yaml->source;
}

struct garim_yaml_node *garim_yaml_root(const struct garim_yaml *yaml)
{
    return outer(fy_document_root(yaml->document));
}

enum garim_yaml_kind garim_yaml_kind(struct garim_yaml_node *node)
{
    if (fy_node_is_sequence(inner(node))) return GARIM_YAML_LIST;
    if (fy_node_is_mapping(inner(node))) return GARIM_YAML_MAP;
    return GARIM_YAML_TEXT;
}

const char *garim_yaml_text(struct garim_yaml_node *node, size_t *ret_bytes)
{
    const char *text = fy_node_get_scalar(inner(node), ret_bytes);
    if (text == NULL) *ret_bytes = 0;
    return text == NULL ? "" : text;
}

size_t garim_yaml_count(struct garim_yaml_node *node)
{
    int count = 0;
    if (fy_node_is_sequence(inner(node)))
        count = fy_node_sequence_item_count(inner(node));
    else if (fy_node_is_mapping(inner(node)))
        count = fy_node_mapping_item_count(inner(node));
    return count < 0 ? 0 : (size_t)count;
}

struct garim_yaml_node *garim_yaml_item(struct garim_yaml_node *node,
                                        size_t index)
{
    return outer(fy_node_sequence_get_by_index(inner(node), (int)index));
}

void garim_yaml_pair(struct garim_yaml_node *node, size_t index,
                     struct garim_yaml_node **ret_key,
                     struct garim_yaml_node **ret_value)
{
    struct fy_node_pair *pair =
        fy_node_mapping_get_by_index(inner(node), (int)index);
    *ret_key = outer(fy_node_pair_key(pair));
    *ret_value = outer(fy_node_pair_value(pair));
}

bool garim_yaml_place(struct garim_yaml_node *node, unsigned *ret_line,
                      unsigned *ret_column)
{
    if (node == NULL) return false;
    size_t count = garim_yaml_count(node);
    for (size_t i = 0; i < count; i++) {
        if (garim_yaml_kind(node) == GARIM_YAML_LIST) {
            if (garim_yaml_place(garim_yaml_item(node, i), ret_line,
                                 ret_column))
                return true;
            continue;
        }
        struct garim_yaml_node *key = NULL;
        struct garim_yaml_node *value = NULL;
        garim_yaml_pair(node, i, &key, &value);
        if (garim_yaml_place(key, ret_line, ret_column)) return true;
    }
    struct fy_token *token = fy_node_get_scalar_token(inner(node));
    if (token == NULL) return false;
    const struct fy_mark *mark = fy_token_start_mark(token);
    if (mark == NULL) return false;
    *ret_line = (unsigned)mark->line + 1;
    *ret_column = (unsigned)mark->column + 1;
    return true;
}
