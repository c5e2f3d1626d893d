/* api.c - the public interface: layouts, policies, engines, transforms
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "api_size.h"
#include "base/error.h"
#include "layout/load_layout.h"
#include "policy/load_policy.h"
#include "rules/guard.h"
#include "rules/keys.h"
#include "rules/rule.h"

const char *garim_version(void)
{
    return GARIM_VERSION;
}

/* ---- layouts ------------------------------------------------------------- */

enum garim_status garim_layout_open(struct garim_layout **ret_layout,
                                    const char *path, struct garim_error *error)
{
    struct garim_yaml *yaml = NULL;
    enum garim_status status = garim_yaml_open(&yaml, path, error);
    if (status == GARIM_OK) status = garim_layout_load(ret_layout, yaml, error);
    garim_yaml_close(yaml);
    return status;
}

enum garim_status garim_layout_open_memory(struct garim_layout **ret_layout,
                                           const char *name, const void *text,
                                           size_t bytes,
                                           struct garim_error *error)
{
    struct garim_yaml *yaml = NULL;
    enum garim_status status =
        garim_yaml_open_text(&yaml, name, text, bytes, error);
    if (status == GARIM_OK) status = garim_layout_load(ret_layout, yaml, error);
    garim_yaml_close(yaml);
    return status;
}

void garim_layout_close(struct garim_layout *layout)
{
    garim_layout_unload(layout);
}

void garim_layout_describe(const struct garim_layout *layout,
                           struct garim_layout_info *ret_info)
{
    const struct garim_layout_info info = {
        .name = layout->name,
        .path = layout->path,
        .encoding = layout->page->name,
        .framing = layout->framing.terminator_bytes > 0 ? "lines" : "fixed",
        .record_bytes = layout->record_bytes,
        .terminator_bytes = layout->framing.terminator_bytes,
        .stride_bytes = layout->framing.stride,
        .header_bytes = layout->framing.header.bytes,
        .trailer_bytes = layout->framing.trailer.bytes,
        .field_count = layout->field_count,
    };
    garim_info_give(ret_info, &info, sizeof info);
}

void garim_layout_field(const struct garim_layout *layout, size_t index,
                        struct garim_field_info *ret_info)
{
    const struct garim_field *field = &layout->fields[index];
    const struct garim_field_info info = {
        .name = field->name,
        .type = field->type->name,
        .encoding = field->page->name,
        .sample = garim_sample_names[field->sample],
        .at = field->at,
        .bytes = field->bytes,
    };
    garim_info_give(ret_info, &info, sizeof info);
}

enum garim_status garim_layout_measure(const struct garim_layout *layout,
                                       uint64_t file_bytes,
                                       uint64_t *ret_records,
                                       struct garim_error *error)
{
    struct garim_extent extent;
    if (!garim_framing_measure(&layout->framing, file_bytes, &extent))
        return garim_framing_refuse(&layout->framing, "", file_bytes, &extent,
                                    error);
    *ret_records = extent.records;
    return GARIM_OK;
}

/* ---- policies ------------------------------------------------------------ */

enum garim_status garim_policy_open(struct garim_policy **ret_policy,
                                    const char *path, struct garim_error *error)
{
    struct garim_yaml *yaml = NULL;
    enum garim_status status = garim_yaml_open(&yaml, path, error);
    if (status == GARIM_OK)
        status = garim_policy_load(ret_policy, yaml, NULL, error);
    garim_yaml_close(yaml);
    return status;
}

enum garim_status
garim_policy_open_memory(struct garim_policy **ret_policy, const char *name,
                         const void *text, size_t bytes,
                         const char *layout_name, const void *layout_text,
                         size_t layout_bytes, struct garim_error *error)
{
    const struct garim_policy_source layout = {
        .name = layout_name, .text = layout_text, .bytes = layout_bytes};
    struct garim_yaml *yaml = NULL;
    enum garim_status status =
        garim_yaml_open_text(&yaml, name, text, bytes, error);
    if (status == GARIM_OK)
        status = garim_policy_load(ret_policy, yaml, &layout, error);
    garim_yaml_close(yaml);
    return status;
}

void garim_policy_close(struct garim_policy *policy)
{
    garim_policy_unload(policy);
}

const struct garim_layout *
garim_policy_layout(const struct garim_policy *policy)
{
    return policy->layout;
}

static unsigned count_fields(const struct garim_policy *policy,
                             const struct garim_rule *rule)
{
    unsigned count = 0;
    for (size_t i = 0; i < policy->step_count; i++)
        if (policy->steps[i].rule == rule &&
            policy->steps[i].field->name[0] != '\0')
            count++;
    return count;
}

static size_t count_rules(void)
{
    size_t count = 0;
    while (garim_rule_at(count) != NULL)
        count++;
    return count;
}

