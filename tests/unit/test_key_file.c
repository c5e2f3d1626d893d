/* test_key_file.c - keys: made with care, opened with suspicion
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <signal.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "crypto/crypto.h"
#include "crypto/key.h"

static const char example[] =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n";
static const char example_id[] = "a2e9e14f8223c1f6";

static char folder[] = "/tmp/garim-test-key-XXXXXX";

static void enter_folder(void)
{
    cr_assert_not_null(mkdtemp(folder));
    cr_assert(chdir(folder) == 0);
}

static void leave_folder(void)
{
    static const char *const names[] = {"key", "link", "secret"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (unlink(names[i]) != 0) (void)rmdir(names[i]);
    cr_assert(rmdir(folder) == 0, "the test left a file behind");
}

TestSuite(key_file, .init = enter_folder, .fini = leave_folder);

static void put(const char *name, const void *text, size_t bytes, mode_t mode)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text, bytes), (ssize_t)bytes);
    cr_assert(fchmod(fd, mode) == 0);
    (void)close(fd);
}

static void expect_refusal(enum garim_status status,
                           const struct garim_error *error, const char *path,
                           const char *words)
{
    cr_assert_eq(status, GARIM_KEY);
    cr_assert_eq(error->status, GARIM_KEY);
    cr_assert_str_eq(error->path, path);
    cr_assert_not_null(strstr(error->message, words), "\"%s\" lacks \"%s\"",
                       error->message, words);
}

static void expect_file_refused(const char *words)
{
    struct garim_error error;
    struct garim_key *key = NULL;
    enum garim_status status = garim_key_open_file(&key, "key", &error);
    expect_refusal(status, &error, "key", words);
    cr_assert_null(key);
}

/* ---- keys that are made ---- */

Test(key_file, generated_keys_are_private_well_formed_and_open)
{
    char id[17];
    struct stat file;
    struct garim_key *key = NULL;
    (void)umask(0377);
    cr_assert_eq(garim_key_generate("key", id, NULL), GARIM_OK);
    cr_assert(stat("key", &file) == 0);
    cr_assert_eq(file.st_mode, (mode_t)(S_IFREG | 0600));
    cr_assert_eq(file.st_size, 65);

    char text[65];
    int fd = open("key", O_RDONLY);
    cr_assert_eq(read(fd, text, sizeof text), 65);
    (void)close(fd);
    for (size_t i = 0; i < 64; i++)
        cr_assert_not_null(memchr("0123456789abcdef", text[i], 16));
    cr_assert_eq(text[64], '\n');

    cr_assert_eq(garim_key_open_file(&key, "key", NULL), GARIM_OK);
    cr_assert_str_eq(garim_key_id(key), id);
    garim_key_close(key);
}

Test(key_file, a_key_is_never_overwritten)
{
    char id[17] = "untouched";
    struct garim_error error;
    put("key", "precious", 8, 0600);
    cr_assert(symlink("nowhere", "link") == 0);
    static const char *const names[] = {"key", "link", "."};
    for (size_t i = 0; i < 3; i++)
        expect_refusal(garim_key_generate(names[i], id, &error), &error,
                       names[i], "exists; choose another name");
    struct stat file;
    cr_assert(stat("key", &file) == 0 && file.st_size == 8);
    cr_assert(stat("nowhere", &file) != 0);
    cr_assert_str_eq(id, "untouched");
}

Test(key_file, a_folder_that_is_missing_is_an_output_error)
{
    char id[17];
    struct garim_error error;
    cr_assert_eq(garim_key_generate("none/key", id, &error), GARIM_OUTPUT);
    cr_assert_str_eq(error.path, "none/key");
}

Test(key_file, a_failed_write_leaves_no_file)
{
    char id[17];
    struct garim_error error;
    const struct rlimit limit = {10, RLIM_INFINITY};
    const struct rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    enum garim_status status = garim_key_generate("key", id, &error);
    cr_assert(setrlimit(RLIMIT_FSIZE, &none) == 0);
    cr_assert_eq(status, GARIM_OUTPUT);
    cr_assert(access("key", F_OK) != 0);
}

Test(key_file, random_keys_differ)
{
    struct garim_key *a = NULL, *b = NULL;
    cr_assert_eq(garim_key_open_random(&a, NULL), GARIM_OK);
    cr_assert_eq(garim_key_open_random(&b, NULL), GARIM_OK);
    cr_assert(memcmp(a->bytes, b->bytes, 32) != 0);
    cr_assert_str_neq(garim_key_id(a), garim_key_id(b));
    garim_key_close(a);
    garim_key_close(b);
    garim_key_close(NULL);
}

