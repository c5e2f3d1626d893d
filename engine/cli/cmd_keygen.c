/* cmd_keygen.c - garim keygen FILE: write a new master key
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "cli.h"

enum garim_status garim_cli_keygen(const struct garim_cli_settings *settings,
                                   struct garim_error *error)
{
    char id[17];
    const char *path = settings->operands[0];
    enum garim_status status = garim_key_generate(path, id, error);
    if (status != GARIM_OK) return status;
    printf("key id %s\nKeep ", id);
    garim_cli_put(stdout, path);
    printf(" secret and keep a copy in a safe place: who has it can "
           "compute\nthe token of any value, and without it no later run "
           "gives the same tokens.\n");
    return GARIM_OK;
}
