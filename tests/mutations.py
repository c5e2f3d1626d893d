"""mutations.py - the faults of mutants.py: what is replaced where, and who must notice.

SPDX-License-Identifier: Apache-2.0

Each is one that somebody might write, and that would do harm.
"""
from collections import namedtuple

# `file` is looked for under engine/; `tests` is a filter of Criterion, or how many forgeries are
# tried.
Mutation = namedtuple("Mutation", "name file old new program tests")


def unit(tests, *mutations):
    return [Mutation(*mutation, "unit", tests) for mutation in mutations]


def kernels(tests, *mutations):
    return [Mutation(*mutation, "kernels", tests) for mutation in mutations]


def forge(cases, *mutations):
    return [Mutation(*mutation, "forge", cases) for mutation in mutations]


def sim(seeds, *mutations):
    return [Mutation(*mutation, "sim", seeds) for mutation in mutations]


# ---- transfers and files -----------------------------------------------------------------------

TRANSFERS = unit(
    "real_io/*",
    ("folder-not-synced", "io_file.c", "const int result = garim_file_sync(folder);",
     "const int result = folder < 0;"),
    ("fsync-not-done", "io_file.c", "return errno_or_zero(fsync(descriptor));",
     "return errno_or_zero(descriptor);"),
    ("folder-without-sync-fails", "io_file.c", "return result == -EINVAL ? 0 : result;",
     "return result;"),
    ("short-write-is-whole", "io_file.c",
     "        if (some == 0) return -EIO;\n        moved += (size_t)some;",
     "        if (some == 0) return -EIO;\n        moved = bytes;"),
    ("short-read-is-whole", "io_file.c",
     "        if (some == 0) break;\n        moved += (size_t)some;",
     "        if (some == 0) break;\n        moved += (size_t)some;\n        break;"),
    ("direct-through-fuse", "io_file.c",
     "if (direct && is_fuse(descriptor)) return -EOPNOTSUPP;", "(void)is_fuse;"),
) + unit(
    "advance/*",
    ("interrupted-for-ever", "io_file.c",
     "else if (++request->attempts < GARIM_IO_ATTEMPTS_MAX)", "else"),
    ("attempts-add-up", "io_file.c",
     "        request->attempts = 0;\n        if (request->moved ==",
     "        if (request->moved =="),
    ("write-of-nothing-is-good", "io_file.c", ": -EIO);", ": (int64_t)request->moved);"),
    ("odd-end-read-on", "io_file.c", "request->moved % SECTOR_BYTES == 0)", "true)"),
    ("odd-end-of-write", "io_file.c",
     "if (request->operation == GARIM_IO_WRITE ||\n        request->moved", "if (request->moved"),
    ("stop-not-seen-between", "io_file.c", "if (stream && stop != NULL && atomic_load(stop))",
     "if (false)"),
) + unit(
    "io/*",
    ("lock-is-shared", "io_file.c", "LOCK_EX | LOCK_NB", "LOCK_SH | LOCK_NB"),
    ("limit-is-too-much", "io_file.c", "bytes > limit.rlim_cur)", "bytes >= limit.rlim_cur)"),
    ("stop-not-seen", "io_file.c",
     "if (stop != NULL && atomic_load(stop)) return -ECANCELED;", ""),
    ("guarded-write-waits", "io_posix.c", "data.iov_len > PIPE_BUF)\n", "false)\n"),
) + unit(
    "sync/*",
    ("checkpoint-folder-not-synced", "checkpoint.c",
     "if (result == 0 && !checkpoint->folder_synced)", "if (false)"),
    ("fdatasync-not-done", "io_file.c", "return errno_or_zero(fdatasync(descriptor));",
     "return errno_or_zero(descriptor);"),
)

# ---- secrets -----------------------------------------------------------------------------------

