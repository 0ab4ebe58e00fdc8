/* SPDX-License-Identifier: MIT
 *
 * directive_rows: the directives of Cache-Control that responses may have.
 * Layer: conf.
 */
#include "conf/directives.h"

const struct directive_row directive_rows[] = {
    { "max-age", DIRECTIVE_SECONDS, false },
    { "s-maxage", DIRECTIVE_SECONDS, false },
    { "no-cache", DIRECTIVE_FIELDS, false },
    { "no-store", DIRECTIVE_BARE, false },
    { "no-transform", DIRECTIVE_BARE, false },
    { "public", DIRECTIVE_BARE, false },
    { "private", DIRECTIVE_FIELDS, false },
    { "must-revalidate", DIRECTIVE_BARE, false },
    { "proxy-revalidate", DIRECTIVE_BARE, false },
    { "must-understand", DIRECTIVE_BARE, false },
    { "immutable", DIRECTIVE_BARE, false },                 /* RFC 8246 */
    { "stale-while-revalidate", DIRECTIVE_SECONDS, false }, /* RFC 5861 */
    { "stale-if-error", DIRECTIVE_SECONDS, false },
    { "pre-check", DIRECTIVE_SECONDS, true }, /* Internet Explorer's */
    { "post-check", DIRECTIVE_SECONDS, true },
};
const size_t directive_rows_n = sizeof directive_rows / sizeof *directive_rows;

const struct directive_row *directive_find(struct span name)
{
    for (size_t i = 0; i < directive_rows_n; i++) {
        if (span_eq_nocase(name, span_str(directive_rows[i].name)))
            return &directive_rows[i];
    }
    return NULL;
}
