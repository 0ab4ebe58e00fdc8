/* SPDX-License-Identifier: MIT
 *
 * refs: one reference after the other, whatever language they are in.
 * Layer: http (pure).
 */
#include "http/refs.h"

#include "base/check.h"
#include "http/refs_parts.h"

struct refs refs_of(enum refs_language language, struct span text)
{
    struct refs r = { .rest = text };

    if (language == REFS_HTML)
        return r;
    r.rest = span_from(text, text.n);
    r.part_n = 1;
    r.part[0].mode = language == REFS_CSS ? REFS_PART_CSS : REFS_PART_JS;
    r.part[0].text = text;
    return r;
}

/* Nothing that is fetched: no address, too long, or its own content. */
static bool fetched(struct span url)
{
    if (url.n == 0 || url.n > REFS_URL_MAX || url.p[0] == '#')
        return false;
    for (size_t i = 0; i < url.n; i++) {
        if ((unsigned char)url.p[i] < ' ')
            return false;
    }
    size_t colon = span_find(url, ':');
    struct span scheme = span_to(url, colon);
    return colon == url.n || !(span_eq_nocase(scheme, SPAN("data")) ||
                               span_eq_nocase(scheme, SPAN("blob")) ||
                               span_eq_nocase(scheme, SPAN("about")) ||
                               span_eq_nocase(scheme, SPAN("javascript")));
}

/* One candidate of a srcset (HTML 4.8.4.2.1); its descriptors are passed. */
static bool next_candidate(struct span *s, struct span *url)
{
    unsigned depth = 0;
    size_t n = 0;

    while (s->n && (refs_space(s->p[0]) || s->p[0] == ','))
        *s = span_from(*s, 1);
    while (n < s->n && !refs_space(s->p[n]))
        n++;
    *url = span_to(*s, n);
    *s = span_from(*s, n);
    if (url->n && url->p[url->n - 1] == ',') {
        while (url->n && url->p[url->n - 1] == ',')
            url->n--;
        return url->n > 0;
    }
    for (n = 0; n < s->n && (depth || s->p[n] != ','); n++) {
        if (s->p[n] == '(')
            depth++;
        else if (s->p[n] == ')' && depth)
            depth--;
    }
    *s = span_from(*s, n);
    return url->n > 0;
}

/* False: the part has no more. */
static bool part_next(struct refs_part *p, struct ref *out)
{
    switch (p->mode) {
    case REFS_PART_URL:
        *out = (struct ref){ .kind = p->kind, .url = p->text };
        p->text = span_from(p->text, p->text.n);
        return out->url.n > 0;
    case REFS_PART_SRCSET:
        *out = (struct ref){ .kind = p->kind };
        return next_candidate(&p->text, &out->url);
    case REFS_PART_CSS:
        return refs_css_next(&p->css, &p->text, out);
    case REFS_PART_JS:
        break;
    }
    return refs_js_next(&p->js, &p->text, out);
}

bool refs_next(struct refs *r, struct ref *out)
{
    for (;;) {
        while (r->part_at < r->part_n) {
            struct refs_part *p = &r->part[r->part_at];
            if (!part_next(p, out)) {
                r->part_at++;
                continue;
            }
            out->url = refs_trim(out->url);
            if (!fetched(out->url)) {
                if (p->mode == REFS_PART_CSS && !out->other)
                    p->css.begun = false; /* it was no candidate */
                continue;
            }
            if (p->in_set) {
                out->other = r->begun;
                r->begun = true;
            }
            return true;
        }
        r->part_at = r->part_n = 0;
        if (!refs_html_next(r))
            return false;
    }
}

char ref_letter(enum ref_kind kind)
{
    static const char letters[] = {
#define X(name, letter) letter,
        REF_ROWS(X)
#undef X
    };

    CHECK((unsigned)kind < REF_KINDS);
    return letters[kind];
}