SECRETS = unit(
    "key_file/*",
    ("key-of-a-group", "key_file.c", ".refused = 077,", ".refused = 007,"),
    ("key-of-another", "key_file.c",
     "demands->own && file.st_uid != geteuid() && file.st_uid != 0", "false"),
    ("key-behind-a-link", "key_file.c", ".open_flags = O_NOFOLLOW,", ".open_flags = 0,"),
    ("key-of-zeros", "key_file.c", "if (is_blank(key))\n        return",
     "if (false)\n        return"),
    ("key-in-place-of-a-name", "key_file.c", "return digits >= DIGITS - 16;", "return false;"),
    ("key-too-long", "key_file.c", "else if (bytes != FILE_BYTES)", "else if (bytes < FILE_BYTES)"),
    ("key-without-newline", "key_file.c", "if (text[DIGITS] != '\\n')", "if (false)"),
) + unit(
    "secret/*",
    ("keys-in-dumps", "secret.c", "if (madvise(at, bytes, MADV_DONTDUMP) != 0) return -1;", ""),
    ("keys-in-children", "secret.c", "return madvise(at, bytes, MADV_DONTFORK);", "return 0;"),
    ("keys-in-swap", "secret.c", "| MAP_LOCKED;", ";"),
    ("guard-page-far", "secret.c", "data += inner - round_up(bytes, ALIGNMENT);", ""),
) + unit(
    "traces/*",
    ("stack-of-short-messages", "hmac.c", "garim_traces_clear(KERNEL_STACK_BYTES);", ""),
    ("stack-of-long-messages", "hmac.c",
     "garim_traces_clear(KERNEL_STACK_BYTES + sizeof(struct group));", ""),
    ("stack-of-groups", "hmac.c",
     "garim_traces_clear(KERNEL_STACK_BYTES + sizeof(struct group));",
     "garim_traces_clear(KERNEL_STACK_BYTES);"),
    ("workspace-not-wiped", "transform.c",
     "garim_secret_wipe(workspace->memory, workspace->memory_bytes);", "{}"),
    ("probe-not-wiped", "fd_tuning.c", "explicit_bzero(request.buffer, request.bytes);", ""),
) + unit(
    "stream/*",
    ("carry-not-wiped", "source_stream.c",
     "explicit_bzero(stream->carry, stream->carry_bytes_max);", "{}"),
) + unit(
    "@(crypto|self_test)/*",
    ("next-blocks-not-least", "hmac.c", "if (needed > blocks && needed < next) next = needed;",
     "if (needed > blocks) next = needed;"),
    ("labels-not-framed", "key_tree.c", "info[info_bytes++] = (uint8_t)bytes;\n", ""),
    ("another-salt", "key_tree.c", '"garim/v1"', '"garim/v2"'),
    ("self-test-of-lane-0", "self_test.c",
     "for (size_t i = 0; i < MESSAGES; i++) {\n        uint8_t tag",
     "for (size_t i = 0; i < 1; i++) {\n        uint8_t tag"),
    ("self-test-of-one-message", "self_test.c", "offsets[i] = MESSAGES - 1 - i;",
     "offsets[i] = 0;"),
    ("self-test-without-lanes", "self_test.c", "i < LANE_CASES; i++)", "i < 0; i++)"),
)

# ---- processors --------------------------------------------------------------------------------

PROCESSORS = kernels(
    "tiers/*",
    ("zmm-not-kept", "cpu.c", "XMM_YMM_ZMM = 0xE6", "XMM_YMM_ZMM = 0x06"),
    ("upper-zmm-not-kept", "cpu.c", "XMM_YMM_ZMM = 0xE6", "XMM_YMM_ZMM = 0x66"),
    ("ymm-not-kept", "cpu.c", "XMM_YMM = 0x06", "XMM_YMM = 0x02"),
    ("nothing-kept", "cpu.c", "if (has(leaves->kept, needs[i].kept) &&", "if ("),
    ("one-bit-is-enough", "cpu.c", "return (bits & wanted) == wanted;",
     "return wanted == 0 || (bits & wanted) != 0;"),
    ("vbmi-not-asked", "cpu.c", "bit_AVX512VBMI | bit_AVX512VBMI2", "bit_AVX512VBMI"),
    ("skylake-is-fast", "cpu.c", "family != 6 || model != 0x55", "family != 6 || model != 0x5"),
)

# ---- policies ----------------------------------------------------------------------------------

