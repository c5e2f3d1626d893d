/* key_file.c - master keys: made, read from files and descriptors, wiped
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/crypto.h"
#include "crypto/key.h"
#include "text/hex.h"

enum {
    DIGITS = 2 * GARIM_KEY_BYTES,
    FILE_BYTES = DIGITS + 1, /* the newline */
};

/* Of the key 00 01 ... 1f, which POLICY.md prints. */
static const char published_id[] = "a2e9e14f8223c1f6";

static enum garim_status set_id(struct garim_key *key,
                                struct garim_error *error)
{
    const char *const labels[] = {"key id"};
    uint8_t id[8];
    if (garim_key_derive(key, labels, 1, id, sizeof id) != 0)
        return garim_crypto_failed(
            error, "HKDF-SHA-256 failed; check the OpenSSL of this machine");
    garim_hex_encode(key->id, id, sizeof id);
    return GARIM_OK;
}

/* All zeros and all ones are what is there where no key was written. */
static bool is_blank(const struct garim_key *key)
{
    uint8_t ones = 0xff, bits = 0;
    for (size_t i = 0; i < sizeof key->bytes; i++) {
        ones &= key->bytes[i];
        bits |= key->bytes[i];
    }
    return bits == 0 || ones == 0xff;
}

/* ---- the text of a key ---- */

static enum garim_status parse(struct garim_key *key, const char *text,
                               const char *path, struct garim_error *error)
{
    for (size_t i = 0; i < DIGITS; i++) {
        int value = garim_hex_value(text[i]);
        if (value < 0)
            return garim_error_set_path(error, GARIM_KEY, path,
                                        "character %zu is not a hex digit; a "
                                        "key is %d hex digits and a "
                                        "newline, as garim keygen writes it",
                                        i + 1, DIGITS);
        key->bytes[i / 2] = (uint8_t)(key->bytes[i / 2] << 4 | value);
    }
    if (text[DIGITS] != '\n')
        return garim_error_set_path(
            error, GARIM_KEY, path,
            "no newline at the end; a key is %d hex digits and a newline, as "
            "garim keygen writes it",
            DIGITS);
    if (is_blank(key))
        return garim_error_set_path(
            error, GARIM_KEY, path,
            "is all %s, which is not a key; make one with garim keygen",
            key->bytes[0] == 0 ? "zeros" : "ones");
    return GARIM_OK;
}

static enum garim_status wrong_size(const char *path, const char *more,
                                    uint64_t bytes, struct garim_error *error)
{
    return garim_error_set_path(
        error, GARIM_KEY, path,
        "holds %s%llu bytes, not %d: %d hex digits and a newline, as garim "
        "keygen writes them",
        more, (unsigned long long)bytes, FILE_BYTES, DIGITS);
}

/* Read up to `size` bytes until the end of `fd`; the count, or -1. */
static ssize_t read_all(int fd, char *text, size_t size)
{
    size_t total = 0;
    while (total < size) {
        ssize_t got = read(fd, text + total, size - total);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return -1;
        if (got == 0) break;
        total += (size_t)got;
    }
    return (ssize_t)total;
}

static enum garim_status read_text(struct garim_key *key, int fd,
                                   const char *path, struct garim_error *error)
{
    enum { SIZE = FILE_BYTES + 1 }; /* one more shows a file too long */
    char *text = garim_secret_open(SIZE);
    if (text == NULL) return garim_error_no_secret(error);

    enum garim_status status;
    ssize_t bytes = read_all(fd, text, SIZE);
    if (bytes < 0)
        status = garim_error_set_path(
            error, GARIM_KEY, path,
            "cannot be read (%s); check that it is open and holds a key",
            garim_error_text(errno));
    else if (bytes != FILE_BYTES)
        status = wrong_size(path, bytes > FILE_BYTES ? "at least " : "",
                            (uint64_t)bytes, error);
    else
        status = parse(key, text, path, error);
    garim_secret_close(text, SIZE);
    return status;
}

static enum garim_status open_text(struct garim_key **ret_key, int fd,
                                   const char *path, struct garim_error *error)
{
    struct garim_key *key = garim_secret_open(sizeof *key);
    if (key == NULL) return garim_error_no_secret(error);
    enum garim_status status = read_text(key, fd, path, error);
    if (status == GARIM_OK) status = set_id(key, error);
    if (status == GARIM_OK)
        *ret_key = key;
    else
        garim_key_close(key);
    return status;
}

/* ---- files ---- */

