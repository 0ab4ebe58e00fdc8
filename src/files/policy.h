/* SPDX-License-Identifier: MIT
 *
 * policy: what the rules say of a file: scheme of its tag, expiry, the clock
 * and the date that are shown.
 * Layer: files.  Runs when facts about a file arrive, not per request.
 */
#ifndef ETAGD_FILES_POLICY_H
#define ETAGD_FILES_POLICY_H

struct entry;
struct files;

/* e's version and media type are known. */
void policy_apply(const struct files *fs, struct entry *e);

#endif
