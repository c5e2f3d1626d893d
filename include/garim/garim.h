/* garim.h - the public interface: policies, keys, transforms and file jobs
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Handles are opaque.  A function that can fail returns a status and, when
 * `error` is not NULL, fills it with the place and the words; its `ret_`
 * results are untouched then, unless it is said.  The library never prints,
 * never exits and never puts a byte of a field into a message.  Records are
 * counted from 0, bytes of a file too; lines and columns from 1.  A pointer may
 * be NULL only where it is said.
 *
 * Structs grow at their ends, and program and library may be of different
 * versions: where a struct begins with `size`, the caller sets that to the
 * sizeof of the struct before each use,
 *
 *     struct garim_report report = {.size = sizeof report};
 *
 * (in C++: garim_report report{}; report.size = sizeof report;).  Options: zero
 * means default, and so does what an older caller does not have; a `size` that
 * is not set, or members set that the library does not know, are GARIM_USAGE.
 * Infos are filled as far as `size` reaches and the library knows, zeros
 * beyond; one of size 0 is left as it is.  In what a callback is given, `size`
 * is what the library has filled.
 *
 * Without `size`, and so the same for all versions: struct garim_error, for
 * which nothing needs to be prepared and which could not tell of its own wrong
 * size; and the elements of a report's arrays, which callers count off by their
 * sizeof (what is added to them will stand in arrays beside them).
 */
#ifndef GARIM_GARIM_H
#define GARIM_GARIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GARIM_VERSION "0.1.0"

#if defined(__GNUC__)
#define GARIM_API __attribute__((visibility("default")))
#else
#define GARIM_API
#endif

/* Each value is also the exit code of the program. */
enum garim_status {
    GARIM_OK = 0,
    GARIM_DATA = 1,   /* a record broke its layout */
    GARIM_USAGE = 2,  /* options, layout or policy */
    GARIM_INPUT = 3,  /* missing, unreadable, badly framed, changed */
    GARIM_OUTPUT = 4, /* no folder, no permission, no space, EIO, EPIPE */
    GARIM_KEY = 5,    /* missing, malformed, readable by others, self-test */
    GARIM_VERIFY = 6, /* verification failed */
    GARIM_IN_THE_WAY = 7, /* the output exists, or an unfinished part does */
    GARIM_TEMPORARY = 75, /* interrupted, locked, out of memory */
};

#define GARIM_NONE UINT64_MAX /* no record, no offset */

/* Where and why something failed; every string ends with a NUL. */
struct garim_error {
    enum garim_status status;
    char path[1024]; /* the file it is about, or "" */
    unsigned line;   /* 1-based place in a YAML file, or 0 */
    unsigned column;
    uint64_t record;   /* or GARIM_NONE */
    uint64_t offset;   /* byte offset in `path`, or GARIM_NONE */
    char field[65];    /* name of the field, or "" */
    char message[640]; /* what is wrong; what to do */
};

/* The version of the library at run time, for example "0.1.0". */
GARIM_API const char *garim_version(void);

/* ---- layouts and policies ------------------------------------------------
 * Immutable once open and shared by any number of threads, while jobs run too;
 * close one when nobody uses it any more, nor an engine over it.  The strings
 * of infos belong to it.  Closing NULL is nothing, here and below. */

struct garim_layout;
struct garim_policy;

struct garim_layout_info {
    size_t size;
    const char *name;
    const char *path;
    const char *encoding;
    const char *framing;     /* "fixed" or "lines" */
    size_t record_bytes;     /* without the terminator */
    size_t terminator_bytes; /* 0, 1 or 2 */
    size_t stride_bytes;     /* record and terminator */
    size_t header_bytes;
    size_t trailer_bytes;
    size_t field_count;
};

struct garim_field_info {
    size_t size;
    const char *name;
    const char *type; /* "char", "digits" or "bytes" */
    const char *encoding;
    const char *sample; /* the generator's name, or "" */
    size_t at;
    size_t bytes;
};

/* One stretch of the record: a field under its rule, or bytes no field covers.
 */
