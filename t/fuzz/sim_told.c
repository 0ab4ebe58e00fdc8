/* SPDX-License-Identifier: MIT
 *
 * sim_told: what the log and the events say of a request, held against the
 * bytes that the client has sent: each request once, in order, with its own
 * texts.
 */
#include "sim.h"

#include <string.h>

#include "answer/txn.h"
#include "http/json.h"
#include "http/logline.h"
#include "http/utf8.h"

struct text {
    const char *p;
    size_t n;
};

/* The client's n-th request, from 1 on, and the bytes that begin with it. */
static bool nth(const struct sim_conn *c, uint64_t n, struct sim_request *q,
                struct text *from)
{
    size_t at = 0;

    for (;; n--) {
        sim_request_next(c, at, c->taken, q);
        if (n == 1)
            break;
        if (q->kind != REQ_WHOLE)
            return false;
        at = q->ends;
    }
    if (c->taken - at >= 2 && memcmp(c->bytes + at, "\r\n", 2) == 0)
        at += 2;
    *from = (struct text){ (const char *)c->bytes + at, c->taken - at };
    return true;
}

static bool begins(struct text all, struct text part)
{
    return part.n <= all.n && memcmp(all.p, part.p, part.n) == 0;
}

static int digit(char c)
{
    return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

/* The string of that name in a line of JSON, its escapes undone. */
static struct text string_of(const char *line, const char *name, char *to)
{
    char key[32];
    struct text t = { to, 0 };

    snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *p = strstr(line, key);
    if (!p)
        return t;
    for (p += strlen(key); *p != '"'; p++) {
        if (*p == '\\' && p[1] == 'u') {
            to[t.n++] = (char)(digit(p[4]) * 16 + digit(p[5]));
            p += 5;
        } else {
            to[t.n++] = *p == '\\' ? *++p : *p;
        }
        PROPERTY(t.n <= LOGLINE_TARGET_MAX);
    }
    return t;
}

/* The ids of a request that was answered are those that it came with, or none:
 * of two, and of a head that is faulty.  Of such a one the second may be behind
 * the fault, where nobody reads. */
static void told_ids(const struct sim_request *q, int status, const char *line)
{
    static const char *const names[] = { "request_id", "traceparent" };
    char storage[6 * LOGLINE_ID_MAX + 32];

    for (int i = 0; i < 2; i++) {
        const struct sim_id *id = &q->id[i];
        struct buf b = buf_over(storage, sizeof storage);
        json_key(&b, names[i]);
        char *at = memmem(line, strlen(line), b.p, b.n);
        if (!at) {
            PROPERTY(status >= 400 || id->count != 1);
            continue;
        }
        json_string(&b, utf8_cut(span_of(id->p, id->n), LOGLINE_ID_MAX));
        PROPERTY(id->count == 1 || (id->count > 1 && status >= 400));
        PROPERTY(!b.overflow);
        PROPERTY(strncmp(at, b.p, b.n) == 0 && strchr(",}", at[b.n]));
    }
}

void sim_told_line(const struct sim_conn *c, uint64_t n, int status,
                   const char *line)
{
    char m[LOGLINE_TARGET_MAX + 1], t[LOGLINE_TARGET_MAX + 1];
    struct text method = string_of(line, "method", m);
    struct text target = string_of(line, "target", t);
    struct sim_request q;
    struct text from;

    if (!nth(c, n, &q, &from)) {
        PROPERTY(status >= 400 || status == 0);
        return;
    }
    if (q.kind == REQ_WHOLE && status)
        told_ids(&q, status, line);
    PROPERTY(begins(from, method));
    if (target.n) {
        struct text rest = { from.p + method.n, from.n - method.n };
        PROPERTY(rest.n > 1 && rest.p[0] == ' ');
        rest = (struct text){ rest.p + 1, rest.n - 1 };
        PROPERTY(begins(rest, target));
        if (q.kind == REQ_WHOLE && status < 400)
            PROPERTY(target.n == LOGLINE_TARGET_MAX || rest.p[target.n] == ' ');
    } else {
        PROPERTY(status >= 400 || status == 0);
    }
}

void sim_told_head(const struct sim_conn *c, uint64_t n, const char *head,
                   size_t head_n, bool cut)
{
    struct text told = { head, head_n };
    struct sim_request q;
    struct text from;

    if (!nth(c, n, &q, &from))
        return;
    if (cut) {
        /* of a long one only some fields are told, and 512 bytes of target */
        const char *space = memchr(head, ' ', head_n);
        size_t sure = space ? (size_t)(space - head) + 1 : head_n;
        const char *end = memchr(head + sure, ' ', head_n - sure);
        told.n = end ? (size_t)(end - head) : head_n;
        if (told.n > sure + 512)
            told.n = sure + 512;
    }
    PROPERTY(begins(from, told));
}
