/* SPDX-License-Identifier: MIT
 *
 * heads: a struct head made from names and values, without any parsing: tests
 * of what fields mean need no request line.
 */
#ifndef ETAGD_UNIT_HEADS_H
#define ETAGD_UNIT_HEADS_H

#include "http/head.h"

static inline enum field_id heads_id(struct span name)
{
    static const char *const names[] = {
#define X(id, name) name,
        FIELD_ROWS(X)
#undef X
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (span_eq_nocase(span_str(names[i]), name))
            return (enum field_id)i;
    }
    return FIELD_OTHER;
}

static inline void heads_add_span(struct head *h, struct span name,
                                  struct span value)
{
    enum field_id id = heads_id(name);
    struct head_field *f = &h->fields[h->n_fields];

    *f = (struct head_field){ name, span_trim(value), id };
    if (head_has(h, id))
        h->repeated |= (uint64_t)1 << id;
    else
        h->first[id] = (uint8_t)h->n_fields;
    h->present |= (uint64_t)1 << id;
    h->n_fields++;
}

static inline void heads_add(struct head *h, const char *name,
                             const char *value)
{
    heads_add_span(h, span_str(name), span_str(value));
}

/* pairs: name, value, name, value, ..., NULL */
static inline void heads_make(struct head *h, const char *const *pairs)
{
    memset(h, 0, sizeof *h);
    h->method = METHOD_GET;
    h->minor = 1;
    for (; *pairs; pairs += 2)
        heads_add(h, pairs[0], pairs[1]);
}

#endif
