/* findings.c - what the library finds in a policy, for a person and a program
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <assert.h>

#include "cli.h"
#include "text/json_write.h"

static const char *const severities[] = {
    [GARIM_SEVERITY_NOTE] = "note",
    [GARIM_SEVERITY_WARNING] = "warning",
    [GARIM_SEVERITY_ERROR] = "error",
};
static_assert(sizeof severities / sizeof *severities ==
                  GARIM_SEVERITY_ERROR + 1,
              "a word for each");

void garim_cli_findings_print(const struct garim_policy *policy)
{
    struct garim_finding finding = {.size = sizeof finding};
    for (size_t i = 0; i < garim_policy_findings(policy, i, &finding, 1); i++) {
        printf("%s: ", severities[finding.severity]);
        garim_cli_put(stdout, finding.message);
        fputs("; ", stdout);
        garim_cli_put(stdout, finding.way_out);
        printf(" (%s, line %u)\n", finding.code, finding.line);
    }
}

void garim_cli_findings_json(const struct garim_policy *policy,
                             struct garim_json *json)
{
    struct garim_finding finding = {.size = sizeof finding};
    garim_json_open(json, "findings", '[');
    for (size_t i = 0; i < garim_policy_findings(policy, i, &finding, 1); i++) {
        garim_json_open(json, NULL, '{');
        garim_json_text(json, "code", finding.code);
        garim_json_text(json, "severity", severities[finding.severity]);
        garim_json_count(json, "line", finding.line);
        garim_json_count(json, "column", finding.column);
        garim_json_text(json, "field", finding.field[0] ? finding.field : NULL);
        garim_json_text(json, "message", finding.message);
        garim_json_text(json, "way_out", finding.way_out);
        garim_json_close(json, '}');
    }
    garim_json_close(json, ']');
}
