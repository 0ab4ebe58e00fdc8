/* SPDX-License-Identifier: MIT
 *
 * wish: forms that clients would be sent if they were there.
 * Layer: files.  None is made before somebody would be sent it: the first ask
 * about a file names the one that its client would get, and a client that would
 * get another one later has the file asked about again, while it is answered
 * with what is there.
 */
#ifndef ETAGD_FILES_WISH_H
#define ETAGD_FILES_WISH_H

struct entry;
struct files;
struct head;

/* What the first ask about a file is to name, as bits of enum coding.  A
 * request with conditions, or for a part, may be answered without a form: of
 * that nothing is known before the facts are.  h may be NULL. */
unsigned wish_first(const struct head *h);

/* Somebody would have been sent one of these. */
void wish_ask(struct files *fs, struct entry *e, unsigned codings);

#endif