/* What a file must be, by the way it was named. */
struct demands {
    int open_flags;
    bool own;           /* of the caller or root */
    mode_t refused;     /* permission bits that it must not have */
    const char *advice; /* where it has them */
};

static const struct demands file_demands = {
    .open_flags = O_NOFOLLOW,
    .own = true,
    .refused = 077,
    .advice = "others than its owner may use it; chmod 600 it, and make a new "
              "key if it may have been read",
};

static const struct demands credential_demands = {
    .refused = 007,
    .advice = "everybody may use it; close it to others",
};

/* Whether somebody gave a key in the place of its name, or most of one, in
 * quotes or with blanks: so many hex digits in a row name nothing else. */
static bool looks_like_key(const char *text)
{
    size_t digits = 0;
    for (; *text != '\0' && digits < DIGITS - 16; text++) {
        const bool between = *text == ' ' || *text == ':' || *text == '-';
        if (garim_hex_value(*text) >= 0)
            digits++;
        else if (!between)
            digits = 0;
    }
    return digits >= DIGITS - 16;
}

static enum garim_status key_is_known(struct garim_error *error)
{
    return garim_error_set(
        error, GARIM_KEY,
        "the name of the key looks like a key itself: it is in the process "
        "list and shell history now; make a new one with garim keygen and "
        "give the name of its file");
}

static enum garim_status can_not_open(const char *path, int reason,
                                      struct garim_error *error)
{
    if (looks_like_key(path)) return key_is_known(error);
    if (reason == ENOENT)
        return garim_error_set_path(error, GARIM_KEY, path,
                                    "does not exist; garim keygen makes a key");
    if (reason == ELOOP)
        return garim_error_set_path(error, GARIM_KEY, path,
                                    "is a symbolic link; give the file itself");
    return garim_error_set_path(error, GARIM_KEY, path,
                                "cannot be opened (%s); check the path and its "
                                "rights",
                                garim_error_text(reason));
}

static enum garim_status inspect(const char *path, int fd,
                                 const struct demands *demands,
                                 struct garim_error *error)
{
    struct stat file;
    if (fstat(fd, &file) != 0) return can_not_open(path, errno, error);
    if (S_ISDIR(file.st_mode))
        return garim_error_set_path(error, GARIM_KEY, path,
                                    "is a directory; give a key file");
    if (!S_ISREG(file.st_mode))
        return garim_error_set_path(error, GARIM_KEY, path,
                                    "is not a regular file; give a key file");
    if (demands->own && file.st_uid != geteuid() && file.st_uid != 0)
        return garim_error_set_path(
            error, GARIM_KEY, path,
            "belongs to user %u; a key file must belong to you or to root",
            (unsigned)file.st_uid);
    if ((file.st_mode & demands->refused) != 0)
        return garim_error_set_path(error, GARIM_KEY, path, "has mode %04o: %s",
                                    (unsigned)(file.st_mode & 07777),
                                    demands->advice);
    if (file.st_size != FILE_BYTES)
        return wrong_size(path, "", (uint64_t)file.st_size, error);
    return GARIM_OK;
}

static enum garim_status open_path(struct garim_key **ret_key, const char *path,
                                   const struct demands *demands,
                                   struct garim_error *error)
{
    /* O_NONBLOCK: a FIFO is refused, not waited for. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
                            demands->open_flags);
    if (fd < 0) return can_not_open(path, errno, error);
    enum garim_status status = inspect(path, fd, demands, error);
    if (status == GARIM_OK) status = open_text(ret_key, fd, path, error);
    (void)close(fd);
    return status;
}

enum garim_status garim_key_open_file(struct garim_key **ret_key,
                                      const char *path,
                                      struct garim_error *error)
{
    if (looks_like_key(path)) return key_is_known(error);
    return open_path(ret_key, path, &file_demands, error);
}

enum garim_status garim_key_open_credential(struct garim_key **ret_key,
                                            const char *name,
                                            struct garim_error *error)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY");
    if (looks_like_key(name)) return key_is_known(error);
    if (folder == NULL || folder[0] == '\0')
        return garim_error_set(
            error, GARIM_KEY,
            "CREDENTIALS_DIRECTORY is not set; run this as a systemd service "
            "with LoadCredential=, or give a key file");
    if (name[0] == '\0' || strchr(name, '/') != NULL ||
        strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return garim_error_set(error, GARIM_KEY,
                               "a credential is a plain name without '/'; give "
                               "the one of LoadCredential=");
    char path[PATH_MAX];
    int bytes = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (bytes < 0 || (size_t)bytes >= sizeof path)
        return garim_error_set(error, GARIM_KEY,
                               "the path of the credential is too long");
    return open_path(ret_key, path, &credential_demands, error);
}

enum garim_status garim_key_open_descriptor(struct garim_key **ret_key,
                                            int descriptor,
                                            struct garim_error *error)
{
    char path[32];
    (void)snprintf(path, sizeof path, "descriptor %d", descriptor);
    return open_text(ret_key, descriptor, path, error);
}

/* ---- new keys ---- */

enum garim_status garim_key_open_random(struct garim_key **ret_key,
                                        struct garim_error *error)
{
    struct garim_key *key = garim_secret_open(sizeof *key);
    if (key == NULL) return garim_error_no_secret(error);