POLICIES = unit(
    "@(policy|release|lint)/*",
    ("budget-half", "load_policy.c", "subjects * subjects / 2;", "subjects * subjects / 4;"),
    ("budget-twice", "load_policy.c", "subjects * subjects / 2;", "subjects * subjects;"),
    ("budget-not-reached", "lint.c", "<= policy->budget) continue;",
     "< policy->budget) continue;"),
    ("budget-of-one-domain", "lint.c", "<= policy->budget) continue;",
     "<= policy->budget) break;"),
    ("budget-of-nothing", "release.c", "!isfinite(number) || number <= 0)",
     "!isfinite(number))"),
    ("budget-with-a-rest", "release.c", "*end != '\\0' ||", ""),
    ("expiry-early", "lint.c", "strcmp(today, release->expires) > 0",
     "strcmp(today, release->expires) >= 0"),
    ("expiry-late", "load_policy.c", "garim_lint(policy, time(NULL),",
     "garim_lint(policy, time(NULL) - 86400,"),
    ("expiry-never", "lint.c", "strcmp(today, release->expires) > 0", "false"),
    ("expiry-local", "lint.c", "gmtime_r(&now, &utc)", "localtime_r(&now, &utc)"),
    ("tokens-of-79-bits", "lint.c", "if (bits >= GARIM_TOKEN_BITS_MIN) continue;",
     "if (bits >= GARIM_TOKEN_BITS_MIN - 1) continue;"),
    ("findings-as-they-came", "findings.c", "if (lines != 0) return lines;", ""),
    ("findings-from-the-first", "api.c", "policy->findings + first", "policy->findings"),
    ("full-list-takes-none", "findings.c", "findings->severity != GARIM_SEVERITY_ERROR", "true"),
    ("any-day", "release.c", "return day.tm_mon == month;", "return true;"),
    ("domain-of-most-bits", "rule_token.c", "if (bits < domain->token_bits)",
     "if (bits > domain->token_bits)"),
    ("domain-of-two-forms", "rule_token.c", "if (domain->canonical != token->canonical)",
     "if (false)"),
    ("raw-in-lines", "rule_token.c", "index == RAW && build->layout->framing.terminator_bytes > 0",
     "false"),
    ("raw-in-text", "rule_token.c", "index == RAW && (traits & GARIM_TYPE_RAW) == 0", "false"),
    ("odd-bits", "rule_token.c", "token->encoding.bits % 8 != 0", "false"),
    ("token-too-wide", "rule_token.c", "if (token->text_bytes > field->bytes)",
     "if (token->text_bytes > field->bytes + 1)"),
    ("digits-too-wide", "rule_token.c", "field->bytes > GARIM_TOKEN_DIGITS_MAX",
     "field->bytes > GARIM_TOKEN_DIGITS_MAX + 1"),
)

# ---- records -----------------------------------------------------------------------------------

