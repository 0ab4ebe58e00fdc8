/* SPDX-License-Identifier: MIT
 *
 * heat: bytes sent against the file's size.
 * Layer: files.  Where many large files take turns and push each other out of
 * memory, this is an eighth of the work more.
 */
#include "files/heat.h"

#include "files/questions.h"
#include "files/audit.h"
#include "files/entry.h"
#include "files/files.h"
#include "files/find.h"

#define TIMES 8 /* sent so often, reading it once more is little */
#define SHARE 2 /* of [prepare] memory: more than that has no room */

/* A file with other forms is asked for in these. */
static bool may(const struct files *fs, const struct entry *e)
{
    const struct entry_form *own = &e->own_form;

    return own->exact && own->bytes_id && !own->bytes && !e->sidecars &&
           !e->negotiable && !e->pending && !e->background && !e->racy &&
           !e->degraded && !e->foreign && e->in_cache && e->fd >= 0 &&
           !fs->prepare_down &&
           e->version.size <= fs->conf->prepare.memory_bytes / SHARE;
}

void heat_add(struct files *fs, struct entry *e, size_t n)
{
    static const struct found none;

    e->heat += n;
    if (e->hot || e->heat / TIMES < e->version.size || !may(fs, e))
        return;
    e->hot = true;
    questions_begin(fs, e, &none, true);
}

bool heat_other_bytes(const struct entry *e, const struct prepare_answer *a)
{
    const struct entry_form *own = &e->own_form;

    return own->exact && own->bytes_id && a->kind == PREPARE_FACTS &&
           a->has_digest && audit_bytes_id(a->digest) != own->bytes_id;
}