    enum garim_status status;
    ssize_t got;
    do {
        got = getrandom(key->bytes, sizeof key->bytes, 0);
    } while ((got < 0 && errno == EINTR) ||
             (got == sizeof key->bytes && is_blank(key)));
    if (got != sizeof key->bytes)
        status = garim_error_set(error, GARIM_KEY, "no random bytes: %s",
                                 garim_error_text(errno));
    else
        status = set_id(key, error);
    if (status == GARIM_OK)
        *ret_key = key;
    else
        garim_key_close(key);
    return status;
}

/* 0 or an errno value. */
static int write_text(const struct garim_key *key, int fd)
{
    char *text = garim_secret_open(FILE_BYTES);
    if (text == NULL) return errno;
    garim_hex_encode(text, key->bytes, sizeof key->bytes);
    text[DIGITS] = '\n';

    int reason = 0;
    size_t done = 0;
    while (done < FILE_BYTES && reason == 0) {
        ssize_t wrote = write(fd, text + done, FILE_BYTES - done);
        if (wrote > 0)
            done += (size_t)wrote;
        else if (wrote == 0 || errno != EINTR)
            reason = wrote == 0 ? EIO : errno;
    }
    garim_secret_close(text, FILE_BYTES);
    return reason;
}

/* Make the name of `path` durable; 0 or an errno value. */
static int sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t bytes = slash == NULL ? 0 : (size_t)(slash - path) + 1;
    char folder[PATH_MAX] = ".";
    if (bytes >= sizeof folder) return ENAMETOOLONG;
    if (bytes > 0) {
        memcpy(folder, path, bytes);
        folder[bytes] = '\0';
    }
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno;
    int reason = fsync(fd) == 0 ? 0 : errno;
    (void)close(fd);
    return reason;
}

static enum garim_status write_file(const struct garim_key *key,
                                    const char *path, struct garim_error *error)
{
    int fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 && errno == EEXIST)
        return garim_error_set_path(
            error, GARIM_KEY, path,
            "exists; choose another name: a key is never overwritten");
    if (fd < 0)
        return garim_error_set_path(
            error, GARIM_OUTPUT, path,
            "cannot be made (%s); check that its folder exists and is yours",
            garim_error_text(errno));

    /* A umask that takes bits from the owner must not make it unreadable. */
    int reason = fchmod(fd, 0600) == 0 ? 0 : errno;
    if (reason == 0) reason = write_text(key, fd);
    if (reason == 0 && fsync(fd) != 0) reason = errno;
    if (close(fd) != 0 && reason == 0) reason = errno;
    if (reason == 0) reason = sync_folder(path);
    if (reason == 0) return GARIM_OK;

    (void)unlink(path);
    if (reason == ENOMEM) return garim_error_no_memory(error);
    return garim_error_set_path(
        error, GARIM_OUTPUT, path,
        "cannot be written (%s); check the disk and try again",
        garim_error_text(reason));
}

enum garim_status garim_key_generate(const char *path, char ret_id[17],
                                     struct garim_error *error)
{
    struct garim_key *key;
    if (looks_like_key(path)) return key_is_known(error);
    enum garim_status status = garim_key_open_random(&key, error);
    if (status != GARIM_OK) return status;
    status = write_file(key, path, error);
    if (status == GARIM_OK) memcpy(ret_id, key->id, sizeof key->id);
    garim_key_close(key);
    return status;
}

const char *garim_key_id(const struct garim_key *key)
{
    return key->id;
}

bool garim_key_is_published(const struct garim_key *key)
{
    return strcmp(key->id, published_id) == 0;
}

void garim_key_close(struct garim_key *key)
{
    garim_secret_close(key, sizeof *key);
}
