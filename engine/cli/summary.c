/* summary.c - what a job did, on one screen
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

#include "cli.h"

enum { SECOND_COLUMN = 34, REJECTS_SHOWN = 5, FIELDS_SHOWN = 6 };

/* A label, a text in the first column and one in the second. */
static void two_columns(const char *label, const char *first,
                        const char *second)
{
    fprintf(stderr, "  %-8s  ", label);
    if (second[0] == '\0')
        fprintf(stderr, "%s\n", first);
    else
        fprintf(stderr, "%-*s  %s\n", SECOND_COLUMN - 2, first, second);
}

static void print_amounts(const struct garim_report *report, bool generated)
{
    char records[96], bytes[96];
    uint64_t in = report->records_in, out = report->records_out;
    if (generated) {
        (void)snprintf(records, sizeof records, "%s", GARIM_CLI_COUNT(out));
        (void)snprintf(bytes, sizeof bytes, "%s",
                       GARIM_CLI_BYTES((double)report->bytes_out));
    } else {
        (void)snprintf(records, sizeof records, "%s in, %s out",
                       GARIM_CLI_COUNT(in),
                       in == out ? "the same" : GARIM_CLI_COUNT(out));
        (void)snprintf(bytes, sizeof bytes, "%s in, %s out",
                       GARIM_CLI_BYTES((double)report->bytes_in),
                       GARIM_CLI_BYTES((double)report->bytes_out));
    }
    two_columns("records", records, bytes);
}

static void print_time(const struct garim_report *report, bool generated)
{
    char rates[96] = "";
    uint64_t bytes = (generated ? report->bytes_out : report->bytes_in) -
                     report->resumed_bytes;
    uint64_t records = (generated ? report->records_out : report->records_in) -
                       report->resumed_records;
    if (report->seconds > 0)
        (void)snprintf(
            rates, sizeof rates, "%s/s, %srecords/s",
            GARIM_CLI_BYTES((double)bytes / report->seconds),
            garim_cli_rate((char[32]){0}, (double)records / report->seconds));
    two_columns("time", GARIM_CLI_DURATION(report->seconds), rates);
}

/* What is hidden first. */
static void print_rules(const struct garim_policy *policy,
                        const struct garim_policy_info *info)
{
    const char *separator = "";
    for (size_t i = info->rule_count; i-- > 0;) {
        struct garim_rule_info rule = {.size = sizeof rule};
        garim_policy_rule(policy, i, &rule);
        if (rule.fields == 0) continue;
        fprintf(stderr, "%s%zu %s", separator, rule.fields, rule.participle);
        separator = ", ";
    }
}

/* The counter of a field that is called `name`, "nulls" among them, or 0. */
static uint64_t counter_of(const struct garim_field_report *field,
                           const char *name)
{
    if (strcmp(name, "nulls") == 0) return field->nulls;
    for (size_t i = 0; i < field->counter_count; i++)
        if (strcmp(field->counters[i].name, name) == 0)
            return field->counters[i].count;
    return 0;
}

/* "; nulls: email 1,204, name 3", or nothing.  A blanked field that was blank
 * is no news; the report has every number. */
static void print_field_counts(const struct garim_report *report,
                               const char *name)
{
    size_t found = 0;
    for (size_t i = 0; i < report->field_count; i++) {
        const struct garim_field_report *field = &report->fields[i];
        const uint64_t count = counter_of(field, name);
        if (count == 0 || strcmp(field->rule, "blank") == 0) continue;
        if (found == 0) fprintf(stderr, "; %s: ", name);
        if (found < FIELDS_SHOWN)
            fprintf(stderr, "%s%s %s", found == 0 ? "" : ", ", field->field,
                    GARIM_CLI_COUNT(count));
        found++;
    }
    if (found > FIELDS_SHOWN)
        fprintf(stderr, " and %zu more fields", found - FIELDS_SHOWN);
}