void garim_policy_rule(const struct garim_policy *policy, size_t index,
                       struct garim_rule_info *ret_info)
{
    const struct garim_rule *rule = garim_rule_at(index);
    const struct garim_rule_info info = {
        .name = rule->name,
        .participle = rule->participle,
        .fields = count_fields(policy, rule),
        .keeps = rule->keeps,
        .keyed = rule->secret_bytes > 0,
    };
    garim_info_give(ret_info, &info, sizeof info);
}

static bool leaves_unchecked(const struct garim_edge *edge)
{
    return edge->bytes > 0 && edge->action == GARIM_EDGE_KEEP &&
           edge->begins.bytes == 0;
}

/* Where any byte may be a value's, a null is one that looks like none. */
static bool leaves_nulls(const struct garim_step *step)
{
    const struct garim_field *field = step->field;
    if ((field->type->traits & GARIM_TYPE_RAW) == 0 || step->apply_to_null ||
        step->rule->keeps)
        return false;
    return memchr(field->null_byte, true, sizeof field->null_byte) != NULL;
}

void garim_policy_describe(const struct garim_policy *policy,
                           struct garim_policy_info *ret_info)
{
    struct garim_policy_info info = {
        .path = policy->path,
        .recipient = policy->release.recipient,
        .purpose = policy->release.purpose,
        .basis = policy->release.basis,
        .epoch = policy->release.epoch,
        .expires = policy->release.expires,
        .subjects = policy->subjects,
        .budget = policy->budget,
        .span_count = policy->step_count,
        .domain_count = policy->domain_count,
        .input_bytes = policy->framing.stride,
        .output_bytes = policy->framing.stride,
        .rule_count = count_rules(),
        .checked_bytes = garim_guard_bytes(policy),
        .header_unchecked = leaves_unchecked(&policy->framing.header),
        .trailer_unchecked = leaves_unchecked(&policy->framing.trailer),
    };
    memcpy(info.digest, policy->digest, sizeof info.digest);
    garim_info_give(ret_info, &info, sizeof info);
}

size_t garim_policy_findings(const struct garim_policy *policy, size_t first,
                             struct garim_finding *ret_findings, size_t count)
{
    const size_t all = policy->finding_count;
    if (count > 0 && first < all)
        garim_infos_give(ret_findings, policy->findings + first,
                         sizeof *policy->findings,
                         count < all - first ? count : all - first);
    return all;
}

void garim_policy_span(const struct garim_policy *policy, size_t index,
                       struct garim_span_info *ret_info)
{
    const struct garim_step *step = &policy->steps[index];
    bool gap = step->field->name[0] == '\0';
    const struct garim_span_info info = {
        .field = step->field->name,
        .type = gap ? "" : step->field->type->name,
        .rule = step->rule->name,
        .details = step->details,
        .at = step->field->at,
        .bytes = step->field->bytes,
        .leaves_nulls = leaves_nulls(step),
        .candidates =
            step->rule->candidates == NULL ? 0 : step->rule->candidates(step),
    };
    garim_info_give(ret_info, &info, sizeof info);
}

void garim_policy_domain(const struct garim_policy *policy, size_t index,
                         struct garim_domain_info *ret_info)
{
    const struct garim_domain *domain = &policy->domains[index];
    const struct garim_domain_info info = {
        .name = domain->name,
        .canonical = domain->canonical->name,
        .token_bits = domain->token_bits,
        .expected_collisions = domain->expected_collisions,
    };
    garim_info_give(ret_info, &info, sizeof info);
}

/* ---- engines and contexts -------------------------------------------------
 */

static enum garim_status choose_tier(const char *name,
                                     enum garim_tier *ret_tier,
                                     struct garim_error *error)
{
    enum garim_tier tier = 0;
    if (name == NULL || strcmp(name, "auto") == 0) {
        *ret_tier = garim_tier_best();
        return GARIM_OK;
    }
    while (tier < GARIM_TIER_COUNT && strcmp(garim_tier_names[tier], name) != 0)
        tier++;
    if (tier == GARIM_TIER_COUNT)
        return garim_error_set(
            error, GARIM_USAGE,
            "there are no kernels '%.32s'; use auto, scalar, "
            "avx2, shani or avx512",
            name);
    if (!garim_tier_usable(tier))
        return garim_error_set(error, GARIM_USAGE,
                               "this machine cannot run the kernels %s; use "
                               "auto, or %s",
                               name, garim_tier_names[garim_tier_best()]);
    *ret_tier = tier;
    return GARIM_OK;
}

