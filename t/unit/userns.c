/* SPDX-License-Identifier: MIT
 *
 * Tests of src/os/userns: maps of users, and this process's own namespace.
 */
#include "unit.h"

#include <unistd.h>

#include "os/userns.h"

static void maps(void **state)
{
    static const char all[] = "         0          0 4294967295\n",
                      one[] = "         0       1000          1\n",
                      two[] = "         0       1000          1\n"
                              "         1     100000      65536\n",
                      odd[] = "5 0 2\n7 9 0\nx 8 1\n8 8\n";
    static const struct {
        const char *map;
        unsigned id;
        bool has;
    } cases[] = {
        { all, 0, true },      { all, 65534, true },    { all, -2u, true },
        { all, -1u, false },   { one, 0, true },        { one, 1, false },
        { one, 1000, false },  { one, 65534, false },   { two, 0, true },
        { two, 1, true },      { two, 65534, true },    { two, 65536, true },
        { two, 65537, false }, { two, 100000, false },  { odd, 4, false },
        { odd, 5, true },      { odd, 6, true },        { odd, 7, false },
        { odd, 8, false },     { "", 0, false },        { "\n", 0, false },
        { "0 0", 0, false },   { "0 1000 1", 0, true },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(cases); i++) {
        if (userns_map_has(cases[i].map, cases[i].id) != cases[i].has)
            fail_msg("row %zu", i);
    }
}

static void this_process_is_in_its_namespace(void **state)
{
    (void)state;
    assert_true(userns_has_user(getuid()));
    assert_true(userns_has_group(getgid()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(maps),
        cmocka_unit_test(this_process_is_in_its_namespace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