/* ---- files that are no keys ---- */

Test(key_file, a_good_file_opens_in_either_case)
{
    struct garim_key *key = NULL;
    char upper[sizeof example];
    for (size_t i = 0; i < sizeof example; i++)
        upper[i] = example[i] >= 'a' ? (char)(example[i] - 32) : example[i];
    const char *const texts[] = {example, upper};
    for (size_t i = 0; i < 2; i++) {
        put("key", texts[i], 65, i == 0 ? 0600 : 0400);
        cr_assert_eq(garim_key_open_file(&key, "key", NULL), GARIM_OK);
        cr_assert_str_eq(garim_key_id(key), example_id);
        cr_assert_eq(key->bytes[31], 0x1f);
        garim_key_close(key);
        cr_assert(unlink("key") == 0);
    }
}

Test(key_file, what_is_no_regular_file_is_refused)
{
    expect_file_refused("does not exist");
    cr_assert(mkdir("key", 0700) == 0);
    expect_file_refused("is a directory");
    cr_assert(rmdir("key") == 0);
    cr_assert(mkfifo("key", 0600) == 0);
    expect_file_refused("is not a regular file");
    cr_assert(unlink("key") == 0);
    put("secret", example, 65, 0600);
    cr_assert(symlink("secret", "key") == 0);
    expect_file_refused("is a symbolic link; give the file itself");
}

Test(key_file, what_others_may_use_is_refused)
{
    static const mode_t bits[] = {001, 002, 004, 010, 020, 040, 077};
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        char words[32];
        (void)snprintf(words, sizeof words, "has mode %04o:", 0600 | bits[i]);
        put("key", example, 65, 0600 | bits[i]);
        expect_file_refused(words);
        expect_file_refused("chmod 600");
    }
}

Test(key_file, what_belongs_to_another_is_refused)
{
    if (geteuid() != 0) cr_skip_test("needs root to give a file away");
    put("key", example, 65, 0600);
    cr_assert(chown("key", 65534, (gid_t)-1) == 0);
    expect_file_refused("belongs to user 65534");
}

struct text_case {
    size_t bytes;    /* of the example, or more */
    size_t position; /* spoilt, if `spoil` */
    char spoil;
    const char *words;
};

static const struct text_case text_cases[] = {
    {0, 0, 0, "holds 0 bytes, not 65"},
    {64, 0, 0, "holds 64 bytes, not 65"},
    {66, 0, 0, "66 bytes, not 65"},
    {65, 0, 'g', "character 1 is not a hex digit"},
    {65, 63, ' ', "character 64 is not a hex digit"},
    {65, 10, '\0', "character 11 is not a hex digit"},
    {65, 10, '\n', "character 11 is not a hex digit"},
    {65, 64, '0', "no newline at the end"},
    {65, 64, '\r', "no newline at the end"},
};
enum { TEXT_CASE_COUNT = sizeof text_cases / sizeof text_cases[0] };

static void spell(const struct text_case *known, char text[66])
{
    memcpy(text, example, 65);
    text[65] = '\n';
    if (known->words[0] != 'h' && known->bytes == 65)
        text[known->position] = known->spoil;
}

Test(key_file, what_is_no_key_is_refused)
{
    for (size_t i = 0; i < TEXT_CASE_COUNT; i++) {
        char text[66];
        spell(&text_cases[i], text);
        put("key", text, text_cases[i].bytes, 0600);
        expect_file_refused(text_cases[i].words);
    }
}

/* ---- descriptors ---- */

/* A pipe that holds `text` and has no writer any more. */
static int open_piped(const char *text, size_t bytes)
{
    int ends[2];
    cr_assert(pipe(ends) == 0);
    cr_assert_eq(write(ends[1], text, bytes), (ssize_t)bytes);
    (void)close(ends[1]);
    return ends[0];
}

Test(key_file, a_descriptor_is_read_to_its_end)
{
    struct garim_key *key = NULL;
    int fd = open_piped(example, 65);
    cr_assert_eq(garim_key_open_descriptor(&key, fd, NULL), GARIM_OK);
    cr_assert_str_eq(garim_key_id(key), example_id);
    cr_assert(close(fd) == 0, "the descriptor stays open");
    garim_key_close(key);
}

