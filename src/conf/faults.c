/* SPDX-License-Identifier: MIT
 *
 * faults: gathers what is wrong, in the order of the file.
 * Layer: conf.  Owns its texts until faults_hand_over().
 */
#include "config.h"

#include "conf/faults.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/check.h"
#include "http/utf8.h"

struct shown faults_shown(struct span s)
{
    struct shown out;
    size_t room = sizeof out.text - sizeof "...", n = 0;

    while (n < s.n) { /* no character is cut in two */
        size_t k = utf8_sequence((const unsigned char *)s.p + n, s.n - n);
        unsigned char c = (unsigned char)s.p[n];
        if (n + (k ? k : 1) > room)
            break;
        memcpy(out.text + n, s.p + n, k ? k : 1);
        if (k == 0 || c < 0x20 || c == 0x7f)
            out.text[n] = '?';
        n += k ? k : 1;
    }
    out.text[n] = '\0';
    if (n < s.n)
        memcpy(out.text + n, "...", sizeof "...");
    return out;
}

static void place_put(const struct fault_list *l, int at, struct buf *b)
{
    if (at < 0)
        buf_fmt(b, "-o %s: ", SHOWN(span_str(l->override[-at - 1])));
    else if (at > 0)
        buf_fmt(b, "%s:%d: ", l->file ? l->file : "defaults", at);
    else if (l->file)
        buf_fmt(b, "%s: ", l->file);
}

void faults_add(struct fault_list *l, int at, const char *section,
                const char *key, const char *fmt, va_list args)
{
    char place[700], message[600];
    struct buf b = buf_over(place, sizeof place);

    if (l->n == FAULTS_MAX) {
        l->beyond++;
        return;
    }
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 8;
        l->rows = realloc(l->rows, l->cap * sizeof *l->rows);
        CHECK(l->rows != NULL);
    }
    place_put(l, at, &b);
    if (section)
        buf_fmt(&b, "[%s] ", SHOWN(span_str(section)));
    if (key)
        buf_fmt(&b, "%s: ", SHOWN(span_str(key)));
    vsnprintf(message, sizeof message, fmt, args);
    struct fault_row *row = &l->rows[l->n];
    *row = (struct fault_row){ at, l->n, NULL };
    CHECK(asprintf(&row->text, "%.*s%s", (int)b.n, b.p, message) >= 0);
    l->n++;
}

static int row_order(const void *a, const void *b)
{
    const struct fault_row *x = a, *y = b;

    /* the whole file, its lines, then overrides as they were given */
    if ((x->at < 0) != (y->at < 0))
        return x->at < 0 ? 1 : -1;
    if (x->at != y->at)
        return (x->at < y->at) != (x->at < 0) ? -1 : 1;
    return x->nth < y->nth ? -1 : 1;
}

void faults_hand_over(struct fault_list *l, struct conf_faults *out)
{
    size_t n = l->n + (l->beyond > 0);

    if (l->n)
        qsort(l->rows, l->n, sizeof *l->rows, row_order);
    if (out)
        *out = (struct conf_faults){ NULL, 0 };
    if (out && n > 0) {
        out->text = calloc(n, sizeof *out->text);
        CHECK(out->text != NULL);
        out->n = n;
        if (l->beyond)
            CHECK(asprintf(&out->text[l->n], "and %zu more", l->beyond) >= 0);
    }
    for (size_t i = 0; i < l->n; i++) {
        if (out && out->text)
            out->text[i] = l->rows[i].text;
        else
            free(l->rows[i].text);
    }
    free(l->rows);
    l->rows = NULL;
    l->n = l->cap = l->beyond = 0;
}

void conf_faults_free(struct conf_faults *f)
{
    for (size_t i = 0; i < f->n; i++)
        free(f->text[i]);
    free(f->text);
    *f = (struct conf_faults){ NULL, 0 };
}
