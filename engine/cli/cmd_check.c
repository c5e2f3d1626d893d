/* cmd_check.c - garim check POLICY: say what a policy does to a record
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli.h"
#include "text/json_write.h"

enum {
    SAMPLE_SEED = 1,
    NAME_COLUMNS_MAX = 24,
    SCREEN_COLUMNS = 80,
    YEARS_USUAL = 2,            /* until a release expires */
    CANDIDATES_USUAL = 1000000, /* that a mask leaves */
};

struct check {
    const struct garim_policy *policy;
    const struct garim_layout *layout;
    struct garim_policy_info info;
    struct garim_layout_info layout_info;
    size_t name_columns; /* of the longest field name, within reason */
    uint8_t *before, *after;
    char *text;
    size_t text_bytes;
    struct garim_error fault; /* the sample record broke its layout */
    char key_id[17];          /* of the key that the options name, or "" */
    bool key_published;
};

/* The key is opened as a run would, and only named. */
static enum garim_status look_at_key(struct check *check,
                                     const struct garim_cli_settings *settings,
                                     struct garim_error *error)
{
    struct garim_key *key = NULL;
    enum garim_status status = garim_cli_key_check(settings, error);
    if (status == GARIM_OK) status = garim_cli_key_open(settings, &key, error);
    if (status != GARIM_OK || key == NULL) return status;
    memcpy(check->key_id, garim_key_id(key), sizeof check->key_id);
    check->key_published = garim_key_is_published(key);
    garim_key_close(key);
    return GARIM_OK;
}

/* ---- the sample record --------------------------------------------------- */

static enum garim_status transform(struct check *check,
                                   const struct garim_engine *engine,
                                   struct garim_error *error)
{
    struct garim_context *context;
    enum garim_status status = garim_context_open(&context, engine, error);
    if (status != GARIM_OK) return status;
    status = garim_transform(context, check->before, 1, check->after,
                             check->info.output_bytes, NULL, error);
    garim_context_close(context);
    if (status != GARIM_DATA) return status;
    check->fault = *error;
    return GARIM_OK;
}

/* One record before and after, under a key that nobody keeps. */
static enum garim_status make_sample(struct check *check,
                                     struct garim_error *error)
{
    struct garim_key *key;
    struct garim_engine *engine;
    check->text_bytes = 4 * check->layout_info.record_bytes + 1;
    check->before = calloc(1, check->info.input_bytes);
    check->after = calloc(1, check->info.output_bytes);
    check->text = malloc(check->text_bytes);
    if (check->before == NULL || check->after == NULL || check->text == NULL)
        return garim_cli_fail(error, GARIM_TEMPORARY, "", "out of memory");
    garim_synth_fill(check->layout, SAMPLE_SEED, 0, 1, check->before);
    enum garim_status status = garim_key_open_random(&key, error);
    if (status != GARIM_OK) return status;
    status = garim_engine_open(&engine, check->policy, key, NULL, error);
    garim_key_close(key);
    if (status != GARIM_OK) return status;
    status = transform(check, engine, error);
    garim_engine_close(engine);
    return status;
}

static char *field_text(const struct check *check, size_t index,
                        const uint8_t *record)
{
    garim_layout_text(check->layout, index, record, check->text,
                      check->text_bytes, NULL);
    return check->text;
}

/* ---- warnings ------------------------------------------------------------ */

typedef void tell_function(void *user, const char *warning);

static void warn_of_edge(tell_function *tell, void *user, const char *name)
{
    char text[160];
    (void)snprintf(text, sizeof text,
                   "the %s is kept whatever it is; say how it begins, %s: "
                   "{keep: {begins: TEXT}}",
                   name, name);
    tell(user, text);
}

static bool is_unchecked(const struct check *check)
{
    return check->info.checked_bytes == 0 &&
           check->layout_info.terminator_bytes == 0;
}

static bool has_published_key(const struct check *check)
{
    return check->key_published;
}

static bool keeps_everything(const struct check *check)
{
    size_t kept = 0, others = 0;
    for (size_t i = 0; i < check->info.rule_count; i++) {
        struct garim_rule_info rule = {.size = sizeof rule};
        garim_policy_rule(check->policy, i, &rule);
        *(rule.keeps ? &kept : &others) += rule.fields;
    }
    return kept > 0 && others == 0;
}

static bool has_one_subject(const struct check *check)
{
    return check->info.subjects == 1;
}

static bool expects_collisions(const struct check *check)
{
    return check->info.budget > 1;
}