Test(key_file, a_descriptor_without_a_key_is_refused)
{
    struct garim_error error;
    struct garim_key *key = NULL;
    char path[32], text[66];
    for (size_t i = 0; i < TEXT_CASE_COUNT; i++) {
        spell(&text_cases[i], text);
        int fd = open_piped(text, text_cases[i].bytes);
        (void)snprintf(path, sizeof path, "descriptor %d", fd);
        expect_refusal(garim_key_open_descriptor(&key, fd, &error), &error,
                       path, text_cases[i].words);
        (void)close(fd);
    }
    expect_refusal(garim_key_open_descriptor(&key, 777, &error), &error,
                   "descriptor 777", "cannot be read");
    cr_assert_null(key);
}

/* ---- credentials ---- */

Test(key_file, a_credential_may_be_a_link_and_of_a_group)
{
    struct garim_key *key = NULL;
    put("secret", example, 65, 0440);
    cr_assert(symlink("secret", "link") == 0);
    cr_assert(setenv("CREDENTIALS_DIRECTORY", folder, 1) == 0);
    static const char *const names[] = {"secret", "link"};
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(garim_key_open_credential(&key, names[i], NULL), GARIM_OK);
        cr_assert_str_eq(garim_key_id(key), example_id);
        garim_key_close(key);
    }
}

Test(key_file, credentials_are_refused_too)
{
    struct garim_error error;
    struct garim_key *key = NULL;
    cr_assert(unsetenv("CREDENTIALS_DIRECTORY") == 0);
    expect_refusal(garim_key_open_credential(&key, "key", &error), &error, "",
                   "CREDENTIALS_DIRECTORY is not set");
    cr_assert(setenv("CREDENTIALS_DIRECTORY", folder, 1) == 0);
    static const char *const names[] = {"", ".", "..", "../key", "/etc/key"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        expect_refusal(garim_key_open_credential(&key, names[i], &error),
                       &error, "", "plain name");

    char path[64];
    (void)snprintf(path, sizeof path, "%s/key", folder);
    expect_refusal(garim_key_open_credential(&key, "key", &error), &error, path,
                   "does not exist");
    put("key", example, 65, 0444);
    expect_refusal(garim_key_open_credential(&key, "key", &error), &error, path,
                   "has mode 0444");
    cr_assert_null(key);
}

/* ---- keys that are none ---- */

Test(key_file, keys_of_zeros_or_ones_are_refused)
{
    static const struct {
        char digit;
        const char *words;
    } blanks[] = {
        {'0', "is all zeros"}, {'f', "is all ones"}, {'F', "is all ones"}};
    char text[65];
    for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
        memset(text, blanks[i].digit, 64);
        text[64] = '\n';
        put("key", text, sizeof text, 0600);
        expect_file_refused(blanks[i].words);
        text[40] = '1'; /* one bit is no longer so */
        put("key", text, sizeof text, 0600);
        struct garim_key *key = NULL;
        cr_assert_eq(garim_key_open_file(&key, "key", NULL), GARIM_OK);
        garim_key_close(key);
    }
}

Test(key_file, a_key_in_the_place_of_a_name_is_not_shown)
{
    char name[] =
        "8c1f2d3e4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";
    char id[17];
    struct garim_key *key = NULL;
    for (int way = 0; way < 3; way++) {
        struct garim_error error;
        enum garim_status status =
            way == 0   ? garim_key_open_file(&key, name, &error)
            : way == 1 ? garim_key_open_credential(&key, name, &error)
                       : garim_key_generate(name, id, &error);
        expect_refusal(status, &error, "", "looks like a key itself");
        cr_assert_null(strstr(error.message, "8c1f"));
    }
    name[40] = '\0'; /* a name of its own, such as a digest */
    struct garim_error error;
    expect_refusal(garim_key_open_file(&key, name, &error), &error, name,
                   "does not exist");
}

Test(key_file, the_key_that_is_printed_is_known)
{
    struct garim_key *key = NULL;
    put("key", example, sizeof example - 1, 0600);
    cr_assert_eq(garim_key_open_file(&key, "key", NULL), GARIM_OK);
    cr_assert(garim_key_is_published(key));
    garim_key_close(key);
    cr_assert_eq(garim_key_open_random(&key, NULL), GARIM_OK);
    cr_assert_not(garim_key_is_published(key));
    garim_key_close(key);
}
