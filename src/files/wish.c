/* SPDX-License-Identifier: MIT
 *
 * wish: notes for which codings there are clients, and asks for these.
 * Layer: files.
 */
#include "files/wish.h"

#include "files/entry.h"
#include "files/files.h"
#include "files/forms.h"
#include "files/questions.h"
#include "http/accept.h"
#include "http/plan.h"

unsigned wish_first(const struct head *h)
{
    struct accept_codings accepted;
    bool refused;

    if (!h || !head_has(h, FIELD_ACCEPT_ENCODING) ||
        (h->present & PLAN_CONDITIONAL))
        return 0;
    accept_codings(&accepted, h);
    return 1u << accept_choose(&accepted, PREPARE_CODINGS, &refused) &
           PREPARE_CODINGS;
}

/* What is asked about already, or can't be just now, is left to the next one of
 * these clients. */
void wish_ask(struct files *fs, struct entry *e, unsigned codings)
{
    codings &= e->source.unasked;
    if (!codings || e->pending || e->background || e->naming || !e->in_cache ||
        fs->prepare_down)
        return;
    e->wanted |= (uint8_t)codings;
    if (e->racy) { /* it will be asked about afresh, and for these as well */
        e->source.unasked &= (uint8_t) ~codings;
        return;
    }
    forms_come(fs, e, e->source.coming | codings);
    questions_more(fs, e);
}
