/* options.c - reading a command line by the tables of commands.c
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "text/nearest.h"

/* Keep `candidate` in `*nearest` if it is closer to `typed` than what is there;
 * the beginning of a name is as good as one edit. */
static void consider(const char *typed, const char *candidate,
                     const char **nearest, size_t *nearest_edits)
{
    size_t edits = garim_text_distance(typed, candidate);
    size_t length = strlen(typed);
    if (length >= 2 && strncmp(typed, candidate, length) == 0) edits = 1;
    if (edits > 2 || edits >= length || edits >= *nearest_edits) return;
    *nearest = candidate;
    *nearest_edits = edits;
}

const struct garim_cli_command *garim_cli_find(const char *name,
                                               struct garim_error *error)
{
    const char *nearest = NULL;
    size_t nearest_edits = SIZE_MAX;
    for (size_t i = 0; i < GARIM_CLI_COUNT; i++) {
        if (strcmp(garim_cli_commands[i].name, name) == 0)
            return &garim_cli_commands[i];
        consider(name, garim_cli_commands[i].name, &nearest, &nearest_edits);
    }
    consider(name, "help", &nearest, &nearest_edits);
    const char *what = name[0] == '-' ? "option" : "command";
    if (nearest != NULL)
        garim_cli_fail(error, GARIM_USAGE, "",
                       "unknown %s %s; did you mean %s?", what, name, nearest);
    else
        garim_cli_fail(error, GARIM_USAGE, "",
                       "unknown %s %s; garim --help lists the commands", what,
                       garim_cli_unless_key(name));
    return NULL;
}

/* Where parsing stands. */
struct parser {
    const struct garim_cli_command *command;
    struct garim_cli_settings *settings;
    struct garim_error *error;
    char *const *next;
    char *const *end;
    uint64_t given; /* bit of the index of each option seen */
    size_t operand_count;
};

static const struct garim_cli_option *find_option(const struct parser *parser,
                                                  const char *name,
                                                  size_t length, char letter)
{
    for (size_t i = 0; i < garim_cli_option_count; i++) {
        const struct garim_cli_option *option = &garim_cli_options[i];
        if (!garim_cli_takes(parser->command, option)) continue;
        if (name != NULL ? strlen(option->name) == length &&
                               memcmp(option->name, name, length) == 0
                         : letter != 0 && option->letter == letter)
            return option;
    }
    return NULL;
}

static enum garim_status unknown_option(const struct parser *parser,
                                        const char *name, size_t length)
{
    char typed[64] = "";
    const char *nearest = NULL;
    size_t nearest_edits = SIZE_MAX;
    if (length < sizeof typed) memcpy(typed, name, length);
    for (size_t i = 0; i < garim_cli_option_count; i++)
        if (garim_cli_takes(parser->command, &garim_cli_options[i]))
            consider(typed, garim_cli_options[i].name, &nearest,
                     &nearest_edits);
    const char *command = parser->command->name;
    if (nearest != NULL)
        return garim_cli_fail(parser->error, GARIM_USAGE, "",
                              "%s has no option --%.*s; did you mean --%s?",
                              command, (int)length, name, nearest);
    return garim_cli_fail(parser->error, GARIM_USAGE, "",
                          "%s has no option --%.*s; garim %s --help lists "
                          "those it has",
                          command, (int)length, name, command);
}

/* Decimal or octal digits only, no sign, no blanks; false also on overflow. */
static bool read_digits(const char *text, size_t length, unsigned base,
                        uint64_t *ret_value)
{
    uint64_t value = 0;
    if (length == 0) return false;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned)text[i] - '0';
        if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *ret_value = value;
    return true;
}

static bool read_size(const char *text, uint64_t *ret_value)
{
    static const char units[] = "kmg";
    size_t length = strlen(text);
    unsigned shift = 0;
    if (length > 0) {
        const char *unit =
            strchr(units, tolower((unsigned char)text[length - 1]));
        if (unit != NULL && *unit != '\0') {
            shift = 10 * (unsigned)(unit - units + 1);
            length--;
        }
    }
    uint64_t value;
    if (!read_digits(text, length, 10, &value)) return false;
    return !__builtin_mul_overflow(value, UINT64_C(1) << shift, ret_value);
}

static bool read_range(const char *text, struct garim_cli_range *ret_range)
{
    struct garim_cli_range range = {0, UINT64_MAX};
    const char *colon = strchr(text, ':');
    if (colon == NULL) return false;
    size_t length = (size_t)(colon - text);
    if (length > 0 && !read_digits(text, length, 10, &range.first))
        return false;
    if (colon[1] != '\0' &&
        !read_digits(colon + 1, strlen(colon + 1), 10, &range.end))
        return false;
    if (range.first >= range.end) return false;
    *ret_range = range;
    return true;
}

