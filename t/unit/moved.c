/* SPDX-License-Identifier: MIT
 *
 * What goes from one program to the next, another version of it, by an upgrade:
 * the numbers below are what a message of this layout means to both.  Where one
 * of them changes, VERSION in serve/moving.c is raised and the new ones are
 * written here: then connections stay with the old program, instead of being
 * taken for what they are not.
 */
#include <stddef.h>

#include "http/fault.h"
#include "serve/moving.h"
#include "unit.h"

#define LAYOUT_VERSION 1u

static void layout(void **state)
{
    static const size_t places[][2] = {
        { offsetof(struct moved, layout), 0 },
        { offsetof(struct moved, listener), 8 },
        { offsetof(struct moved, number), 16 },
        { offsetof(struct moved, requests), 24 },
        { offsetof(struct moved, opened_us), 32 },
        { offsetof(struct moved, first_us), 40 },
        { offsetof(struct moved, due_ms), 48 },
        { offsetof(struct moved, peer), 56 },
        { offsetof(struct moved, peer.addr), 56 },
        { offsetof(struct moved, peer.port), 72 },
        { offsetof(struct moved, peer.family), 74 },
        { offsetof(struct moved, body_fault), 76 },
        { offsetof(struct moved, tls), 80 },
        { offsetof(struct moved, awaits_proxy), 81 },
        { offsetof(struct moved, continued), 82 },
        { offsetof(struct moved, body_done), 83 },
        { sizeof(struct moved), 80 + _Alignof(struct moved) },
    };

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        assert_int_equal(places[i][0], places[i][1]);
    assert_true(moving_layout() ==
                ((uint64_t)LAYOUT_VERSION << 32 | sizeof(struct moved)));
}

/* body_fault is a number there. */
static void faults(void **state)
{
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a, of their names */

    (void)state;
    for (unsigned i = 0; i < FAULT_COUNT; i++) {
        const char *p = fault_row((enum fault)i)->name;
        do
            hash = (hash ^ (uint8_t)*p) * 0x100000001b3u;
        while (*p++);
    }
    assert_int_equal(FAULT_COUNT, 0x2d);
    assert_int_equal(hash, 0x4fc075f1ae001c77);
}

/* Both look for the same line of their configurations by it. */
static void addresses(void **state)
{
    (void)state;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    assert_int_equal(moving_address("127.0.0.1:8080"),
                     0xcaa12d376900b03f);
#endif
    assert_true(moving_address("127.0.0.1:8080") !=
                moving_address("127.0.0.1:8081"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layout),
        cmocka_unit_test(faults),
        cmocka_unit_test(addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
