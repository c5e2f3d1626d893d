/* criterion.h - as much of Criterion as the unit tests use, in its place
 *
 * SPDX-License-Identifier: Apache-2.0
 *
 * Criterion maps memory where ThreadSanitizer allows none.  Here each test is
 * a fork of a process with one thread, and the first check that fails ends it.
 */
#ifndef GARIM_TESTS_PLAIN_CRITERION_H
#define GARIM_TESTS_PLAIN_CRITERION_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct plain_options {
    void (*init)(void);
    void (*fini)(void);
    double timeout; /* seconds */
    int signal;
    int exit_code;
};

struct plain_entry {
    const char *suite;
    const char *name; /* NULL: the options of a suite */
    void (*function)(void);
    struct plain_options options;
    struct plain_entry *next;
};

void plain_register(struct plain_entry *entry);
__attribute__((format(printf, 5, 6))) void
plain_check(int holds, const char *file, int line, const char *condition,
            const char *format, ...);
__attribute__((format(printf, 1, 2))) _Noreturn void
plain_skip(const char *format, ...);

#define PLAIN_ENTRY(id, suite_, name_, function_, ...)                         \
    static struct plain_entry id = {                                           \
        #suite_, name_, function_, {__VA_ARGS__}, NULL};                       \
    __attribute__((constructor)) static void id##_enter(void)                  \
    {                                                                          \
        plain_register(&id);                                                   \
    }

#define TestSuite(suite, ...)                                                  \
    PLAIN_ENTRY(plain_suite_##suite, suite, NULL, NULL, __VA_ARGS__)           \
    struct plain_entry

#define Test(suite, name, ...)                                                 \
    static void suite##_##name##_test(void);                                   \
    PLAIN_ENTRY(plain_##suite##_##name, suite, #name, suite##_##name##_test,   \
                __VA_ARGS__)                                                   \
    static void suite##_##name##_test(void)

#define PLAIN_CHECK(holds, text, ...)                                          \
    plain_check(!!(holds), __FILE__, __LINE__, text, " " __VA_ARGS__)
#define PLAIN_COMPARE(a, sign, b, ...)                                         \
    PLAIN_CHECK((a)sign(b), #a " " #sign " " #b, __VA_ARGS__)

#define cr_assert(a, ...) PLAIN_CHECK(a, #a, __VA_ARGS__)
#define cr_assert_not(a, ...) PLAIN_CHECK(!(a), "not " #a, __VA_ARGS__)
#define cr_assert_null(a, ...) PLAIN_COMPARE(a, ==, NULL, __VA_ARGS__)
#define cr_assert_not_null(a, ...) PLAIN_COMPARE(a, !=, NULL, __VA_ARGS__)
#define cr_assert_eq(a, b, ...) PLAIN_COMPARE(a, ==, b, __VA_ARGS__)
#define cr_assert_neq(a, b, ...) PLAIN_COMPARE(a, !=, b, __VA_ARGS__)
#define cr_assert_lt(a, b, ...) PLAIN_COMPARE(a, <, b, __VA_ARGS__)
#define cr_assert_leq(a, b, ...) PLAIN_COMPARE(a, <=, b, __VA_ARGS__)
#define cr_assert_gt(a, b, ...) PLAIN_COMPARE(a, >, b, __VA_ARGS__)
#define cr_assert_geq(a, b, ...) PLAIN_COMPARE(a, >=, b, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...)                                            \
    PLAIN_CHECK(strcmp(a, b) == 0, #a " is " #b, __VA_ARGS__)
#define cr_assert_str_neq(a, b, ...)                                           \
    PLAIN_CHECK(strcmp(a, b) != 0, #a " is not " #b, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, bytes, ...)                                     \
    PLAIN_CHECK(memcmp(a, b, bytes) == 0, #a " holds " #b, __VA_ARGS__)
#define cr_assert_float_eq(a, b, apart, ...)                                   \
    PLAIN_CHECK(fabs((double)((a) - (b))) <= (apart), #a " about " #b,         \
                __VA_ARGS__)
#define cr_expect cr_assert
#define cr_expect_arr_eq cr_assert_arr_eq
#define cr_expect_eq cr_assert_eq
#define cr_expect_not cr_assert_not
#define cr_expect_null cr_assert_null
#define cr_expect_str_eq cr_assert_str_eq
#define cr_skip_test(...) plain_skip(__VA_ARGS__)

#endif