RECORDS = unit(
    "@(canonical|transform|records)/*",
    ("negative-zero", "type_char.c", "if (negative && text[from] != '0')", "if (negative)"),
    ("zero-is-nothing", "type_char.c", "while (from + 1 < bytes && text[from] == '0')",
     "while (from < bytes && text[from] == '0')"),
    ("sign-alone", "type_char.c", "if (bytes == from) return GARIM_BREACH_NUMBER;", ""),
    ("zeros-trimmed-away", "type_digits.c", "while (values->lengths[i] > 1 &&",
     "while (values->lengths[i] > 0 &&"),
    ("country-code-first", "canonical.c", '{"0082", "82"}', '{"82", "082"}'),
    ("broken-not-checked", "type_digits.c",
     "if (field->page->digit[value.data[i]] < 0) return GARIM_BREACH_DIGIT;", ""),
    ("broken-not-blanked", "transform.c",
     "        memcpy(piece->rows + row * piece->stride, policy->blank_record,\n"
     "               policy->layout->record_bytes);\n", ""),
    ("marks-stay", "transform.c", "piece->marks[row] = (struct garim_mark){0};", ""),
    ("open-end-anywhere", "framing.c", "if (last_open && i + 1 == count) return count;",
     "if (last_open) return count;"),
    ("line-feed-inside", "framing.c",
     "if (memchr(row, '\\n', record_bytes) != NULL) return i;", "(void)row;"),
    ("line-end-not-compared", "framing.c",
     "if (memcmp(row + record_bytes, framing->terminator, terminator_bytes) != 0)",
     "if (row[record_bytes] == 0)"),
    ("nulls-get-tokens", "rule_token.c", "count += null ? 0 : 1;", "count += 1;"),
    ("empties-get-tokens", "rule_token.c",
     "(values->lengths[value] == 0 || values->breaches[value] != 0)",
     "(values->breaches[value] != 0)"),
    ("mask-shows-short-odd", "rule_mask.c", "count - kept < mask->hide_min)",
     "count - kept + 1 < mask->hide_min)"),
    ("mask-shows-short", "rule_mask.c", "bool enough = bytes >= least;",
     "bool enough = bytes >= kept;"),
    ("mask-shows-one-letter", "rule_mask.c", "at[row] > 1;", "at[row] > 0;"),
    ("mask-shows-one-odd-letter", "rule_mask.c", "return first < local ?",
     "return first <= local ?"),
    ("mask-wrong-padding", "rule_mask.c",
     "        if (step->field->justify_right)\n            piece->offsets[row] = start;",
     "        if (!step->field->justify_right)\n            piece->offsets[row] = start;"),
    ("mask-hides-nulls", "rule_mask.c",
     "if ((found & GARIM_SCAN_NULL) != 0)\n", "if (false && found)\n"),
    ("mask-of-odd-bytes", "rule_mask.c", "else if ((found & GARIM_SCAN_NEEDS_CHECK) != 0)",
     "else if (false)"),
    ("expect-longer", "expect.c", "value.bytes == text->bytes;", "value.bytes >= text->bytes;"),
    ("expect-nulls", "expect.c", "if (!expect->no_nulls && garim_field_is_null",
     "if (garim_field_is_null"),
    ("trim-nul-of-digits", "layout.c", "(field->type->nul_pads && byte == 0)", "byte == 0"),
    ("put-left", "layout.c", "field->justify_right ? field->bytes - bytes : 0", "0"),
    ("guard-skips-digits", "guard.c", "[GARIM_CHECK_VALID] = steps[i].checked,",
     "[GARIM_CHECK_VALID] = false,"),
    ("guard-prefix-right", "guard.c",
     "field->expect.kind != GARIM_EXPECT_PREFIX || !field->justify_right", "true"),
    ("guard-mixes-texts", "guard.c", "field->bytes == 1 ? expect->text_count : 1",
     "expect->text_count"),
    ("guard-range-too-wide", "guard.c", "(uint8_t)span;", "(uint8_t)(span + 1);"),
    ("guard-by-hand-not-run", "guard.c", "if (guard->checks[i].by_hand)\n            run_by_hand",
     "if (false)\n            run_by_hand"),
)

# ---- jobs --------------------------------------------------------------------------------------

