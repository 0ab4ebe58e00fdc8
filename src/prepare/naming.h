/* SPDX-License-Identifier: MIT
 *
 * naming: the encoders' names, which tags of forms follow from, are found out
 * when the first file is told that has forms, and a moment later than that.
 * Layer: prepare.  What they make of a sample takes longer than all else that a
 * first answer needs.  Until then facts go out without the tags of forms, and
 * once more with them; no form is made before.
 */
#ifndef ETAGD_PREPARE_NAMING_H
#define ETAGD_PREPARE_NAMING_H

struct agenda;
struct item;

/* Its facts are known and about to be told. */
void naming_want(struct agenda *d, const struct item *it);

/* Does it when it is due; milliseconds until something is, as rest_turn() says
 * or sooner. */
int naming_turn(struct agenda *d, int ms);

#endif
