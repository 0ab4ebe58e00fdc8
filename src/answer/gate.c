/* SPDX-License-Identifier: MIT
 *
 * gate: remembered digests, and checks with those that wait for them.
 * Layer: answer.
 * Heap: at the start.
 */
#include "answer/gate.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "answer/answer.h"
#include "answer/txn.h"
#include "base/check.h"
#include "base/uninit.h"
#include "conf/rules.h"
#include "http/basic.h"
#include "http/moment.h"
#include "os/helpers.h"
#include "os/log.h"
#include "os/password.h"
#include "os/poll.h"
#include "serve/conn.h"
#include "share/attempts.h"

#define AT_ONCE 2u /* processors are for those that are served, too */
#define SETS 256u  /* power of 2 */
#define WAYS 4u    /* 1024 users and passwords at a time */
#define KNOWN_MS 600000
#define LOG_MS 60000 /* between two lines about attempts */

struct known {
    struct sip digest;
    uint64_t until_ms; /* 0: free */
};

struct check {
    struct helper_job job;
    struct list node;    /* free, queued, or under way */
    struct list waiters; /* transactions */
    struct sip digest;
    const char *hash;
    bool decoy; /* there is no such user: it only takes as long */
    int result; /* of password_matches() */
    struct ip ip;
    uint64_t attempts; /* what the address is allowed */
    char password[BASIC_PASSWORD_MAX + 1];
};

struct gate {
    struct helpers *helpers;
    struct attempts *attempts;
    uint64_t key[2];
    unsigned under_way;
    uint64_t logged_ms;
    struct list free, queue, busy, ready;
    struct known known[SETS][WAYS];
    struct check check[GATE_CHECKS];
};

bool gate_wanted(const struct conf *conf)
{
    for (size_t i = 0; i < conf->n_accesses; i++) {
        if (conf->accesses[i].passwords)
            return true;
    }
    return false;
}

uint64_t gate_bytes(const struct conf *conf)
{
    uint64_t most = 0;

    for (size_t i = 0; i < conf->n_passwords; i++) {
        if (conf->passwords[i].memory_bytes > most)
            most = conf->passwords[i].memory_bytes;
    }
    return gate_wanted(conf) ? sizeof(struct gate) + AT_ONCE * most : 0;
}

bool gate_can(const struct conf *conf)
{
    const char *missing = gate_wanted(conf) ? password_missing() : NULL;

    if (missing)
        log_error("W094", "passwords can't be checked: %s", missing);
    return !missing;
}

bool gate_start(struct answers *a, int poll, struct attempts *attempts)
{
    struct gate *g = calloc(1, sizeof *g);

    if (!g)
        return false;
    g->attempts = attempts;
    g->helpers = helpers_new();
    if (!g->helpers ||
        getrandom(g->key, sizeof g->key, 0) != (ssize_t)sizeof g->key ||
        poll_add_level(poll, helpers_fd(g->helpers), g) < 0) {
        if (g->helpers)
            helpers_free(g->helpers);
        free(g);
        return false;
    }
    list_init(&g->free);
    list_init(&g->queue);
    list_init(&g->busy);
    list_init(&g->ready);
    for (unsigned i = 0; i < GATE_CHECKS; i++) {
        list_init(&g->check[i].waiters);
        list_init(&g->check[i].node);
        list_append(&g->free, &g->check[i].node);
    }
    a->gate = g;
    return true;
}

bool gate_end(struct answers *a)
{
    struct gate *g = a->gate;

    if (!g)
        return true;
    if (!helpers_stop(g->helpers))
        return false;
    helpers_free(g->helpers);
    explicit_bzero(g, sizeof *g);
    free(g);
    a->gate = NULL;
    return true;
}

/* ---- what is remembered ---- */

static struct known *set_of(struct gate *g, const struct sip *digest)
{
    return g->known[digest->word[0] & (SETS - 1)];
}

static bool remembered(struct gate *g, const struct sip *digest,
                       uint64_t now_ms)
{
    const struct known *set = set_of(g, digest);
    bool found = false;

    for (unsigned i = 0; i < WAYS; i++)
        found |= set[i].until_ms > now_ms && sip_eq(&set[i].digest, digest);
    return found;
}