enum garim_status garim_engine_open(struct garim_engine **ret_engine,
                                    const struct garim_policy *policy,
                                    const struct garim_key *key,
                                    const struct garim_engine_options *options,
                                    struct garim_error *error)
{
    enum garim_tier tier = GARIM_TIER_SCALAR;
    struct garim_engine_options taken;
    enum garim_status status = garim_options_take(
        &taken, sizeof taken, options, "garim_engine_options", error);
    if (status == GARIM_OK) status = choose_tier(taken.kernels, &tier, error);
    if (status == GARIM_OK) status = garim_self_test(tier, error);
    if (status != GARIM_OK) return status;
    struct garim_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL) return garim_error_no_memory(error);
    engine->policy = policy;
    engine->kernels = garim_kernels_of(tier);
    if (key != NULL) {
        memcpy(engine->key_id, garim_key_id(key), sizeof engine->key_id);
        engine->key_published = garim_key_is_published(key);
    }
    status = garim_keys_open(&engine->secrets, policy, key, error);
    if (status == GARIM_OK && key != NULL)
        status = garim_engine_seals_open(engine, key, error);
    if (status == GARIM_OK)
        *ret_engine = engine;
    else
        garim_engine_close(engine);
    return status;
}

const char *garim_engine_kernels(const struct garim_engine *engine)
{
    return engine->kernels->name;
}

void garim_engine_close(struct garim_engine *engine)
{
    if (engine == NULL) return;
    garim_engine_seals_close(engine);
    garim_keys_close(engine->secrets, engine->policy);
    free(engine);
}

struct garim_context {
    const struct garim_policy *policy;
    struct garim_workspace *workspace;
    uint64_t *counts; /* that nobody reads */
};

enum garim_status garim_context_open(struct garim_context **ret_context,
                                     const struct garim_engine *engine,
                                     struct garim_error *error)
{
    const size_t count = engine->policy->count_size;
    struct garim_context *context = calloc(1, sizeof *context);
    if (context == NULL) return garim_error_no_memory(error);
    context->policy = engine->policy;
    context->counts = calloc(count, sizeof *context->counts);
    enum garim_status status =
        context->counts == NULL
            ? garim_error_no_memory(error)
            : garim_workspace_open(&context->workspace, engine->policy,
                                   engine->kernels, engine->secrets, error);
    if (status == GARIM_OK)
        *ret_context = context;
    else
        garim_context_close(context);
    return status;
}

void garim_context_close(struct garim_context *context)
{
    if (context == NULL) return;
    garim_workspace_close(context->workspace);
    free(context->counts);
    free(context);
}

/* ---- transforms -----------------------------------------------------------
 */

static enum garim_status refuse_record(const struct garim_policy *policy,
                                       const struct garim_reject *reject,
                                       struct garim_error *error)
{
    const struct garim_field *field = policy->steps[reject->step].field;
    (void)garim_error_set(error, GARIM_DATA, "field %s %s; correct the record",
                          field->name,
                          garim_breach_text((enum garim_breach)reject->breach));
    if (error != NULL) {
        error->record = reject->record;
        error->offset = reject->record * policy->framing.stride + field->at;
        memcpy(error->field, field->name, strlen(field->name) + 1);
    }
    return GARIM_DATA;
}

static enum garim_status refuse_framing(const struct garim_policy *policy,
                                        size_t row, struct garim_error *error)
{
    (void)garim_error_set(error, GARIM_INPUT,
                          "the line is not %zu bytes long; correct the record "
                          "or the layout's length",
                          policy->layout->record_bytes);
    if (error != NULL) {
        error->record = row;
        error->offset = row * policy->framing.stride;
    }
    return GARIM_INPUT;
}

/* All records are as long after it as before. */
static enum garim_status refuse_room(const struct garim_policy *policy,
                                     size_t count, size_t out_bytes,
                                     struct garim_error *error)
{
    return garim_error_set(error, GARIM_USAGE,
                           "%zu bytes are no room for %zu records of %zu bytes "
                           "each; give a larger buffer, or fewer records",
                           out_bytes, count, policy->framing.stride);
}

enum garim_status garim_transform(struct garim_context *context, const void *in,
                                  size_t count, void *out, size_t out_bytes,
                                  size_t *ret_count, struct garim_error *error)
{
    const struct garim_policy *policy = context->policy;
    const struct garim_batch batch = {
        .in = in, .out = out, .count = count, .owned_end = count};
    struct garim_reject reject;
    struct garim_made made;
    if (ret_count != NULL) *ret_count = 0;
    if (count > out_bytes / policy->framing.stride)
        return refuse_room(policy, count, out_bytes, error);
    if (count == 0) return GARIM_OK;
    garim_policy_transform(context->workspace, &batch, context->counts, &reject,
                           1, &made);
    if (made.broken_row != SIZE_MAX) {
        memset(out, 0, count * policy->framing.stride);
        return refuse_framing(policy, made.broken_row, error);
    }
    if (ret_count != NULL) *ret_count = count;
    return made.reject_count == 0 ? GARIM_OK
                                  : refuse_record(policy, &reject, error);
}
