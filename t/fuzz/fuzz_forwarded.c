/* SPDX-License-Identifier: MIT
 *
 * fuzz_forwarded: what clients write into the fields by which proxies tell
 * whose a request is.  Lines of the input are field lines; the first byte says
 * of what.
 */
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "http/forwarded.h"

#define LINES_MAX 8

static const struct ip_net trust[] = {
    { .ip = { .addr = { 10 }, .family = 4 }, .bits = 8 },
    { .ip = { .addr = { 0xfd }, .family = 6 }, .bits = 8 },
};
static const size_t n_trust = sizeof trust / sizeof trust[0];

static void add(struct head *h, enum field_id id, struct span value)
{
    if (!head_has(h, id))
        h->first[id] = (uint8_t)h->n_fields;
    h->present |= (uint64_t)1 << id;
    h->fields[h->n_fields++] =
        (struct head_field){ .value = span_trim(value), .id = id };
}

static void read_it(struct forwarded *out, const struct head *h, bool standard)
{
    if (standard)
        forwarded_standard(out, h, trust, n_trust);
    else
        forwarded_x(out, h, trust, n_trust);
}

static void holds(const struct forwarded *f, const char *p, size_t n)
{
    bool trusted = ip_in(trust, n_trust, &f->client);

    PROPERTY(f->end < FORWARDED_END_COUNT && forwarded_end_text(f->end)[0]);
    PROPERTY(f->client.family == 0 || f->client.family == 4 ||
             f->client.family == 6);
    PROPERTY(f->end != FORWARDED_CLIENT || (f->client.family && !trusted));
    PROPERTY(f->end == FORWARDED_CLIENT || !f->client.family || trusted);
    PROPERTY(f->client.family || f->port == 0);
    PROPERTY(!f->host.p || (f->host.p >= p && f->host.p + f->host.n <= p + n));
}

/* A trusted proxy puts the client behind what that sent, in the same line or in
 * one of its own: then nothing else counts. */
static void cannot_forge(const struct head *sent, bool standard, bool apart)
{
    static const struct span tells[] = {
        SPAN("for=\"[2001:db8::9]:4711\";proto=https;host=\"a:1\""),
        SPAN("[2001:db8::9]:4711")
    };
    enum field_id id = standard ? FIELD_FORWARDED : FIELD_X_FORWARDED_FOR;
    struct head h = *sent;
    struct forwarded f;
    char *line = NULL;

    if (apart || h.n_fields == 0 || h.fields[h.n_fields - 1].id != id) {
        add(&h, id, tells[!standard]);
    } else {
        struct span *last = &h.fields[h.n_fields - 1].value;
        size_t n = last->n, more = tells[!standard].n;
        line = malloc(n + more + 2);
        memcpy(line, last->p, n);
        memcpy(line + n, ", ", 2);
        memcpy(line + n + 2, tells[!standard].p, more);
        *last = span_of(line, n + 2 + more);
    }
    read_it(&f, &h, standard);
    PROPERTY(f.end == FORWARDED_CLIENT && f.client.family == 6 &&
             f.client.addr[15] == 9 && f.client.addr[0] == 0x20 &&
             f.port == 4711);
    PROPERTY(!standard ||
             (f.scheme == FORWARDED_HTTPS && span_eq(f.host, SPAN("a:1"))));
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum field_id ids[] = { FIELD_FORWARDED, FIELD_X_FORWARDED_FOR,
                                         FIELD_X_FORWARDED_PROTO,
                                         FIELD_X_FORWARDED_HOST };
    static struct head h;
    struct forwarded f;

    if (size == 0)
        return 0;
    const char *p = (const char *)data + 1;
    struct span rest = span_of(p, size - 1);
    unsigned which = data[0];
    bool standard = which & 1;

    memset(&h, 0, sizeof h);
    for (int i = 0; i < LINES_MAX && rest.n; i++) {
        size_t n = span_find(rest, '\n');
        add(&h, standard ? FIELD_FORWARDED : ids[1 + (which >> 1) % 3],
            span_to(rest, n));
        rest = span_from(rest, n + 1);
        which = which >> 1 | (which & 1) << 7;
    }
    read_it(&f, &h, standard);
    holds(&f, p, size - 1);
    cannot_forge(&h, standard, true);
    cannot_forge(&h, standard, false);
    return 0;
}
