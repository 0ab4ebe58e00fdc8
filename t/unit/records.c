/* SPDX-License-Identifier: MIT
 *
 * Tests of src/master/records: a record that is none, lies elsewhere or says
 * two things at once ends the master before it acts on it.
 */
#include "checked.h"

#include "master/records.h"

#define WORKERS 3u

/* Two generations, nothing of which runs. */
struct pair {
    struct conf conf;
    struct child worker[2][WORKERS];
    struct generation g[2];
};

static void begin(struct pair *p)
{
    memset(p, 0, sizeof *p);
    p->conf.workers = WORKERS;
    for (size_t i = 0; i < 2; i++) {
        struct generation *g = &p->g[i];
        g->conf = &p->conf;
        g->worker = p->worker[i];
        generation_begin(g);
        child_begin(&g->preparer, g, CHILD_PREPARER, 0);
        for (unsigned k = 0; k < SIDES; k++)
            child_begin(&g->side[k].child, g, CHILD_OBSERVER + k, 0);
        for (unsigned k = 0; k < WORKERS; k++)
            child_begin(&g->worker[k], g, CHILD_WORKER, k);
    }
}

static void sound(void *c)
{
    child_sound(c);
}

static void a_child_is_known_by_its_place(void **state)
{
    static struct pair p;
    struct child copy;

    (void)state;
    begin(&p);
    for (unsigned k = 0; k < WORKERS; k++)
        child_sound(&p.g[1].worker[k]);
    child_sound(&p.g[1].preparer);
    child_sound(&p.g[1].side[SIDE_OBSERVER].child);
    child_sound(&p.g[1].side[SIDE_SCRAPER].child);

    copy = p.g[0].worker[1];
    assert_checked(sound, &copy, "place_of");
    assert_checked(sound, NULL, "CHILD_MAGIC");
    assert_checked(sound, &p, "CHILD_MAGIC"); /* a foreign tag */
    p.g[0].worker[1].index = 2;
    assert_checked(sound, &p.g[0].worker[1], "place_of");
    p.g[0].worker[2].index = WORKERS;
    assert_checked(sound, &p.g[0].worker[2], "place_of");
    p.g[0].preparer.home = &p.g[1]; /* moved by halves */
    assert_checked(sound, &p.g[0].preparer, "place_of");
    p.g[1].magic = 0; /* freed */
    assert_checked(sound, &p.g[1].worker[0], "GENERATION_MAGIC");
}

static void a_child_runs_or_does_not(void **state)
{
    static struct pair p;
    static struct counters_preparer told;
    struct child *c = &p.worker[0][1];

    (void)state;
    begin(&p);
    c->pid = 7;
    assert_checked(sound, c, "c->control >= 0");
    c->control = 3;
    assert_checked(sound, c, "");
    assert_ptr_equal(child_of_pid(&p.g[0], 7), c);
    assert_null(child_of_pid(&p.g[1], 7));
    c->due_us = 1;
    assert_checked(sound, c, "c->due_us == 0");
    c->pid = 0;
    assert_checked(sound, c, "c->control >= 0");
    c->control = -1;
    assert_checked(sound, c, "");
    c->told = &told;
    assert_checked(sound, c, "CHILD_PREPARER");
    p.g[0].preparer.told = &told;
    assert_checked(sound, &p.g[0].preparer, "");
    p.g[0].preparer.not_accepting = true;
    assert_checked(sound, &p.g[0].preparer, "CHILD_WORKER");
}

struct step {
    struct generation *g;
    enum generation_state to;
};

static void go(void *step)
{
    const struct step *s = step;

    generation_become(s->g, s->to);
}

static void states_follow_one_another(void **state)
{
    /* rows: from; columns: to */
    static const char may[4][5] = { "-+++", "--++", "---+", "---+" };
    static struct pair p;

    (void)state;
    begin(&p);
    assert_int_equal(p.g[0].state, GENERATION_STARTING);
    for (unsigned from = 0; from < 4; from++) {
        for (unsigned to = 0; to < 4; to++) {
            struct step s = { &p.g[0], to };
            p.g[0].state = from;
            assert_checked(go, &s, may[from][to] == '+' ? "" : "TO(next)");
        }
    }
    p.g[0].magic = 0;
    p.g[0].state = GENERATION_STARTING;
    assert_checked(go, &(struct step){ &p.g[0], GENERATION_SERVING },
                   "GENERATION_MAGIC");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_child_is_known_by_its_place),
        cmocka_unit_test(a_child_runs_or_does_not),
        cmocka_unit_test(states_follow_one_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