static bool read_choice(const struct garim_cli_option *option, const char *text,
                        uint64_t *ret_value)
{
    for (uint64_t i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], text) != 0) continue;
        *ret_value = i;
        return true;
    }
    return false;
}

static bool read_choices(const struct garim_cli_option *option,
                         const char *text, uint64_t *ret_bits)
{
    uint64_t bits = 0;
    for (const char *at = text; at != NULL;) {
        const char *comma = strchr(at, ',');
        char word[32];
        uint64_t index;
        const size_t length = comma == NULL ? strlen(at) : (size_t)(comma - at);
        if (length >= sizeof word) return false;
        (void)snprintf(word, sizeof word, "%.*s", (int)length, at);
        if (!read_choice(option, word, &index)) return false;
        bits |= UINT64_C(1) << index;
        at = comma == NULL ? NULL : comma + 1;
    }
    *ret_bits = bits;
    return true;
}

/* What a value must be, in words. */
static void describe_value(const struct garim_cli_option *option, char *text,
                           size_t size)
{
    size_t used = 0;
    switch (option->kind) {
    case GARIM_CLI_NUMBER:
        (void)snprintf(text, size, "a number from %llu to %llu",
                       (unsigned long long)option->min,
                       (unsigned long long)option->max);
        break;
    case GARIM_CLI_SIZE:
        (void)snprintf(
            text, size,
            "a size from %lluk to %llum with k, m or g, such as 512k",
            (unsigned long long)option->min >> 10,
            (unsigned long long)option->max >> 20);
        break;
    case GARIM_CLI_OCTAL:
        (void)snprintf(text, size, "octal permission bits, such as 0640");
        break;
    case GARIM_CLI_RANGE:
        (void)snprintf(
            text, size,
            "a range A:B of record numbers from 0, A before B, such as "
            "0:10");
        break;
    case GARIM_CLI_CHOICE:
    case GARIM_CLI_CHOICES:
        for (size_t i = 0; option->choices[i] != NULL && used < size; i++)
            used += (size_t)snprintf(text + used, size - used, "%s%s",
                                     i > 0 ? ", "
                                     : option->kind == GARIM_CLI_CHOICES
                                         ? "some of "
                                         : "one of ",
                                     option->choices[i]);
        break;
    default:
        (void)snprintf(text, size, "a value");
    }
}

static bool store_value(const struct garim_cli_option *option,
                        const char *value, char *place)
{
    uint64_t *number = (uint64_t *)(void *)place;
    switch (option->kind) {
    case GARIM_CLI_FLAG:
        *(bool *)place = true;
        return true;
    case GARIM_CLI_TEXT:
    case GARIM_CLI_FILE:
        *(const char **)(void *)place = value;
        return value[0] != '\0';
    case GARIM_CLI_NUMBER:
        return read_digits(value, strlen(value), 10, number) &&
               *number >= option->min && *number <= option->max;
    case GARIM_CLI_SIZE:
        return read_size(value, number) && *number >= option->min &&
               *number <= option->max;
    case GARIM_CLI_OCTAL:
        return read_digits(value, strlen(value), 8, number) &&
               *number >= option->min && *number <= option->max;
    case GARIM_CLI_CHOICE:
        return read_choice(option, value, number);
    case GARIM_CLI_CHOICES:
        return read_choices(option, value, number);
    case GARIM_CLI_RANGE:
        return read_range(value, (struct garim_cli_range *)(void *)place);
    }
    return false;
}

static enum garim_status set_option(struct parser *parser,
                                    const struct garim_cli_option *option,
                                    const char *value)
{
    uint64_t bit = UINT64_C(1) << (option - garim_cli_options);
    if (parser->given & bit)
        return garim_cli_fail(parser->error, GARIM_USAGE, "",
                              "option --%s is given twice; give it once",
                              option->name);
    parser->given |= bit;
    if (store_value(option, value, (char *)parser->settings + option->offset))
        return GARIM_OK;
    char wanted[128];
    describe_value(option, wanted, sizeof wanted);
    const size_t length = strlen(value);
    if (option->kind == GARIM_CLI_SIZE && length > 0 &&
        strspn(value, "0123456789") == length && value[0] != '0')
        return garim_cli_fail(parser->error, GARIM_USAGE, "",
                              "option --%s needs %s; %s are bytes, perhaps "
                              "%sm is meant",
                              option->name, wanted, value, value);
    return garim_cli_fail(parser->error, GARIM_USAGE, "",
                          "option --%s needs %s, not \"%s\"", option->name,
                          wanted, garim_cli_unless_key(value));
}