struct garim_span_info {
    size_t size;
    const char *field;   /* "" where no field stands */
    const char *type;    /* "" where no field stands */
    const char *rule;    /* "keep", "blank", "constant", "mask", "token" */
    const char *details; /* for example "account, text, 80 bits, base32" */
    size_t at;
    size_t bytes;
    bool leaves_nulls; /* of type bytes: what the layout calls null stays in
                          clear though the rule hides all else */
    double candidates; /* mask by counts: how many values that fill the field
                          become one text, by a guess; else 0 */
};

struct garim_domain_info {
    size_t size;
    const char *name;
    const char *canonical;
    double token_bits;          /* of its shortest token */
    double expected_collisions; /* pairs, for `subjects` values */
};

struct garim_policy_info {
    size_t size;
    const char *path;
    const char *recipient, *purpose, *basis, *epoch, *expires;
    uint64_t subjects;
    double budget;
    char digest[65];   /* SHA-256 of the policy's bytes, then the layout's */
    size_t span_count; /* stretches of the record, in byte order */
    size_t domain_count;
    size_t input_bytes; /* of one record with its terminator */
    size_t output_bytes;
    size_t rule_count;    /* that there are, whether it uses them or not */
    size_t checked_bytes; /* of each record, whatever its rules write */
    bool header_unchecked, trailer_unchecked; /* kept, however they begin */
};

/* A rule, and how many fields of a policy it is applied to. */
struct garim_rule_info {
    size_t size;
    const char *name;
    const char *participle; /* for example "tokenized" */
    size_t fields;
    bool keeps; /* values stay as they are */
    bool keyed; /* wants a key */
};

/* Read a layout file.  Close it with garim_layout_close. */
GARIM_API enum garim_status garim_layout_open(struct garim_layout **ret_layout,
                                              const char *path,
                                              struct garim_error *error);
/* The same from `bytes` bytes of memory, which need no NUL and are not kept;
 * errors and infos call it `name`. */
GARIM_API enum garim_status
garim_layout_open_memory(struct garim_layout **ret_layout, const char *name,
                         const void *text, size_t bytes,
                         struct garim_error *error);
GARIM_API void garim_layout_close(struct garim_layout *layout);
GARIM_API void garim_layout_describe(const struct garim_layout *layout,
                                     struct garim_layout_info *ret_info);
/* Field `index` of field_count, in the order of the layout file; its strings
 * belong to the layout. */
GARIM_API void garim_layout_field(const struct garim_layout *layout,
                                  size_t index,
                                  struct garim_field_info *ret_info);

/* How many records a file of `file_bytes` holds: GARIM_INPUT where size minus
 * header and trailer is no whole number of records (the message gives size,
 * length and remainder). */
GARIM_API enum garim_status
garim_layout_measure(const struct garim_layout *layout, uint64_t file_bytes,
                     uint64_t *ret_records, struct garim_error *error);

/* Field `index` of `record` (record_bytes long) as printable UTF-8: controls
 * and broken bytes become \xNN and a backslash \\; type bytes is all hex
 * digits. Writes at most `size` bytes with the NUL and returns the length
 * needed without it, like snprintf.  `*ret_printable` (may be NULL) is false
 * where any \xNN was needed. */
GARIM_API size_t garim_layout_text(const struct garim_layout *layout,
                                   size_t index, const void *record, char *text,
                                   size_t size, bool *ret_printable);

/* Read and compile a policy and its layout.  The layout that
 * garim_policy_layout returns belongs to the policy. */
GARIM_API enum garim_status garim_policy_open(struct garim_policy **ret_policy,
                                              const char *path,
                                              struct garim_error *error);
/* The same from memory, without a look at any file: digest and output are those
 * of files of the same bytes.  The policy's `layout:` stays a name, which
 * errors and infos use for the layout; where `layout_name` is not NULL it must
 * be the same (else GARIM_USAGE), so that no policy meets the wrong layout. */
GARIM_API enum garim_status
garim_policy_open_memory(struct garim_policy **ret_policy, const char *name,
                         const void *text, size_t bytes,
                         const char *layout_name, const void *layout_text,
                         size_t layout_bytes, struct garim_error *error);
GARIM_API void garim_policy_close(struct garim_policy *policy);
GARIM_API const struct garim_layout *
garim_policy_layout(const struct garim_policy *policy);
GARIM_API void garim_policy_describe(const struct garim_policy *policy,
                                     struct garim_policy_info *ret_info);
