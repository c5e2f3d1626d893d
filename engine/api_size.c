/* api_size.c - structs of garim.h whose other side may be of another version
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "api_size.h"

#include <assert.h>
#include <string.h>

#include "base/error.h"

/* A member that is added later must not lie where an older caller has padding,
 * which holds anything. */
#define ENDS_WITH(type, member)                                                \
    static_assert(offsetof(struct type, member) +                              \
                          sizeof(((struct type *)0)->member) ==                \
                      sizeof(struct type),                                     \
                  "options end without padding")
ENDS_WITH(garim_engine_options, kernels);
ENDS_WITH(garim_filter, user);
ENDS_WITH(garim_job_options, whole_user);

/* What is more was never set. */
enum { STRUCT_BYTES_MAX = 1 << 16 };

enum garim_status garim_size_check(size_t size, size_t least, const char *what,
                                   struct garim_error *error)
{
    if (size >= least && size <= STRUCT_BYTES_MAX) return GARIM_OK;
    return garim_error_set(error, GARIM_USAGE,
                           "the size of struct %s was not set (it is %zu); set "
                           "it to sizeof(struct %s)",
                           what, size, what);
}

static bool is_zero(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i] != 0) return false;
    return true;
}

enum garim_status garim_options_take(void *ret_options, size_t known,
                                     const void *options, const char *what,
                                     struct garim_error *error)
{
    size_t size = known;
    memset(ret_options, 0, known);
    if (options != NULL) {
        memcpy(&size, options, sizeof size);
        const enum garim_status status =
            garim_size_check(size, sizeof size, what, error);
        if (status != GARIM_OK) return status;
        memcpy(ret_options, options, size < known ? size : known);
    }
    if (size > known &&
        !is_zero((const unsigned char *)options + known, size - known))
        return garim_error_set(
            error, GARIM_USAGE,
            "struct %s has members set that garim %s does not know: the caller "
            "was built against a newer garim.h; leave them zero, or use that "
            "version of the library",
            what, GARIM_VERSION);
    memcpy(ret_options, &known, sizeof known);
    return GARIM_OK;
}

void garim_info_give(void *ret_info, const void *info, size_t known)
{
    size_t size;
    memcpy(&size, ret_info, sizeof size);
    const size_t both = size < known ? size : known;
    if (size <= sizeof size || size > STRUCT_BYTES_MAX) return;
    memcpy((char *)ret_info + sizeof size, (const char *)info + sizeof size,
           both - sizeof size);
    memset((char *)ret_info + both, 0, size - both);
}

void garim_infos_give(void *ret_infos, const void *infos, size_t known,
                      size_t count)
{
    size_t size;
    memcpy(&size, ret_infos, sizeof size);
    if (garim_size_check(size, sizeof size, "", NULL) != GARIM_OK) return;
    for (size_t i = 0; i < count; i++) {
        char *info = (char *)ret_infos + i * size;
        memcpy(info, &size, sizeof size);
        garim_info_give(info, (const char *)infos + i * known, known);
    }
}