static bool lasts_long(const struct check *check)
{
    char limit[32];
    time_t now = time(NULL);
    struct tm utc;
    if (gmtime_r(&now, &utc) == NULL) return false;
    (void)snprintf(limit, sizeof limit, "%04d-%02d-%02d",
                   utc.tm_year + 1900 + YEARS_USUAL, utc.tm_mon + 1,
                   utc.tm_mday);
    return strcmp(check->info.expires, limit) > 0;
}

/* Warnings about the policy as a whole. */
static const struct warning {
    bool (*applies)(const struct check *check);
    const char *text;
} warnings[] = {
    {is_unchecked,
     "no byte of a record is checked: in a file that lost or gained a byte the "
     "rules hide the wrong ones, and nobody is told; say what fields expect "
     "(POLICY.md, Expect)"},
    {has_published_key,
     "the key is the one that the documentation prints: anybody can compute "
     "its tokens; make one with garim keygen"},
    {keeps_everything,
     "every field is kept: the receiver gets the file as it is; give the "
     "fields about people a rule that hides them"},
    {has_one_subject,
     "subjects is 1: with one subject no tokens can collide, and the budget "
     "checks nothing; say how many there are"},
    {expects_collisions,
     "budget is above 1: some subjects will share a token with another; use "
     "longer tokens, or say 1 at most"},
    {lasts_long,
     "expires is more than two years away: nobody will look at this release "
     "again before then; let it end sooner"},
};

static void warn_of_span(const struct garim_span_info *span,
                         tell_function *tell, void *user)
{
    char text[256];
    if (span->leaves_nulls) {
        (void)snprintf(text, sizeof text,
                       "nulls of field %s leave in the clear under %s, and in "
                       "type bytes they may be values; say null: apply, or "
                       "remove null: from the layout",
                       span->field, span->rule);
        tell(user, text);
    }
    if (span->candidates > 0 && span->candidates < CANDIDATES_USUAL) {
        (void)snprintf(text, sizeof text,
                       "the mask of field %s leaves about %.0f values to "
                       "guess from, and other fields may tell which; keep "
                       "fewer characters, or use token or blank",
                       span->field, span->candidates);
        tell(user, text);
    }
}

static void warn(const struct check *check, tell_function *tell, void *user)
{
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++)
        if (warnings[i].applies(check)) tell(user, warnings[i].text);
    if (check->info.header_unchecked) warn_of_edge(tell, user, "header");
    if (check->info.trailer_unchecked) warn_of_edge(tell, user, "trailer");
    for (size_t i = 0; i < check->info.span_count; i++) {
        struct garim_span_info span = {.size = sizeof span};
        garim_policy_span(check->policy, i, &span);
        warn_of_span(&span, tell, user);
    }
}

static void print_warning(void *user, const char *warning)
{
    (void)user;
    fputs("warning: ", stdout);
    garim_cli_put(stdout, warning);
    fputc('\n', stdout);
}

static void json_warning(void *user, const char *warning)
{
    garim_json_text(user, NULL, warning);
}

/* ---- for a person -------------------------------------------------------- */

static void print_edge_note(const char *name, size_t bytes, size_t record_bytes)
{
    if (bytes > 0 && bytes % record_bytes == 0)
        printf("note: the %s is as long as whole records: in a file without "
               "it, records take its place\n",
               name);
}

static void print_title(const struct check *check)
{
    const struct garim_policy_info *info = &check->info;
    const struct garim_layout_info *layout = &check->layout_info;
    printf("%s -> %s, %s, epoch %s (%s), until %s\n", layout->name,
           info->recipient, info->purpose, info->epoch, info->basis,
           info->expires);
    printf("records of %zu bytes, %s, %s", layout->record_bytes,
           layout->encoding, layout->framing);
    if (layout->header_bytes > 0)
        printf(", header of %zu bytes", layout->header_bytes);
    if (layout->trailer_bytes > 0)
        printf(", trailer of %zu bytes", layout->trailer_bytes);
    printf("; policy %.8s\n", info->digest);
    if (check->key_id[0] != '\0') printf("key %s\n", check->key_id);
    if (info->checked_bytes > 0)
        printf("checked in every record: %zu of %zu bytes\n",
               info->checked_bytes, layout->record_bytes);
    warn(check, print_warning, NULL);
    garim_cli_findings_print(check->policy);
    print_edge_note("header", layout->header_bytes, info->input_bytes);
    print_edge_note("trailer", layout->trailer_bytes, info->input_bytes);
}

