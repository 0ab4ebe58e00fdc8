/* SPDX-License-Identifier: MIT
 *
 * pages: files shown for error statuses (error-NNN), kept in memory.
 * Layer: answer.
 */
#ifndef ETAGD_ANSWER_PAGES_H
#define ETAGD_ANSWER_PAGES_H

struct answers;
struct conf;
struct conf_site;
struct entry;
struct pages;

#define PAGES_FILE_MAX (256 * 1024) /* bytes; larger ones are not used */

struct pages *pages_new(const struct conf *conf); /* NULL: no memory */

void pages_free(struct answers *a);

/* Reads every page, so that a fault needs no file to be answered. */
void pages_prepare(struct answers *a);

/* The page of `site` for this status (an ENTRY_PAGE, not held), as fresh as
 * the files of answers are; NULL: none, or its file can't be used. */
struct entry *pages_find(struct answers *a, const struct conf_site *site,
                         int status);

#endif