/* Nulls, then every other counter once. */
static void print_counts(const struct garim_report *report)
{
    const char *told[GARIM_COUNTERS_MAX * 4] = {"nulls"};
    size_t count = 1;
    for (size_t i = 0; i < report->field_count; i++)
        for (size_t k = 0; k < report->fields[i].counter_count; k++) {
            const char *name = report->fields[i].counters[k].name;
            size_t at = 0;
            while (at < count && strcmp(told[at], name) != 0)
                at++;
            if (at == count && count < sizeof told / sizeof *told)
                told[count++] = name;
        }
    for (size_t i = 0; i < count; i++)
        print_field_counts(report, told[i]);
}

static void print_rejects(const struct garim_report *report)
{
    if (report->reject_count == 0) return;
    fprintf(stderr, "  rejects   %s blanked whole: record",
            GARIM_CLI_COUNT(report->reject_count));
    if (report->reject_count > 1) fputc('s', stderr);
    for (size_t i = 0; i < report->reject_count && i < REJECTS_SHOWN; i++)
        fprintf(stderr, "%s %s", i == 0 ? "" : ",",
                GARIM_CLI_COUNT(report->rejects[i].record));
    if (report->reject_count > REJECTS_SHOWN)
        fprintf(stderr, " and %s more",
                GARIM_CLI_COUNT(report->reject_count - REJECTS_SHOWN));
    fputc('\n', stderr);
}

static void print_engine(const struct garim_report *report, bool generated)
{
    bool in = report->direct_in, out = report->direct_out;
    const char *way = out && (in || generated) ? "O_DIRECT"
                      : in                     ? "O_DIRECT in"
                      : out                    ? "O_DIRECT out"
                                               : "buffered";
    fprintf(stderr, "  engine    %s, %s, %u lane%s", report->io, way,
            report->lanes, report->lanes == 1 ? "" : "s");
    if (report->kernels != NULL && report->kernels[0] != '\0')
        fprintf(stderr, ", %s", report->kernels);
    if (report->peak_memory_bytes > 0)
        fprintf(stderr, "; peak memory %s",
                garim_cli_memory((char[32]){0}, report->peak_memory_bytes));
    fputc('\n', stderr);
    if (report->notes[0] != '\0') {
        fputs("  notes     ", stderr);
        garim_cli_put(stderr, report->notes);
        fputc('\n', stderr);
    }
}

static void print_output(const struct garim_cli_settings *settings,
                         const struct garim_policy_info *policy,
                         const struct garim_report *report)
{
    struct stat status;
    if (garim_cli_is_stream(settings->output))
        fputs("  output    standard output", stderr);
    else {
        fputs("  output    ", stderr);
        garim_cli_put(stderr, settings->output);
    }
    if (report->published && stat(settings->output, &status) == 0)
        fprintf(stderr, ", mode %04o", status.st_mode & 07777u);
    if (policy != NULL) {
        fputs("; ", stderr);
        if (report->key_id[0] != '\0')
            fprintf(stderr, "key %s, ", report->key_id);
        fprintf(stderr, "policy %.8s", policy->digest);
    }
    fputc('\n', stderr);
    if (report->digest[0] != '\0')
        fprintf(stderr, "  digest    fs-verity sha256:%s\n", report->digest);
}

void garim_cli_summary(const char *title,
                       const struct garim_cli_settings *settings,
                       const struct garim_policy *policy,
                       const struct garim_report *report)
{
    struct garim_policy_info info = {.size = sizeof info};
    bool generated = policy == NULL;
    if (!generated) garim_policy_describe(policy, &info);
    fprintf(stderr, "%s\n", title);
    print_amounts(report, generated);
    print_time(report, generated);
    if (report->resumed_records > 0)
        fprintf(stderr, "  resumed   after %s records of an earlier run\n",
                GARIM_CLI_COUNT(report->resumed_records));
    if (!generated) {
        fputs("  fields    ", stderr);
        print_rules(policy, &info);
        print_counts(report);
        fputc('\n', stderr);
        print_rejects(report);
    }
    print_engine(report, generated);
    print_output(settings, generated ? NULL : &info, report);
}
