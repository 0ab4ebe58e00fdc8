/* SPDX-License-Identifier: MIT
 *
 * sources: a file in some forms, as a plan is made from it.
 */
#ifndef ETAGD_UNIT_SOURCES_H
#define ETAGD_UNIT_SOURCES_H

#include "unit.h"

#include "http/cond.h"
#include "http/plan.h"

#define CHANGED 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */
#define NOW (CHANGED + 1000)

#define GZ (1u << CODING_GZIP)
#define BR (1u << CODING_BR)
#define ALL (GZ | BR | 1u << CODING_ZSTD)

static inline struct plan_source sources_made(unsigned available)
{
    static const char *const tags[CODING_COUNT] = {
        [CODING_IDENTITY] = "\"t\"",
        [CODING_GZIP] = "\"t-gz\"",
        [CODING_ZSTD] = "\"t-zst\"",
        [CODING_BR] = "\"t-br\"",
    };
    static struct plan_form forms[CODING_COUNT];
    struct plan_source s = { .available =
                                 (uint8_t)(available | 1u << CODING_IDENTITY),
                             .last_modified = CHANGED };

    for (int c = 0; c < CODING_COUNT; c++) {
        forms[c].size = c == CODING_IDENTITY ? 1000 : 100;
        assert_true(etag_parse(span_str(tags[c]), &forms[c].tag));
        s.form[c] = &forms[c];
    }
    return s;
}

#endif
