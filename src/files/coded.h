/* SPDX-License-Identifier: MIT
 *
 * coded: makes room for a coded form of a file, and finds a form's bytes.
 * Layer: files.
 */
#ifndef ETAGD_FILES_CODED_H
#define ETAGD_FILES_CODED_H

#include "files/entry.h"

/* The form, made unless it is there; NULL: no memory. */
struct entry_form *coded_add(struct entry *e, enum coding coding);

/* Takes hold of the bytes of a form, or of their sums; false when there are no
 * bytes, or the slab is gone already. */
bool coded_bytes(struct files *fs, struct entry_form *f,
                 const struct prepare_place *place);

#endif