static void print_details(const struct garim_span_info *span)
{
    printf("  %-6s  %-8s  ", span->type, span->rule);
    garim_cli_put(stdout, span->details);
    fputc('\n', stdout);
}

static void print_spans(const struct check *check)
{
    printf("\n     at  bytes  ");
    garim_cli_cell(stdout, "field", check->name_columns);
    printf("  type    rule      details\n");
    for (size_t i = 0; i < check->info.span_count; i++) {
        struct garim_span_info span = {.size = sizeof span};
        garim_policy_span(check->policy, i, &span);
        printf("  %5zu  %5zu  ", span.at, span.bytes);
        garim_cli_cell(stdout, span.field[0] == '\0' ? "(none)" : span.field,
                       check->name_columns);
        if (span.details[0] == '\0')
            printf("  %-6s  %s\n", span.type, span.rule);
        else
            print_details(&span);
    }
}

static void print_domains(const struct check *check)
{
    size_t columns = strlen("domain");
    if (check->info.domain_count == 0) return;
    for (size_t i = 0; i < check->info.domain_count; i++) {
        struct garim_domain_info domain = {.size = sizeof domain};
        garim_policy_domain(check->policy, i, &domain);
        size_t wide = garim_cli_columns(domain.name);
        if (wide > columns) columns = wide;
    }
    if (columns > NAME_COLUMNS_MAX) columns = NAME_COLUMNS_MAX;
    printf("\n  ");
    garim_cli_cell(stdout, "domain", columns);
    printf("  canonical   bits  colliding pairs expected of %s subjects\n",
           GARIM_CLI_COUNT(check->info.subjects));
    for (size_t i = 0; i < check->info.domain_count; i++) {
        struct garim_domain_info domain = {.size = sizeof domain};
        garim_policy_domain(check->policy, i, &domain);
        printf("  ");
        garim_cli_cell(stdout, domain.name, columns);
        printf("  %-9s  %5.4g  %.2g (budget %g)\n", domain.canonical,
               domain.token_bits, domain.expected_collisions,
               check->info.budget);
    }
}

static void print_sample(const struct check *check)
{
    size_t screen = garim_cli_terminal_columns(STDOUT_FILENO, SCREEN_COLUMNS);
    size_t room = screen > 60 ? screen - 1 : 60;
    size_t columns = (room - check->name_columns - 6) / 2;
    printf("\n  ");
    garim_cli_cell(stdout, "a sample", check->name_columns);
    printf("  ");
    garim_cli_cell(stdout, "before", columns);
    printf("  after, under a throw-away key\n");
    for (size_t i = 0; i < check->layout_info.field_count; i++) {
        struct garim_field_info field = {.size = sizeof field};
        garim_layout_field(check->layout, i, &field);
        printf("  ");
        garim_cli_cell(stdout, field.name, check->name_columns);
        printf("  ");
        garim_cli_cell(stdout,
                       garim_cli_trim(field_text(check, i, check->before)),
                       columns);
        printf("  ");
        (void)garim_cli_trim(field_text(check, i, check->after));
        size_t used = garim_cli_columns(check->text);
        garim_cli_cell(stdout, check->text, used < columns ? used : columns);
        putchar('\n');
    }
    if (check->fault.status != GARIM_OK)
        printf("  The sample itself broke the layout and was blanked (field "
               "%s: %s).\n",
               check->fault.field, check->fault.message);
}

static void print_text(struct check *check)
{
    check->name_columns = strlen("a sample");
    for (size_t i = 0; i < check->layout_info.field_count; i++) {
        struct garim_field_info field = {.size = sizeof field};
        garim_layout_field(check->layout, i, &field);
        size_t columns = garim_cli_columns(field.name);
        if (columns > check->name_columns) check->name_columns = columns;
    }
    if (check->name_columns > NAME_COLUMNS_MAX)
        check->name_columns = NAME_COLUMNS_MAX;
    print_title(check);
    print_spans(check);
    print_domains(check);
    print_sample(check);
}

/* ---- for a program ------------------------------------------------------- */