static void remember(struct gate *g, const struct sip *digest, uint64_t now_ms)
{
    struct known *set = set_of(g, digest), *to = set;

    for (unsigned i = 0; i < WAYS; i++) {
        if (sip_eq(&set[i].digest, digest)) {
            to = &set[i];
            break;
        }
        if (set[i].until_ms < to->until_ms)
            to = &set[i];
    }
    *to = (struct known){ *digest, now_ms + KNOWN_MS };
}

/* ---- checks ---- */

static void run(struct helper_job *job)
{
    struct check *k = LIST_ENTRY(job, struct check, job);

    k->result = password_matches(k->hash, k->password);
}

static void put_away(struct gate *g, struct check *k)
{
    CHECK(list_empty(&k->waiters));
    explicit_bzero(k->password, sizeof k->password);
    list_append(&g->free, &k->node);
}

/* Everybody who waits for it is told. */
static void settle(struct gate *g, struct check *k, enum gate_word word)
{
    while (!list_empty(&k->waiters)) {
        struct list *node = list_take(&k->waiters);
        struct txn *t = LIST_ENTRY(node, struct txn, waiter);
        t->verdict.of = k->digest;
        t->verdict.word = (uint8_t)word;
        t->verdict.known = true;
        list_append(&g->ready, node);
    }
    put_away(g, k);
}

static void go_on(struct gate *g)
{
    while (g->under_way < AT_ONCE && !list_empty(&g->queue)) {
        struct list *node = list_take(&g->queue);
        struct check *k = LIST_ENTRY(node, struct check, node);
        if (list_empty(&k->waiters)) { /* they have all gone */
            put_away(g, k);
            continue;
        }
        k->job.run = run;
        k->job.lane = 0;
        if (helpers_give(g->helpers, &k->job, 0) == 0) {
            list_append(&g->busy, node);
            g->under_way++;
        } else {
            settle(g, k, GATE_NO_ROOM);
        }
    }
}

static enum gate_word judge(struct gate *g, const struct check *k,
                            uint64_t now_ms)
{
    if (k->result < 0) {
        log_error("W089", "a password can't be checked: %s",
                  strerror(-k->result));
        return GATE_NO_ROOM;
    }
    if (k->result == 0 || k->decoy)
        return GATE_WRONG;
    remember(g, &k->digest, now_ms);
    attempts_give_back(g->attempts, &k->ip, k->attempts);
    return GATE_OPEN;
}

void gate_take(struct answers *a)
{
    struct gate *g = a->gate;
    struct helper_job *job;

    while ((job = helpers_take(g->helpers))) {
        struct check *k = LIST_ENTRY(job, struct check, job);
        list_remove(&k->node);
        g->under_way--;
        settle(g, k, judge(g, k, a->now->ms));
    }
    go_on(g);
}

struct list *gate_ready(struct answers *a)
{
    if (!a->gate || list_empty(&a->gate->ready))
        return NULL;
    return list_take(&a->gate->ready);
}

/* Several connections of a browser ask with the same words at once. */
static struct check *same(struct list *all, const struct sip *digest)
{
    for (struct list *at = all->next; at != all; at = at->next) {
        struct check *k = LIST_ENTRY(at, struct check, node);
        if (sip_eq(&k->digest, digest))
            return k;
    }
    return NULL;
}

static int by_name(const void *name, const void *user)
{
    const struct span *s = name;
    const char *other = ((const struct conf_user *)user)->name;
    int c = strncmp(s->p, other, s->n);

    return c ? c : -(other[s->n] != '\0');
}

/* Whose hash is tried: that user's, or for a name that is nobody's always the
 * same other one's, so that neither answer comes sooner. */
static void choose_hash(const struct gate *g, const struct conf_passwords *p,
                        struct span user, struct check *k)
{
    const struct conf_user *u =
        bsearch(&user, p->user, p->n, sizeof *p->user, by_name);

    k->decoy = !u;
    if (!u)
        u = &p->user[sip_of(g->key, 0, user).word[0] % p->n];
    k->hash = u->hash;
}

static void tell_often(struct gate *g, const struct net_peer *peer,
                       uint64_t most, uint64_t now_ms)
{
    char text[NET_PEER_TEXT];

    if (g->logged_ms && now_ms - g->logged_ms < LOG_MS)
        return;
    g->logged_ms = now_ms;
    net_peer_text(peer, text);
    log_warn("W092",
             "%s: more than %llu wrong passwords within a minute; "
             "further ones are answered with 429 (logged once a minute)",
             text, (unsigned long long)most);
}

