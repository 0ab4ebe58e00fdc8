/* SPDX-License-Identifier: MIT
 *
 * paced: looks the pace of an answer up and notes it in its record.
 * Layer: answer.
 */
#include "answer/paced.h"

#include "answer/txn.h"
#include "conf/rules.h"
#include "http/moment.h"

void paced_look_up(const struct reply *to)
{
    const struct conf *conf = to->a->conf;
    struct record *r = &to->t->record[to->t->record_n - 1];
    struct conf_pace pace;

    paces_find(conf, span_str(to->q->site->hosts), to->q->path, &pace);
    r->due_ms = pace.delay_ms ? to->a->now->ms + pace.delay_ms : 0;
    r->rate = pace.rate;
}