JOBS = unit(
    "@(state|slots|bounds|progress)/*",
    ("watermark-jumps", "watermark.c", "moved = index == watermark->windows;",
     "moved = index >= watermark->windows;"),
    ("watermark-comes-round", "watermark.c",
     "        watermark->finished[place] = false;\n", ""),
    ("watermark-counts-once", "watermark.c",
     "to->counts[i] += from->counts[i];", "to->counts[i] = from->counts[i];"),
    ("watermark-beyond-reach", "watermark.c", "index - watermark->windows < reach);",
     "index - watermark->windows <= reach);"),
    ("state-without-key", "journal.c", "if (journal->seal != NULL)\n", "if (false)\n"),
    ("seal-of-one-byte", "journal.c", "for (size_t i = 0; i < SEAL_BYTES; i++)",
     "for (size_t i = 0; i < 1; i++)"),
    ("slot-not-sealed", "journal.c", "is_same_seal(journal->slot + used, right) &&", ""),
    ("head-not-sealed", "journal.c", "is_same_seal(head.seal, right) &&", ""),
    ("slot-of-another-head", "journal.c", "return seal(journal, journal->head_seal, SEAL_BYTES,",
     "return seal(journal, journal->head_seal, 0,"),
    ("older-slot", "journal.c", "point->sequence > even_sequence)", "false)"),
    ("slot-in-wrong-place", "journal.c", "point->sequence % 2 == sequence % 2 &&", ""),
    ("slots-in-one-place", "journal.c", "sequence % 2 * journal->slot_bytes", "0"),
    ("window-not-power", "bounds.c", "(window & (window - 1)) == 0 &&", ""),
    ("window-too-small", "bounds.c", "window >= GARIM_WINDOW_BYTES_MIN &&", ""),
    ("window-too-large", "bounds.c", "window <= GARIM_WINDOW_BYTES_MAX &&", ""),
    ("traits-too-many", "bounds.c", "job->trait_count <= GARIM_JOURNAL_TRAITS_MAX &&", ""),
    ("counts-too-many", "bounds.c", "job->count_size <= COUNTS_MAX &&", ""),
    ("windows-too-many", "bounds.c", "return point->windows <= count &&", "return"),
    ("bytes-not-those", "bounds.c", "bytes_hold &&", ""),
    ("records-too-many", "bounds.c", "point->records <= bounds->records &&", ""),
    ("complete-too-early", "bounds.c", "point->windows == count ? 1 : 0", "1"),
    ("faults-not-sorted", "bounds.c", "record <= rejects[i - 1].record)", "false)"),
    ("faults-past-the-end", "bounds.c", "record - bounds->first_record >= bounds->records",
     "record - bounds->first_record > bounds->records"),
    ("fault-of-no-field", "bounds.c", "rejects[i].step >= bounds->reject_steps",
     "rejects[i].step > bounds->reject_steps"),
) + unit(
    "place/*",
    ("own-second-link", "place.c", "status->st_nlink == 1 &&", ""),
    ("own-by-others", "place.c", "S_ISREG(status->st_mode) && status->st_uid == geteuid() &&",
     "S_ISREG(status->st_mode) &&"),
    ("own-device", "place.c", "S_ISREG(status->st_mode) && ", ""),
    ("own-writable", "place.c", "OTHERS_WRITE = S_IWGRP | S_IWOTH", "OTHERS_WRITE = S_IWOTH"),
    ("own-any-mode", "place.c", "(status->st_mode & MODE_BITS) == mode", "true"),
    ("private-of-another", "place.c", "status.st_uid == geteuid() &&\n           (status.st_mode",
     "(status.st_mode"),
    ("private-writable", "place.c", "(status.st_mode & OTHERS_WRITE) == 0;", "true;"),
    ("held-by-name", "place.c", "held.st_ino == named.st_ino", "true"),
) + unit(
    "geometry/*",
    ("record-owned-twice", "geometry.c", "window.owned_begin = divide_up(low - header, stride);",
     "window.owned_begin = (low - header) / stride;"),
    ("record-cut-at-window", "geometry.c",
     "window.record_end = divide_up(high - header, stride);",
     "window.record_end = (high - header) / stride;"),
    ("record-from-window", "geometry.c",
     "{rows, max(rows, rows_end)},", "{rows + 1, max(rows, rows_end)},"),
    ("trailer-not-counted", "geometry.c", "bytes += geometry->dropped_last;", "(void)0;"),
    ("header-not-counted", "geometry.c", "bytes += geometry->dropped_first;",
     "(void)0;"),
    ("unterminated-in-slice", "geometry.c", "geometry->last_unterminated &= end == records;", ""),
    ("rest-is-a-record", "framing.c", ".rest_bytes = unterminated ? 0 : rest,",
     ".rest_bytes = 0,"),
    ("buffer-too-small", "geometry.c", "2 * stride) +", "stride / 2) +"),
) + unit(
    "@(pipeline|pipeline_files|rejects|progress|block)/*",
    ("faults-not-lowest", "rejects.c", "kept[old - 1].record > list[count - 1].record",
     "list[old - 1].record < list[count - 1].record"),
    ("stop-goes-up", "rejects.c", "if (record < rejects->stop) rejects->stop = record;",
     "rejects->stop = record;"),
    ("break-not-lowest", "rejects.c", "if (record < rejects->break_record) {",
     "if (rejects->break_record == GARIM_NONE) {"),
    ("excess-behind-break", "rejects.c",
     "return excess->record < rejects->break_record ? excess : NULL;", "return excess;"),
    ("one-fault-too-few", "rejects.c", ".capacity = max_rejects + 1,",
     ".capacity = max_rejects + (max_rejects == 0),"),
    ("copy-past-the-end", "rejects.c", "rejects->list[count].record < record_end)",
     "rejects->list[count].record <= record_end)"),
    ("turn-for-anybody", "turn.c", "return turn->next == index;", "return turn->next <= index;"),
    ("input-shrank", "source_windows.c", "(uint64_t)block->request.result < block->needed_bytes",
     "false"),
    ("old-bytes-at-the-end", "sink_windows.c",
     "memset(aligned + block->data_bytes, 0, bytes - block->data_bytes);", ""),
    ("stop-not-cut", "block.c", "if (!garim_block_is_stopped(flow, block)) return;", "return;"),
    ("window-without-read", "source_windows.c", "ASSERT(block->request.bytes > 0);", ""),
    ("stream-without-read", "source_stream.c",
     "ASSERT(end < block->buffer + flow->buffer_bytes);", ""),
    ("rest-not-broken", "source_stream.c",
     "break_off(flow, extent.rest_bytes);", ";"),
) + unit(
    "@(turn|progress)/*",
    ("turn-wakes-one", "turn.c",
     "turn->next = index + 1;\n    (void)pthread_cond_broadcast",
     "turn->next = index + 1;\n    (void)pthread_cond_signal"),
    ("turn-not-released", "turn.c", " && !turn->released)", ")"),
) + unit(
    "@(verify|block)/*",
    ("last-window-not-looked-at", "verify.c", "check->windows[DRAWN] = finished - 1;",
     "check->windows[DRAWN] = 0;"),
    ("short-part-is-whole", "verify.c", "if (same == block->data_bytes) return;",
     "if (same == have) return;"),
    ("few-are-not-all", "verify.c", "begin + random[i] % (end - begin)", "begin"),
    ("difference-not-seen", "verify.c", "if (memcmp(a, b, bytes) == 0) return bytes;",
     "if (memcmp(a, b, bytes / 2) == 0) return bytes;"),
    ("appended-not-looked-at", "verify.c", "if (block->data_bytes > 0) compare_part(checker);", ""),
    ("appended-from-the-front", "verify.c", "if (!make(checker, point->windows - i)) return;",
     "if (!make(checker, i - 1)) return;"),
) + unit(
    "@(resume|leftovers|complete)/*",
    ("part-not-synced", "checkpoint.c",
     "const int result = output->io->sync_data(output->descriptor);", "const int result = 0;"),
    ("slot-not-synced", "journal.c",
     "return result < 0 ? result : journal->io->sync_data(journal->descriptor);", "return result;"),
    ("whole-part-not-synced", "output.c", "result = output->io->sync(output->descriptor);",
     "result = 0;"),
    ("name-not-synced", "output.c",
     "const int result = output->io->sync_folder(output->folder);", "const int result = 0;"),
    ("chosen-slot-not-written", "journal.c",
     "const int result = write_slot(journal);\n"
     "    return result < 0 ? fail(journal, result, error) :",
     "const int result = 0;\n    return result < 0 ? fail(journal, result, error) :"),
    ("part-of-another-inode", "leftovers.c", "(point->part_inode == part->st_ino &&", "("),
    ("part-too-short", "leftovers.c", "point->bytes_out <= (uint64_t)part->st_size)", "true)"),
    ("complete-part-by-time", "leftovers.c",
     "point->part_nanoseconds == status->st_mtim.tv_nsec;", "true;"),
    ("complete-part-by-size", "leftovers.c",
     "point->part_bytes == (uint64_t)status->st_size &&", ""),
    ("changed-input-resumed", "journal.c",
     "if (strcmp(value_of(old, job->traits[i].name), job->traits[i].value) !=", "if (1 =="),
    ("part-not-cut", "output.c", ": output->io->truncate(output->descriptor, bytes);", ": 0;"),
) + unit(
    "@(input|pipeline_files|resume|filter|sink)/*",
    ("mode-not-set", "output.c",
     "int result = io->set_mode(output->descriptor, output->mode);", "int result = 0;"),
    ("input-of-another-size", "input.c", "old->st_size == now.st_size &&", ""),
    ("input-of-another-time", "input.c", "is_same_time(old->st_mtim, now.st_mtim);", "true;"),
    ("output-is-the-input", "input.c", "S_ISREG(status->st_mode) && is_same_file(own, status);",
     "false;"),
    ("print-not-compared", "input.c",
     "same = memcmp(print, input->print, sizeof print) == 0;", ""),
    ("print-of-the-head", "input.c", "tail < 0 ? 0 : (size_t)tail,", "0,"),
    ("filter-wrote-nothing", "output.c", "if (status.st_size == 0 && bytes > 0)", "if (false)"),
    ("filter-left-running", "output.c", "if (io->is_written(part))", "if (false)"),
) + unit(
    "@(plan|pace)/*",
    ("memory-twice", "sizing.c", "while (bytes_of(sizing, facts) > memory_bytes)",
     "while (bytes_of(sizing, facts) > 2 * memory_bytes)"),
    ("rate-twice", "pace.c", "(double)pace->bytes_per_second);",
     "(double)pace->bytes_per_second / 2);"),
    ("pauses-saved-up", "pace.c", "if (pace->next < earliest) pace->next = earliest;", ""),
) + unit(
    "publish/*",
    ("name-of-another-file", "output.c",
     "if (garim_place_holds_name(io, output->folder, name, output->descriptor))", "if (true)"),
    ("name-taken", "output.c", "if (result == -EEXIST)\n", "if (false)\n"),
    ("part-removed-by-name", "output.c",
     "if (garim_place_holds_name(output->io, output->folder, name, output->descriptor))\n"
     "(void)output->io->remove", "(void)output->io->remove"),
    ("state-goes-too-early", "output.c", "output->published ? output->settled : !keep",
     "output->published || !keep"),
    ("resume-of-another-part", "job.c",
     "|| garim_output_check(&state->output, NULL) != GARIM_OK)", ")"),
) + unit(
    "leftovers/part_*",
    ("part-not-locked", "leftovers.c",
     "const int result = garim_place_lock(output->io, descriptor, timeout_ms);",
     "(void)timeout_ms; const int result = 0;"),
) + unit(
    "seal/*",
    ("seals-of-one-key", "api_seal.c", '[GARIM_SEAL_INPUT] = "input"',
     '[GARIM_SEAL_INPUT] = "state"'),
    ("seals-without-key", "api_seal.c", "memcpy(digest, tag, sizeof tag);", "(void)tag;"),
)

