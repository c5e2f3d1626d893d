/* key.c - the master key that the options name
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>

#include "cli.h"

enum garim_status garim_cli_key_check(const struct garim_cli_settings *settings,
                                      struct garim_error *error)
{
    bool by_descriptor = settings->key_descriptor != GARIM_CLI_UNSET;
    if ((settings->key != NULL) + (settings->key_credential != NULL) +
            by_descriptor >
        1)
        return garim_cli_fail(error, GARIM_USAGE, "",
                              "more than one key is named; give one of --key, "
                              "--key-credential and --key-fd");
    return GARIM_OK;
}

enum garim_status garim_cli_key_open(const struct garim_cli_settings *settings,
                                     struct garim_key **ret_key,
                                     struct garim_error *error)
{
    *ret_key = NULL;
    if (settings->key != NULL)
        return garim_key_open_file(ret_key, settings->key, error);
    if (settings->key_credential != NULL)
        return garim_key_open_credential(ret_key, settings->key_credential,
                                         error);
    if (settings->key_descriptor != GARIM_CLI_UNSET)
        return garim_key_open_descriptor(ret_key, (int)settings->key_descriptor,
                                         error);
    return GARIM_OK;
}

const char *garim_cli_unless_key(const char *text)
{
    enum { DIGITS = 64 };
    size_t digits = 0;
    while (isxdigit((unsigned char)text[digits]))
        digits++;
    return digits == DIGITS && text[digits] == '\0'
               ? "(a key? then make a new one: this one is in the process list "
                 "and shell history now)"
               : text;
}
