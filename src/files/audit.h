/* SPDX-License-Identifier: MIT
 *
 * audit: tells when an answer would confirm other bytes than the present ones,
 * and for how long older copies live on unasked ("cache debt").
 * Layer: files.  Judges and logs; the answer itself follows the configuration.
 * Files without a digest (over [prepare] digest-max) are not judged.
 */
#ifndef ETAGD_FILES_AUDIT_H
#define ETAGD_FILES_AUDIT_H

#include "http/plan.h"
#include "files/entry.h"

struct files;
struct head;

/* Bytes as they are remembered: entry_form.bytes_id. */
uint64_t audit_bytes_id(const uint8_t *digest);

/* The digest of a form is known and its tag is made. */
void audit_note(struct files *fs, struct entry *e, enum coding c, bool first,
                const uint8_t *digest);

/* The first answer of this second is made from e: remembers until when it may
 * be used unasked. */
void audit_dated(const struct files *fs, const struct entry *e);

/* The reason to be logged for an answer planned for fs->HEAD: the plan's own
 * unless the validator that matched was handed out for other bytes, too (for
 * forms with `others` only). */
enum reason audit_judge(struct files *fs, const struct head *h, struct entry *e,
                        const struct plan *plan);

#endif
