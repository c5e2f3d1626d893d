/* identity.c - what makes a job the one it is
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "job/identity.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "text/hex.h"

/* The next trait, cleared whole: all its bytes go into a checksum. */
__attribute__((format(printf, 3, 4))) static void
add(struct garim_journal_job *identity, const char *name, const char *format,
    ...)
{
    ASSERT(identity->trait_count < GARIM_JOURNAL_TRAITS_MAX);
    struct garim_trait *trait = &identity->traits[identity->trait_count++];
    va_list arguments;
    va_start(arguments, format);
    memset(trait, 0, sizeof *trait);
    ASSERT(strlen(name) < sizeof trait->name);
    strcpy(trait->name, name);
    const int bytes =
        vsnprintf(trait->value, sizeof trait->value, format, arguments);
    va_end(arguments);
    ASSERT(bytes >= 0 && (size_t)bytes < sizeof trait->value);
}

struct garim_journal_job garim_identity(const struct garim_job *job,
                                        const struct garim_input *input,
                                        const struct garim_geometry *geometry)
{
    const struct garim_job_options *options = job->options;
    const struct stat *file = &input->identity;
    struct garim_journal_job identity = {
        .window_bytes = geometry->window_bytes,
        .output_bytes = geometry->output_bytes,
        .count_size = garim_job_count_size(job),
        .rejects_max = options->max_rejects,
    };
    if (input->stream || job->worker->generate != NULL) {
        add(&identity, "input", "one that cannot be read again");
        return identity;
    }
    if (options->filter != NULL) {
        add(&identity, "output", "one that a command writes");
        return identity;
    }
    identity.resumable = 1;
    char print[65];
    garim_hex_encode(print, input->print, sizeof input->print);
    add(&identity, "input", "%llu %llu %lld.%09ld %s",
        (unsigned long long)file->st_ino, (unsigned long long)file->st_size,
        (long long)file->st_mtim.tv_sec, file->st_mtim.tv_nsec, print);
    add(&identity, "--records", "%llu:%llu",
        (unsigned long long)geometry->first_record,
        (unsigned long long)(geometry->first_record + geometry->records));
    add(&identity, "worker", "rows of %zu bytes%s", garim_job_out_stride(job),
        job->worker->drops ? ", some of them left out" : "");
    add(&identity, "--max-rejects", "%llu",
        (unsigned long long)options->max_rejects);
    add(&identity, "--mode", "%o", options->output_mode);
    for (size_t i = 0; i < job->trait_count; i++)
        add(&identity, job->traits[i].name, "%s", job->traits[i].value);
    return identity;
}
