/* SPDX-License-Identifier: MIT
 *
 * unit: what every unit test includes: cmocka and its prerequisites.
 */
#ifndef ETAGD_UNIT_H
#define ETAGD_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Rows of a table test name the row that failed. */
#define ROW_CHECK(row, cond)                          \
    do {                                              \
        if (!(cond))                                  \
            fail_msg("row \"%s\": %s", (row), #cond); \
    } while (0)

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#endif