static void json_policy(struct garim_json *json, const struct check *check)
{
    const struct garim_policy_info *info = &check->info;
    const struct garim_layout_info *layout = &check->layout_info;
    garim_json_open(json, "policy", '{');
    garim_json_text(json, "name", layout->name);
    garim_json_text(json, "recipient", info->recipient);
    garim_json_text(json, "purpose", info->purpose);
    garim_json_text(json, "basis", info->basis);
    garim_json_text(json, "epoch", info->epoch);
    garim_json_text(json, "expires", info->expires);
    garim_json_count(json, "subjects", info->subjects);
    garim_json_number(json, "budget", info->budget);
    garim_json_text(json, "digest", info->digest);
    garim_json_count(json, "checked_bytes", info->checked_bytes);
    garim_json_close(json, '}');
    garim_json_open(json, "layout", '{');
    garim_json_text(json, "encoding", layout->encoding);
    garim_json_text(json, "framing", layout->framing);
    garim_json_count(json, "record_bytes", layout->record_bytes);
    garim_json_count(json, "terminator_bytes", layout->terminator_bytes);
    garim_json_count(json, "header_bytes", layout->header_bytes);
    garim_json_count(json, "trailer_bytes", layout->trailer_bytes);
    garim_json_close(json, '}');
}

static void json_spans(struct garim_json *json, const struct check *check)
{
    garim_json_open(json, "spans", '[');
    for (size_t i = 0; i < check->info.span_count; i++) {
        struct garim_span_info span = {.size = sizeof span};
        garim_policy_span(check->policy, i, &span);
        garim_json_open(json, NULL, '{');
        garim_json_count(json, "at", span.at);
        garim_json_count(json, "bytes", span.bytes);
        garim_json_text(json, "field", span.field[0] ? span.field : NULL);
        garim_json_text(json, "type", span.type[0] ? span.type : NULL);
        garim_json_text(json, "rule", span.rule);
        garim_json_text(json, "details", span.details);
        garim_json_close(json, '}');
    }
    garim_json_close(json, ']');
}

static void json_domains(struct garim_json *json, const struct check *check)
{
    garim_json_open(json, "domains", '[');
    for (size_t i = 0; i < check->info.domain_count; i++) {
        struct garim_domain_info domain = {.size = sizeof domain};
        garim_policy_domain(check->policy, i, &domain);
        garim_json_open(json, NULL, '{');
        garim_json_text(json, "name", domain.name);
        garim_json_text(json, "canonical", domain.canonical);
        garim_json_number(json, "token_bits", domain.token_bits);
        garim_json_number(json, "expected_collisions",
                          domain.expected_collisions);
        garim_json_close(json, '}');
    }
    garim_json_close(json, ']');
}

static void print_json(const struct check *check)
{
    struct garim_json json = {.file = stdout, .line_depth = 2};
    garim_json_open(&json, NULL, '{');
    garim_json_text(&json, "garim", garim_version());
    json_policy(&json, check);
    garim_json_open(&json, "warnings", '[');
    warn(check, json_warning, &json);
    garim_json_close(&json, ']');
    garim_cli_findings_json(check->policy, &json);
    if (check->key_id[0] != '\0') {
        garim_json_text(&json, "key_id", check->key_id);
        garim_json_bool(&json, "key_published", check->key_published);
    }
    json_spans(&json, check);
    json_domains(&json, check);
    garim_json_open(&json, "sample", '[');
    for (size_t i = 0; i < check->layout_info.field_count; i++) {
        struct garim_field_info field = {.size = sizeof field};
        garim_layout_field(check->layout, i, &field);
        garim_json_open(&json, NULL, '{');
        garim_json_text(&json, "field", field.name);
        garim_json_text(&json, "before", field_text(check, i, check->before));
        garim_json_text(&json, "after", field_text(check, i, check->after));
        garim_json_close(&json, '}');
    }
    garim_json_close(&json, ']');
    garim_json_close(&json, '}');
}

enum garim_status garim_cli_check(const struct garim_cli_settings *settings,
                                  struct garim_error *error)
{
    struct garim_policy *policy;
    enum garim_status status =
        garim_policy_open(&policy, settings->operands[0], error);
    if (status != GARIM_OK) return status;
    struct check check = {
        .policy = policy,
        .layout = garim_policy_layout(policy),
        .info.size = sizeof check.info,
        .layout_info.size = sizeof check.layout_info,
    };
    garim_policy_describe(policy, &check.info);
    garim_layout_describe(check.layout, &check.layout_info);
    status = look_at_key(&check, settings, error);
    if (status == GARIM_OK) status = make_sample(&check, error);
    if (status == GARIM_OK && settings->json)
        print_json(&check);
    else if (status == GARIM_OK)
        print_text(&check);
    free(check.before);
    free(check.after);
    free(check.text);
    garim_policy_close(policy);
    return status;
}