/* The value of `option`: `attached` if it is not NULL, else the next argument,
 * which must not look like an option. */
static enum garim_status take_value(struct parser *parser,
                                    const struct garim_cli_option *option,
                                    const char *attached)
{
    const char *value = attached;
    if (value == NULL && parser->next < parser->end) {
        value = *parser->next;
        if (value[0] == '-' && value[1] != '\0') value = NULL;
    }
    if (value == NULL)
        return garim_cli_fail(parser->error, GARIM_USAGE, "",
                              "option --%s needs a value; write --%s=%s",
                              option->name, option->name, option->value);
    if (attached == NULL) parser->next++;
    return set_option(parser, option, value);
}

static enum garim_status long_option(struct parser *parser, const char *name)
{
    size_t length = strcspn(name, "=");
    const char *attached = name[length] == '=' ? name + length + 1 : NULL;
    const struct garim_cli_option *option =
        find_option(parser, name, length, 0);
    if (option == NULL) return unknown_option(parser, name, length);
    if (option->kind != GARIM_CLI_FLAG)
        return take_value(parser, option, attached);
    if (attached != NULL)
        return garim_cli_fail(parser->error, GARIM_USAGE, "",
                              "option --%s takes no value; write --%s alone",
                              option->name, option->name);
    return set_option(parser, option, "");
}

static enum garim_status short_options(struct parser *parser,
                                       const char *letters)
{
    for (; *letters != '\0'; letters++) {
        const struct garim_cli_option *option =
            find_option(parser, NULL, 0, *letters);
        if (option == NULL)
            return garim_cli_fail(parser->error, GARIM_USAGE, "",
                                  "%s has no option -%c; garim %s --help "
                                  "lists those it has",
                                  parser->command->name, *letters,
                                  parser->command->name);
        if (option->kind != GARIM_CLI_FLAG)
            return take_value(parser, option,
                              letters[1] != '\0' ? letters + 1 : NULL);
        enum garim_status status = set_option(parser, option, "");
        if (status != GARIM_OK) return status;
    }
    return GARIM_OK;
}

static enum garim_status take_operand(struct parser *parser,
                                      const char *argument)
{
    if (parser->command->operands[parser->operand_count] == NULL)
        return garim_cli_fail(parser->error, GARIM_USAGE, "",
                              "%s does not take the argument %s; garim %s "
                              "--help shows what it takes",
                              parser->command->name,
                              garim_cli_unless_key(argument),
                              parser->command->name);
    if (argument[0] == '\0')
        return garim_cli_fail(parser->error, GARIM_USAGE, "",
                              "%s is empty; give a name",
                              parser->command->operands[parser->operand_count]);
    parser->settings->operands[parser->operand_count++] = argument;
    return GARIM_OK;
}

static enum garim_status check_complete(const struct parser *parser)
{
    const struct garim_cli_command *command = parser->command;
    const char *missing = command->operands[parser->operand_count];
    char text[64];
    for (size_t i = 0; missing == NULL && i < garim_cli_option_count; i++) {
        const struct garim_cli_option *option = &garim_cli_options[i];
        if (!option->required || !garim_cli_takes(command, option) ||
            parser->given >> i & 1)
            continue;
        (void)snprintf(text, sizeof text, "--%s %s", option->name,
                       option->value);
        missing = text;
    }
    if (missing == NULL) return GARIM_OK;
    return garim_cli_fail(parser->error, GARIM_USAGE, "",
                          "%s needs %s; garim %s --help shows how",
                          command->name, missing, command->name);
}

enum garim_status garim_cli_parse(const struct garim_cli_command *command,
                                  int argc, char *const *argv,
                                  struct garim_cli_settings *ret_settings,
                                  struct garim_error *error)
{
    struct parser parser = {
        .command = command,
        .settings = ret_settings,
        .error = error,
        .next = argv,
        .end = argv + argc,
    };
    bool options_end = false;
    *ret_settings = garim_cli_defaults;
    while (parser.next < parser.end) {
        const char *argument = *parser.next++;
        enum garim_status status = GARIM_OK;
        if (options_end || argument[0] != '-' || argument[1] == '\0')
            status = take_operand(&parser, argument);
        else if (strcmp(argument, "--") == 0)
            options_end = true;
        else if (argument[1] == '-')
            status = long_option(&parser, argument + 2);
        else
            status = short_options(&parser, argument + 1);
        if (status != GARIM_OK) return status;
        if (ret_settings->help) return GARIM_OK;
    }
    return check_complete(&parser);
}
