/* cmd_synth.c - garim synth LAYOUT -n N: write a file of sample records
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli.h"

enum garim_status garim_cli_synth(const struct garim_cli_settings *settings,
                                  struct garim_error *error)
{
    struct garim_cli_job job;
    struct garim_layout *layout;
    struct garim_report report = {.size = sizeof report};
    enum garim_status status =
        garim_cli_guard(settings, settings->operands[0], error);
    if (status == GARIM_OK)
        status = garim_layout_open(&layout, settings->operands[0], error);
    if (status != GARIM_OK) return status;
    status = garim_cli_job_open(&job, settings, true, error);
    if (status != GARIM_OK) {
        garim_layout_close(layout);
        return status;
    }
    status = garim_synth(layout, settings->seed, settings->count, &job.options,
                         &report, error);
    garim_cli_job_close(&job);
    if (status == GARIM_OK && !settings->quiet) {
        struct garim_layout_info info = {.size = sizeof info};
        char title[192];
        garim_layout_describe(layout, &info);
        (void)snprintf(title, sizeof title, "%s, sample records of seed %llu",
                       info.name, (unsigned long long)settings->seed);
        garim_cli_summary(title, settings, NULL, &report);
    }
    garim_report_clear(&report);
    garim_layout_close(layout);
    return status;
}