FORGERIES = forge(
    "6000",
    ("faults-beyond-slot", "journal.c",
     "point->reject_count > journal->job.rejects_max)", "false)"),
    ("part-not-verified", "verify.c", "if (same == block->data_bytes) return;", "return;"),
)

ORDERS = sim(
    "3000",
    ("sim-skipped-watermark", "watermark.c", "const bool moved = index == watermark->windows;",
     "const bool moved = index >= watermark->windows;"),
    ("sim-checkpoint-before-sync", "checkpoint.c",
     "const int result = output->io->sync_data(output->descriptor);", "const int result = 0;"),
    ("sim-swapped-turn", "turn.c", "return turn->next == index;",
     "return turn->next == index || turn->next + 1 == index;"),
    ("sim-lost-carry", "source_stream.c",
     "memcpy(stream->carry, begin + used, stream->carry_bytes);", ""),
    ("sim-lost-tail", "sink_append.c", "memcpy(append->tail, from + bytes, left);", ""),
    ("sim-lanes-wait-for-ever", "flow.c",
     "watermark->windows - flow->durable_windows >=\n"
     "               flow->windows_past_checkpoint_max;", "false;"),
    ("sim-resumes-in-the-wrong-place", "checkpoint.c",
     "flow->append.bytes = point->bytes_out;", ""),
    ("sim-early-name", "output.c", "result = output->io->sync(output->descriptor);", "(void)0;"),
)

MUTATIONS = TRANSFERS + SECRETS + PROCESSORS + POLICIES + RECORDS + JOBS + FORGERIES + ORDERS