GARIM_API void garim_policy_span(const struct garim_policy *policy,
                                 size_t index,
                                 struct garim_span_info *ret_info);
GARIM_API void garim_policy_domain(const struct garim_policy *policy,
                                   size_t index,
                                   struct garim_domain_info *ret_info);
/* Rule `index` of rule_count. */
GARIM_API void garim_policy_rule(const struct garim_policy *policy,
                                 size_t index,
                                 struct garim_rule_info *ret_info);

/* ---- keys ----------------------------------------------------------------
 * A master key in locked memory, wiped by garim_key_close. */

struct garim_key;

/* Write a new master key to `path`, which must not exist, with mode 0600. */
GARIM_API enum garim_status garim_key_generate(const char *path,
                                               char ret_id[17],
                                               struct garim_error *error);
/* A regular file, no symlink, of the caller or root, closed to all others.  A
 * key of zeros or ones alone is refused (GARIM_KEY), by the other ways too. */
GARIM_API enum garim_status garim_key_open_file(struct garim_key **ret_key,
                                                const char *path,
                                                struct garim_error *error);
/* $CREDENTIALS_DIRECTORY/NAME, as systemd provides it. */
GARIM_API enum garim_status
garim_key_open_credential(struct garim_key **ret_key, const char *name,
                          struct garim_error *error);
/* An open descriptor, read to its end; it stays open. */
GARIM_API enum garim_status
garim_key_open_descriptor(struct garim_key **ret_key, int descriptor,
                          struct garim_error *error);
/* A random key that is written nowhere: for trials. */
GARIM_API enum garim_status garim_key_open_random(struct garim_key **ret_key,
                                                  struct garim_error *error);
/* The key id, 16 hex digits: it may be shown, logged and compared. */
GARIM_API const char *garim_key_id(const struct garim_key *key);
/* Whether it is the key that the documentation prints: anybody can compute
 * its tokens.  garim_run() takes it and says so in the report's notes. */
GARIM_API bool garim_key_is_published(const struct garim_key *key);
GARIM_API void garim_key_close(struct garim_key *key);

/* ---- transforming buffers ------------------------------------------------ */

struct garim_engine;  /* a policy under a key: shared by threads */
struct garim_context; /* working memory: one a thread */

struct garim_engine_options {
    size_t size;
    /* Which instructions the hot path uses: "auto" (or NULL: the fastest that
     * this machine has), "scalar", "avx2", "shani" or "avx512".  The output
     * does not depend on it. */
    const char *kernels;
};

/* Run the self-test and derive the keys.  `key` may be NULL for a policy
 * without tokens (else GARIM_KEY), `options` for the defaults.  GARIM_USAGE:
 * there are no such kernels, or not on this machine.  The policy must outlive
 * the engine; the key may be closed at once. */
GARIM_API enum garim_status garim_engine_open(
    struct garim_engine **ret_engine, const struct garim_policy *policy,
    const struct garim_key *key, const struct garim_engine_options *options,
    struct garim_error *error);
/* The kernels in use, for example "avx512". */
GARIM_API const char *garim_engine_kernels(const struct garim_engine *engine);
GARIM_API void garim_engine_close(struct garim_engine *engine);

GARIM_API enum garim_status
garim_context_open(struct garim_context **ret_context,
                   const struct garim_engine *engine,
                   struct garim_error *error);
GARIM_API void garim_context_close(struct garim_context *context);

/* Transform `count` records of input_bytes each (with their terminators) from
 * `in` into `out`, which has room for `out_bytes` bytes; the two may be the
 * same buffer but not overlap otherwise.  `*ret_count` (may be NULL) becomes
 * the number of records that stand in `out`, whatever the status. GARIM_USAGE:
 * `out_bytes` is less than `count` times output_bytes, and nothing is written.
 * GARIM_DATA: at least one record broke its layout; such records are blanked
 * whole in `out`, all others are right, `error` names the first, and
 * `*ret_count` is `count`.  GARIM_INPUT: a terminator is not in its place, or a
 * line feed stands inside a record; `out` holds nothing of use then and is all
 * NUL.  A `count` of 0 is GARIM_OK; `in` and `out` may be NULL then. */
