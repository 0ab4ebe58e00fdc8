/* SPDX-License-Identifier: MIT
 *
 * forms: what each form of a file is called.
 * Layer: files.
 */
#ifndef ETAGD_FILES_FORMS_H
#define ETAGD_FILES_FORMS_H

#include "files/entry.h"

struct files;

/* digest: SHA-256 of its bytes; NULL: not known (yet). */
void forms_tag(struct files *fs, struct entry *e, enum coding c,
               const uint8_t *digest);

#endif