static enum gate_word begin(const struct reply *to,
                            const struct conf_access *rule,
                            const struct basic *who, const struct sip *digest,
                            uint64_t *later_s)
{
    struct gate *g = to->a->gate;
    const struct fronted *front = &to->q->front;
    const struct net_peer *peer =
        front->on && front->named ? &front->client : &to->c->peer;
    struct ip ip = ip_of(peer->addr, peer->family);
    uint64_t now_ms = to->a->now->ms, wait_ms;

    if (rule->passwords->n == 0)
        return GATE_WRONG;
    if (list_empty(&g->free)) {
        *later_s = 1;
        return GATE_NO_ROOM;
    }
    wait_ms = attempts_take(g->attempts, &ip, rule->attempts, now_ms);
    if (wait_ms) {
        tell_often(g, peer, rule->attempts, now_ms);
        *later_s = (wait_ms + 999) / 1000;
        return GATE_OFTEN;
    }
    struct list *node = list_take(&g->free);
    struct check *k = LIST_ENTRY(node, struct check, node);
    k->digest = *digest;
    k->ip = ip;
    k->attempts = rule->attempts;
    choose_hash(g, rule->passwords, who->user, k);
    memcpy(k->password, who->password.p, who->password.n + 1);
    list_append(&k->waiters, &to->t->waiter);
    list_append(&g->queue, node);
    go_on(g);
    return GATE_WAITS;
}

static enum gate_word ask(const struct reply *to,
                          const struct conf_access *rule, uint64_t *later_s)
{
    struct gate *g = to->a->gate;
    const struct head *h = &to->q->head;
    UNINIT char storage[BASIC_BYTES_MAX + 1];
    struct basic who;

    /* two fields say two things (RFC 9110 5.3) */
    if (!head_has(h, FIELD_AUTHORIZATION) ||
        (h->repeated >> FIELD_AUTHORIZATION & 1) ||
        !basic_parse(head_value(h, FIELD_AUTHORIZATION), storage, &who))
        return GATE_NOBODY;
    struct sip digest =
        sip_of(g->key, 1 + (uint64_t)(rule->passwords - to->a->conf->passwords),
               who.both);
    enum gate_word word;
    struct check *k;
    if (to->t->verdict.known && sip_eq(&to->t->verdict.of, &digest)) {
        *later_s = 1;
        word = (enum gate_word)to->t->verdict.word;
    } else if (remembered(g, &digest, to->a->now->ms)) {
        word = GATE_OPEN;
    } else if ((k = same(&g->busy, &digest)) ||
               (k = same(&g->queue, &digest))) {
        list_append(&k->waiters, &to->t->waiter);
        word = GATE_WAITS;
    } else {
        word = begin(to, rule, &who, &digest, later_s);
    }
    if (word == GATE_OPEN) {
        memcpy(to->t->user, who.user.p, who.user.n);
        to->t->user_n = (uint8_t)who.user.n;
    }
    explicit_bzero(storage, sizeof storage);
    return word;
}

struct gate_answer gate_ask(const struct reply *to, struct span path)
{
    struct gate_answer out = { .word = GATE_OPEN };
    struct conf_access rule;

    if (!to->a->gate || !access_find(to->a->conf, to->q->site, path, &rule))
        return out;
    out.realm = rule.realm;
    to->t->user_n = 0;
    out.word = ask(to, &rule, &out.later_s);
    return out;
}

void gate_refuse(const struct reply *to, const struct gate_answer *g)
{
    switch (g->word) {
    case GATE_OFTEN:
        answer_later(to, 429, REASON_ATTEMPTS, g->later_s);
        break;
    case GATE_NO_ROOM:
        answer_later(to, 503, REASON_OVERLOAD, g->later_s);
        break;
    case GATE_NOBODY:
        answer_challenge(to, g->realm, REASON_NO_CREDENTIALS);
        break;
    case GATE_WRONG:
        answer_challenge(to, g->realm, REASON_WRONG_CREDENTIALS);
        break;
    case GATE_OPEN:
    case GATE_WAITS:
        CHECK(false);
    }
}