GARIM_API enum garim_status garim_transform(struct garim_context *context,
                                            const void *in, size_t count,
                                            void *out, size_t out_bytes,
                                            size_t *ret_count,
                                            struct garim_error *error);

/* ---- whole files --------------------------------------------------------- */

enum garim_io_choice {
    GARIM_IO_AUTO = 0,
    GARIM_IO_URING,
    GARIM_IO_POSIX,
};

struct garim_report;

struct garim_progress {
    size_t size;
    uint64_t records; /* done so far */
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t bytes_total;   /* of the input (of the output where there is no
                               input), or 0: unknown */
    uint64_t bytes_resumed; /* of the same, done by an earlier run */
    double seconds;
};

/* What a job can be told to do without.  What the system lacks it does without
 * by itself; either is told in the report's notes. */
enum garim_without {
    GARIM_WITHOUT_DIRECT = 1,     /* O_DIRECT */
    GARIM_WITHOUT_REGISTERED = 2, /* buffers and files registered with a ring */
    GARIM_WITHOUT_FALLOCATE = 4,  /* space reserved before the first write */
    GARIM_WITHOUT_DONTCACHE = 8, /* buffered transfers that leave the page cache
                                    as it was (RWF_DONTCACHE) */
};

/* What stands between the records and an output: a process that compresses, for
 * example.  The output is opened, locked, checked, synced and published as it
 * is without one, but the stream of the records goes elsewhere, in order, and
 * whoever reads that writes the output.  Such a job cannot be resumed. */
struct garim_filter {
    size_t size;
    /* `output`: the descriptor of the part (or of an output that is a stream)
     * from its beginning; the job's.  `*ret_descriptor`: where to write the
     * records instead; the filter's, and open until finish, or the end of the
     * job. */
    enum garim_status (*open)(void *user, int output, int *ret_descriptor,
                              struct garim_error *error);
    /* All is written; returns once the output holds all of it.  A status that
     * is not GARIM_OK (and fills `error`) ends the job, and nothing is
     * published.  Not called for a job that has ended before. */
    enum garim_status (*finish)(void *user, struct garim_error *error);
    void *user;
};

struct garim_job_options {
    size_t size;
    const char *input;   /* path; NULL or "-": standard input */
    const char *output;  /* path; NULL or "-": standard output */
    bool force;          /* replace an output that exists */
    bool restart;        /* discard an unfinished part */
    bool resume;         /* go on with the part of a run that was cut off */
    bool verify_part;    /* and make all of it again to compare, instead of 64
                            windows drawn at random */
    unsigned threads;    /* 0: the cores this process may use */
    size_t window_bytes; /* 0: default; a power of two, 4 KiB to 4 MiB */
    enum garim_io_choice io;
    unsigned without;     /* of enum garim_without */
    uint64_t max_rejects; /* at most 1,000,000 */
    bool allow_empty;     /* an input of no records is no error */
    bool expects_records; /* any other number of them is: GARIM_INPUT, before */
    uint64_t expected_records; /* the output gets its name */
    unsigned output_mode;      /* permission bits of a new file; 0: 0600 */
    const struct garim_filter *filter; /* or NULL */
    /* Records [records_begin, records_end) of a regular file, counted from 0;
     * an end of 0 is that of the file, and none may be beyond it.  The header
     * goes with record 0, the trailer with the last record: the outputs of
     * slices that follow each other, one behind the other, are the output of
     * the whole. */
    uint64_t records_begin, records_end;
    uint64_t memory_bytes; /* buffers take no more; 0: as many as are of use */
    uint64_t rate_bytes;   /* read no more in a second; 0: no cap */
    /* Bytes of output between two checkpoints, from which a run that was cut
     * off can be resumed; 0: 1 GiB, and at least one a second; GARIM_NONE:
     * only when the run ends. */
    uint64_t checkpoint_bytes;
    bool digest; /* of the output, in the report */
    /* Called about every 100 ms from the calling thread; false interrupts the
     * job, which then returns GARIM_TEMPORARY. */
    bool (*progress)(void *user, const struct garim_progress *progress);
    void *progress_user;
    /* Called once an output file is whole and on the disk and before it gets
     * its name, with the report as it stands: a status that is not GARIM_OK
     * (and fills `error`) ends the job, which can be resumed.  Called again,
     * with report->published, when it has its name. */
    enum garim_status (*whole)(void *user, const struct garim_report *report,
                               struct garim_error *error);
    void *whole_user;
};

