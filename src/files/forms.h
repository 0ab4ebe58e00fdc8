/* SPDX-License-Identifier: MIT
 *
 * forms: what each form of a file is called.
 * Layer: files.
 */
#ifndef ETAGD_FILES_FORMS_H
#define ETAGD_FILES_FORMS_H

#include "files/entry.h"
#include "prepare/message.h"

struct files;
struct media;

/* The file's own bytes, with the digest if it is there already: their tag, and
 * those of forms that are to be made of them. */
void forms_of_file(struct files *fs, struct entry *e,
                   const struct prepare_answer *a);

/* Which forms are under way, and which could be made, as the preparer says. */
void forms_offered(const struct files *fs, struct entry *e,
                   const struct prepare_answer *a);

/* These are under way. */
void forms_come(const struct files *fs, struct entry *e, unsigned codings);

/* A form is there (`usable`), or will not come this time. */
void forms_coded(struct files *fs, struct entry *e,
                 const struct prepare_answer *a, bool usable);

/* Gives forms that are known, but not there, their tags: somebody may hold one.
 */
void forms_tell(struct files *fs, struct entry *e);

/* Nothing but what stat tells is known. */
void forms_unknown(struct files *fs, struct entry *e);

/* Would a file of that type and size have codings, as the preparer sees it? */
bool forms_worth(const struct files *fs, const struct media *m, uint64_t n);

/* The sealed memory that bytes of a form lie in, at *at, if they are so many
 * that they had better be sent by reference; or -1. */
int forms_sealed(const struct files *fs, const struct entry_form *f,
                 const char *p, uint64_t bytes, uint64_t *at);

#endif