/* What a rule counts besides, for example "empties": values without a canonical
 * form, which are blanked. */
struct garim_counter {
    const char *name;
    uint64_t count;
};

enum { GARIM_COUNTERS_MAX = 4 };

/* An element of an array, and so without a size. */
struct garim_field_report {
    const char *field;
    const char *rule;
    uint64_t nulls; /* left as they were */
    size_t counter_count;
    struct garim_counter counters[GARIM_COUNTERS_MAX]; /* of its rule */
};

/* Likewise. */
struct garim_reject_info {
    uint64_t record;
    uint64_t offset; /* of the field, in the input */
    const char *field;
    const char *reason; /* for example "is not a digit" */
};

/* What a job did.  Clear it with garim_report_clear, also after an error; its
 * strings and arrays belong to it or to the policy.  Its size is at least that
 * of the struct below, which it had in the first version. */
struct garim_report {
    size_t size;
    uint64_t records_in, records_out;
    uint64_t bytes_in, bytes_out;
    double seconds;
    unsigned lanes;             /* some sleep while `threads` transform */
    const char *io;             /* "io_uring" or "posix" */
    const char *kernels;        /* as of garim_engine_kernels() */
    bool direct_in, direct_out; /* O_DIRECT */
    bool published;             /* the output stands under its final name */
    /* What an earlier run had done, which this one went on with; the numbers
     * above hold it too.  0: nothing. */
    uint64_t resumed_records, resumed_bytes;
    uint64_t peak_memory_bytes;
    char key_id[17]; /* or "" */
    /* The fs-verity digest of the output (SHA-256, blocks of 4,096 bytes, no
     * salt) where it was asked for and is whole, in hex digits; or "".  Of an
     * output that a filter wrote, of the records that went in. */
    char digest[65];
    size_t field_count;
    struct garim_field_report *fields;
    size_t reject_count;
    struct garim_reject_info *rejects; /* ascending by record */
    char notes[512];                   /* fallbacks taken, or "" */
};

/* Run one job to its end, on threads of its own; callbacks are called on the
 * calling thread.  `options` may be NULL (all defaults: from standard input to
 * standard output), `report` where nobody wants one, `error` likewise.  Any
 * number of jobs run at once on one engine.  Until the last has returned, the
 * engine and its policy stay open; both, and the policy's layout, are only
 * read, so that other threads may describe them and transform with them
 * meanwhile.  Errors: every status but GARIM_OK, as enum garim_status has it.
 */
GARIM_API enum garim_status garim_run(const struct garim_engine *engine,
                                      const struct garim_job_options *options,
                                      struct garim_report *report,
                                      struct garim_error *error);
/* Free what the report holds, and zero all of it but its size; NULL, and a
 * report that was never filled, are nothing. */
GARIM_API void garim_report_clear(struct garim_report *report);

/* ---- sample records ------------------------------------------------------ */

/* Records `first` to `first + count - 1` of the endless sample file that `seed`
 * names, each with its terminator, into `out`.  Pure: the same arguments give
 * the same bytes on any thread. */
GARIM_API void garim_synth_fill(const struct garim_layout *layout,
                                uint64_t seed, uint64_t first, size_t count,
                                void *out);

/* Write a sample file of `records` records.  Of `options`, `input` and
 * `max_rejects` are not used.  Header and trailer bytes, if any, are blanks
 * (with framing lines ended by a terminator).  What may be NULL, and threads,
 * are as with garim_run(). */
GARIM_API enum garim_status garim_synth(const struct garim_layout *layout,
                                        uint64_t seed, uint64_t records,
                                        const struct garim_job_options *options,
                                        struct garim_report *report,
                                        struct garim_error *error);

#ifdef __cplusplus
}
#endif

#include "garim/findings.h"

#endif
